/** `serve`: the connector over gRPC for other syncers, until a stop signal. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import type { Flag } from "../../config/field.ts";
import type { ResolvedConfig } from "../../config/resolve.ts";
import { forApp } from "../../config/standard-fields.ts";
import type { ServerAccess } from "../../connector-server/server.ts";
import { BatonError, errnoOf, Status } from "../../errors.ts";
import type { Invocation } from "../app.ts";
import { listenForInterrupt } from "../cli-io.ts";
import { connectorContext, loadConfig, refuseWeakTls } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { openRunOutput } from "../run-output.ts";

const largestPort = 65_535;

type ServeFlag = Flag<"string", "listen" | "tls-cert" | "tls-key" | "token-file" | "tls-client-ca">;

/**
 * Serves until told to stop; then calls under way have 5 s. Prints the address on standard output, and a token that was
 * made in the line after it: nowhere else, and never again.
 * @throws BatonError with a SERVE- code when it cannot begin.
 */
export async function runServe(invocation: Invocation<ServeFlag>): Promise<number> {
  const { app, io, options } = invocation;
  const address = parseAddress(options.string("listen"));
  const tls = readTls(invocation, options);
  const { access, madeToken } = readAccess(invocation, options);
  refuseWeakTls(io.env);
  const config = await loadConfig(invocation);
  const output = openRunOutput(invocation, config, { isService: true });
  const { logger } = output;
  invocation.useLogger(logger);
  const interrupt = listenForInterrupt(io, {
    onFirst: (name) => logger.info("stopping", { signal: name }),
    effect: "Calls under way were cut off.",
    hint: "Start the server again.",
  });
  try {
    const connector = await app.createConnector(forApp(config), connectorContext(invocation, config, logger));
    const { startConnectorServer } = await import("../../connector-server/server.ts");
    await using server = await startConnectorServer({ connector, ...address, ...(tls && { tls }), access, logger });
    logger.info("connector server listening", { address: server.baseUrl });
    io.stdout.write(`${server.baseUrl}\n${madeToken === undefined ? "" : `${madeToken}\n`}`);
    await aborted(interrupt.signal);
    return 0;
  } finally {
    interrupt.release();
    output.close();
  }
}

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const isValid = host !== undefined && (bracketed === undefined || isIPv6(bracketed)) && Number(port) <= largestPort;
  if (!isValid) throw usageError(`invalid --listen ${JSON.stringify(text)}: HOST:PORT is expected`);
  return { host, port: Number(port) };
}

/** Who may call, as the flags say; a token that was made for it is to be printed. */
function readAccess(
  { io, redactor }: Invocation,
  options: ResolvedConfig<ServeFlag>,
): { readonly access: ServerAccess; readonly madeToken?: string } {
  const [tokenFile, authorities] = [options.string("token-file"), options.string("tls-client-ca")];
  if (tokenFile !== "" && authorities !== "") throw usageError("--token-file and --tls-client-ca exclude each other");
  if (authorities !== "") {
    if (options.string("tls-cert") === "") throw usageError("--tls-client-ca needs --tls-cert and --tls-key");
    return { access: { clientAuthorities: read(resolve(io.cwd, authorities), pemFiles) } };
  }
  const given = tokenFile === "" ? undefined : read(resolve(io.cwd, tokenFile), tokenFiles).trim();
  if (given !== undefined && !/^[\x21-\x7e]{16,}$/.test(given)) throw weakToken(tokenFile);
  const token = given ?? randomBytes(32).toString("base64url");
  redactor.add(token);
  return { access: { token }, ...(given === undefined && { madeToken: token }) };
}

function weakToken(path: string): BatonError {
  return new BatonError({
    code: "SERVE-TOKEN",
    status: Status.invalidArgument,
    message: `${path} holds no token: one line of at least 16 letters, digits and signs is expected`,
    effect: "Nothing was started.",
    hint: tokenFiles.hint,
  });
}

/** What is said of a file that cannot be read. */
interface Kind {
  readonly code: string;
  readonly hint: string;
}

const tokenFiles: Kind = {
  code: "SERVE-TOKEN",
  hint: "Make one, for example with: openssl rand -base64 32. Or leave --token-file out.",
};
const pemFiles: Kind = {
  code: "SERVE-TLS",
  hint: "Give PEM files of a certificate and of its unencrypted private key.",
};

function readTls({ io }: Invocation, options: ResolvedConfig<ServeFlag>) {
  const certificatePath = options.string("tls-cert");
  const keyPath = options.string("tls-key");
  if (certificatePath === "" && keyPath === "") return undefined;
  if (certificatePath === "" || keyPath === "") throw usageError("--tls-cert and --tls-key go together");
  const readPem = (path: string): string => read(resolve(io.cwd, path), pemFiles);
  return { certificate: readPem(certificatePath), privateKey: readPem(keyPath) };
}

function read(path: string, { code, hint }: Kind): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BatonError({
      code,
      status: Status.invalidArgument,
      message: `${path} cannot be read (${errnoOf(cause, "unknown error")})`,
      effect: "Nothing was started.",
      hint,
      cause,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve: done } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => done(), { once: true });
  if (signal.aborted) done();
  await promise;
}
