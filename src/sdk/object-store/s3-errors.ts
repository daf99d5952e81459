/** Makes the S3 client, whose library is installed only by those who use it, and turns what it throws into errors that say what to do. */
import { homedir } from "node:os";
import { fileError } from "../c1z/container/file-errors.ts";
import type { Clock } from "../clock.ts";
import { BatonError, type BatonErrorInit, Status, settingError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../net/network.ts";
import { handshakeReason } from "../net/trusted-roots.ts";
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

/** Codes of Node for values that nothing was sent with, such as a key with a line break. */
const unusable = /^ERR_(?:HTTP_INVALID|INVALID)_/;

/** System errors of the disk that the object is copied to, or of files with credentials; all others are of the network. */
const diskProblem = /^E(?:ACCES|DQUOT|EXIST|FBIG|IO|ISDIR|MFILE|NOENT|NOSPC|NOTDIR|PERM|ROFS)$/;

/** The parts of an error that are looked at. */
interface Facts {
  readonly name: string;
  readonly message: string;
  /** HTTP status; undefined when there was no answer. */
  readonly httpStatus: number | undefined;
  /** Such as ECONNREFUSED. */
  readonly systemCode: string | undefined;
  /** The file that the system refused. */
  readonly path: string | undefined;
}

/** Reads an error of any shape. */
export function factsOf(caught: unknown): Facts {
  // Any value has these fields, or reads as if it lacked them.
  const { name, message, code, path, $metadata } = Object(caught) as Readonly<Record<string, unknown>>;
  const { httpStatusCode } = Object($metadata) as Readonly<Record<string, unknown>>;
  return {
    name: String(name ?? "Error"),
    message: String(message ?? caught),
    httpStatus: typeof httpStatusCode === "number" ? httpStatusCode : undefined,
    systemCode: typeof code === "string" ? code : undefined,
    path: typeof path === "string" ? path : undefined,
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

/**
 * The error for what was caught when `what` was tried, such as `read`.
 * @param copy the file on this machine that the object goes to or comes from, if there is one.
 */
export function s3Error(caught: unknown, what: string, address: ObjectAddress, copy?: string): BatonError {
  if (caught instanceof BatonError) return caught;
  const facts = factsOf(caught);
  const isOfDisk = diskProblem.test(facts.systemCode ?? "");
  if (isOfDisk && (facts.path ?? copy) === copy) {
    return fileError(caught, `${what} ${formatAddress(address)} through the scratch directory`, untouched);
  }
  const message = `cannot ${what} ${formatAddress(address)}: ${reasonOf(facts, caught)}`;
  // Files besides the copy are those that variables of AWS name.
  const kind = isOfDisk ? credentialsProblem : kindOf(facts, address);
  return new BatonError({ effect: untouched, cause: caught, ...kind, message });
}

/** Name of a refusal to which the server gave none (AWS SDK: protocols). */
const unnamed = "Unknown";

function reasonOf({ name, message, httpStatus }: Facts, caught: unknown): string {
  if (name === unnamed && httpStatus !== undefined) return `it answered ${httpStatus}`;
  return `${name}: ${handshakeReason(caught) ?? message}`;
}

/** Pauses before another attempt at what the client cannot try again by itself, because it is a stream. */
const pausesMs = [1_000, 4_000] as const;

/** What {@link attempting} needs. */
export interface Attempt {
  /** What is tried, such as `read`. */
  readonly what: string;
  readonly address: ObjectAddress;
  /** As with {@link s3Error}. */
  readonly copy?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does the work, three times where the storage is busy or its answer breaks off.
 * @throws BatonError with a BATON-S3 code, or the signal's reason.
 */
export async function attempting<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  const { what, address, copy, clock, logger, signal } = attempt;
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      return await work();
    } catch (caught) {
      signal?.throwIfAborted();
      const error: BatonError = s3Error(caught, what, address, copy);
      if (pauseMs === undefined || error.status !== Status.unavailable) throw error;
      logger.warn("the object storage failed, trying again", { error: error.message, wait: pauseMs / 1000 });
      await clock.sleep(pauseMs, signal);
    }
  }
  throw new RangeError("the last attempt returns or throws");
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

type Kind = Pick<BatonErrorInit, "code" | "status" | "hint">;

const credentialsProblem: Kind = {
  code: "BATON-S3-CREDENTIALS",
  status: Status.unauthenticated,
  hint: "Give credentials for the storage: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role.",
};

function kindOf({ name, httpStatus, systemCode }: Facts, { bucket }: ObjectAddress): Kind {
  if (badCredentials.has(name) || unusable.test(systemCode ?? "")) return credentialsProblem;
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
  const hint =
    name === unnamed
      ? "Check AWS_ENDPOINT_URL_S3 and AWS_REGION: what answered may be no storage, or not this one."
      : "Look the reason up in the storage's own documentation.";
  return { code: "BATON-S3", status: Status.unknown, hint };
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
 * @throws BatonError `BATON-S3-SETTING`.
 */
export async function createS3Client({ S3Client }: S3Library, env: Environment, network: Network): Promise<S3Client> {
  requireHome();
  const { AWS_DEFAULT_REGION } = env;
  const endpoint = endpointIn(env);
  const options = {
    // Servers elsewhere seldom have a host name for each bucket.
    forcePathStyle: Boolean(endpoint),
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: silenceMs,
      // Nobody reads this warning, and its timer would hold up the end of a program whose request was never sent.
      socketAcquisitionWarningTimeout: 0,
      httpAgent: network.httpAgent(endpoint, { keepAlive: true }),
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

/** The library asks for the home directory whatever the settings are, and what it throws without one looks like a network's. */
function requireHome(): void {
  try {
    homedir();
  } catch (cause) {
    throw badSetting({
      message: "the client for S3 looks for settings in the home directory, and this user has none",
      hint: "Set HOME to a directory; it may be empty.",
      cause,
    });
  }
}

/** The server to ask, where it is not Amazon's. Its value may hold a password and is not shown. */
function endpointIn({ AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL }: Environment): URL | undefined {
  const name = AWS_ENDPOINT_URL_S3 ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL";
  const text = AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL;
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw badSetting({
    message: `${name} is not an address that begins with http:// or https://`,
    hint: `Write ${name} as in https://storage.example.com:9000, or unset it.`,
  });
}

function badSetting(init: { readonly message: string; readonly hint: string; readonly cause?: unknown }): BatonError {
  return settingError({ code: "BATON-S3-SETTING", ...init });
}

/** What goes wrong is told by errors. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
