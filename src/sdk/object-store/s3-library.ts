/** Loads the AWS SDK's client for S3, which is installed only by those who use it, and makes a client of it. */
import { BatonError, Status } from "../errors.ts";
import type { Network } from "../net/network.ts";

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
    throw new BatonError({
      code: "BATON-S3-MISSING",
      status: Status.unknown,
      message: "the client for S3 is not installed",
      effect: "Nothing was started.",
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
