/** Makes the S3 client, whose library is installed only by those who use it, and turns what it throws into errors that say what to do. */
import { fileError } from "../c1z/container/file-errors.ts";
import { BatonError, type BatonErrorInit, Status, settingError } from "../errors.ts";
import type { Network } from "../net/network.ts";
import { formatAddress, type ObjectAddress } from "./object-address.ts";

/** What stays true whatever fails: an object is replaced by one request, or not at all. */
const untouched = "The object is as it was.";

/** Names of refusals that are about who asks (Amazon S3: error responses). */
const badCredentials: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
]);

/** Names of failures before there is an answer, where no system error says so (AWS SDK: NodeHttpHandler). */
const noAnswer: ReadonlySet<string> = new Set(["TimeoutError", "AbortError", "NetworkingError", "RequestTimeout"]);

/** System errors of the disk that the object is copied to; all others are of the network. */
const diskProblem = /^E(?:ACCES|DQUOT|EXIST|FBIG|IO|ISDIR|MFILE|NOENT|NOSPC|NOTDIR|PERM|ROFS)$/;

/** The parts of an error that are looked at. */
interface Facts {
  readonly name: string;
  readonly message: string;
  /** HTTP status; undefined when there was no answer. */
  readonly httpStatus: number | undefined;
  /** Such as ECONNREFUSED. */
  readonly systemCode: string | undefined;
}

/** Reads an error of any shape. */
export function factsOf(caught: unknown): Facts {
  // Any value has these fields, or reads as if it lacked them.
  const { name, message, code, $metadata } = Object(caught) as Readonly<Record<string, unknown>>;
  const { httpStatusCode } = Object($metadata) as Readonly<Record<string, unknown>>;
  return {
    name: String(name ?? "Error"),
    message: String(message ?? caught),
    httpStatus: typeof httpStatusCode === "number" ? httpStatusCode : undefined,
    systemCode: typeof code === "string" ? code : undefined,
  };
}

/** True when there is no such object; a missing bucket is another thing, unless the server does not say which. */
export function isMissingObject(caught: unknown): boolean {
  const { name, httpStatus } = factsOf(caught);
  return name !== "NoSuchBucket" && (name === "NoSuchKey" || httpStatus === 404);
}

/** True when the object is not what the request was on condition of (Amazon S3: conditional requests). */
export function isConditionFailure(caught: unknown): boolean {
  const { name, httpStatus } = factsOf(caught);
  return httpStatus === 412 || name === "PreconditionFailed" || name === "ConditionalRequestConflict";
}

/** True when the server says that it knows no such request. */
export function isUnknownToServer(caught: unknown): boolean {
  const { name, httpStatus } = factsOf(caught);
  return name === "NotImplemented" || httpStatus === 501;
}

/** The error for what was caught when `what` was tried, such as `read`. */
export function s3Error(caught: unknown, what: string, address: ObjectAddress): BatonError {
  if (caught instanceof BatonError) return caught;
  const facts = factsOf(caught);
  if (diskProblem.test(facts.systemCode ?? "")) {
    return fileError(caught, `${what} ${formatAddress(address)} through the scratch directory`, untouched);
  }
  const reason = `${facts.name}: ${facts.message}`;
  const message = `cannot ${what} ${formatAddress(address)}: ${reason}`;
  return new BatonError({ effect: untouched, cause: caught, ...kindOf(facts, address), message });
}

/** Another run wrote the object since this one read it. */
export function changedMeanwhile(address: ObjectAddress): BatonError {
  return new BatonError({
    code: "BATON-S3-CHANGED",
    status: Status.aborted,
    message: `${formatAddress(address)} was written by somebody else while this sync ran`,
    effect: "What the other one wrote stays; nothing of this run was kept.",
    hint: "Let one run at a time write an object, then run again.",
  });
}

function kindOf(
  { name, httpStatus, systemCode }: Facts,
  { bucket }: ObjectAddress,
): Pick<BatonErrorInit, "code" | "status" | "hint"> {
  if (badCredentials.has(name)) {
    return {
      code: "BATON-S3-CREDENTIALS",
      status: Status.unauthenticated,
      hint: "Give credentials for the storage: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role.",
    };
  }
  if (name === "NoSuchBucket") {
    return {
      code: "BATON-S3-BUCKET",
      status: Status.notFound,
      hint: `Create the bucket ${bucket}, or correct --file.`,
    };
  }
  if (httpStatus === 403 || name === "AccessDenied") {
    return {
      code: "BATON-S3-DENIED",
      status: Status.permissionDenied,
      hint: "Allow s3:GetObject and s3:PutObject on the key and on KEY.run.json, and s3:ListBucket on the bucket: without it a missing object looks forbidden.",
    };
  }
  if (httpStatus === undefined && (systemCode !== undefined || noAnswer.has(name))) {
    return {
      code: "BATON-S3-UNREACHABLE",
      status: Status.unavailable,
      hint: "Check the network, AWS_REGION, and for storage that is not Amazon's AWS_ENDPOINT_URL_S3 and NODE_EXTRA_CA_CERTS.",
    };
  }
  if (httpStatus !== undefined && (httpStatus >= 500 || httpStatus === 429 || httpStatus === 408)) {
    return { code: "BATON-S3-UNAVAILABLE", status: Status.unavailable, hint: "Run again later." };
  }
  return { code: "BATON-S3", status: Status.unknown, hint: "Look the reason up in the storage's own documentation." };
}

/** The package and the versions that this program was made with; the same as in package.json. */
export const s3Package = { name: "@aws-sdk/client-s3", version: "^3.1175.0" } as const;

/** What is used of it. By name, because its classes cannot be written out in a declaration. */
export type S3Library = typeof import("@aws-sdk/client-s3");
/** A client. */
export type S3Client = InstanceType<S3Library["S3Client"]>;

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Name look-up, TCP and TLS. */
const connectMs = 10_000;
/** Between two signs of life of a connection. */
const silenceMs = 60_000;
/** The region of those who need none: servers other than Amazon's; and Amazon's own says which one is right. */
const anyRegion = "us-east-1";

/**
 * Loads it.
 * @throws BatonError `BATON-S3-MISSING` with the line that installs it.
 */
export async function loadS3Library(): Promise<S3Library> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (cause) {
    throw settingError({
      code: "BATON-S3-MISSING",
      message: "the client for S3 is not installed",
      hint: `Install it beside this program, npm install '${s3Package.name}@${s3Package.version}', or write to a path.`,
      cause,
    });
  }
}

/**
 * A client with credentials, region and endpoint from where all programs of AWS take them: variables, the shared files,
 * roles of containers and machines (AWS SDK for JavaScript: default credential provider chain).
 */
export async function createS3Client({ S3Client }: S3Library, env: Environment, network: Network): Promise<S3Client> {
  const { AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = env;
  const endpoint = AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL;
  const options = {
    // Servers elsewhere seldom have a host name for each bucket.
    forcePathStyle: Boolean(endpoint),
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: silenceMs,
      httpAgent: network.httpAgent(endpoint && URL.parse(endpoint), { keepAlive: true }),
      httpsAgent: network.httpsAgent({ keepAlive: true }),
    },
    logger: silent,
  };
  const client = new S3Client(options);
  const region = await client.config.region().catch(() => "");
  if (region !== "") return client;
  client.destroy();
  // The second name is that of Amazon's command line, which the library does not look at.
  return new S3Client({ ...options, region: AWS_DEFAULT_REGION || anyRegion });
}

/** What goes wrong is told by errors. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
