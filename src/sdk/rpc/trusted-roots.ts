/** Which certificate authorities a TLS client trusts, as the environment says. Reads files, opens no connection. */
import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { BatonError, Status } from "../errors.ts";

/**
 * PEM certificates to trust; undefined leaves the choice to Node, which adds those of NODE_EXTRA_CA_CERTS by itself.
 * SSL_CERT_FILE takes the place of the system's roots, as it does for Go programs.
 * @throws BatonError `TLS-ROOTS` when SSL_CERT_FILE cannot be read or holds no certificate.
 */
export function trustedRoots(env: Readonly<Record<string, string | undefined>>): string[] | undefined {
  const { SSL_CERT_FILE: path } = env;
  if (!path) return undefined;
  const text = readRoots(path);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw rootsError(path, "it holds no PEM certificate");
  return [text, ...getCACertificates("extra")];
}

function readRoots(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw rootsError(path, (cause as NodeJS.ErrnoException).code ?? "it cannot be read", cause);
  }
}

function rootsError(path: string, reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "TLS-ROOTS",
    status: Status.failedPrecondition,
    message: `The certificates in ${path} cannot be used: ${reason}.`,
    effect: "Nothing was started.",
    hint: "Correct or unset SSL_CERT_FILE. NODE_EXTRA_CA_CERTS adds certificates to the system's own.",
    cause,
  });
}
