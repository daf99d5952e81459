/** Which certificate authorities a TLS client trusts, as the environment says. Reads files, opens no connection. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { BatonError, errnoOf, Status } from "../errors.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is trusted; undefined leaves the choice to Node. SSL_CERT_FILE takes the place of the usual authorities, as it
 * does for Go programs; NODE_EXTRA_CA_CERTS adds to them. Made once: hundreds of certificates take a while to read.
 * @throws BatonError `TLS-ROOTS` when a file that a variable names cannot be read or holds no certificate.
 */
export function trustedRoots({ SSL_CERT_FILE, NODE_EXTRA_CA_CERTS }: Environment): SecureContext | undefined {
  const extra = NODE_EXTRA_CA_CERTS ? [readRoots(NODE_EXTRA_CA_CERTS, "NODE_EXTRA_CA_CERTS")] : [];
  if (SSL_CERT_FILE) return contextOf([readRoots(SSL_CERT_FILE, "SSL_CERT_FILE"), ...extra]);
  return extra.every(isKnownToNode) ? undefined : contextOf([...getCACertificates("default"), ...extra]);
}

function readRoots(path: string, variable: string): string {
  const text = readText(path, variable);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw rootsError(path, variable, "it holds no PEM certificate");
  try {
    // The first certificate stands for the others: a bundle has hundreds.
    void new X509Certificate(text);
  } catch (cause) {
    throw rootsError(path, variable, "the certificate in it is damaged", cause);
  }
  return text;
}

/** Node reads NODE_EXTRA_CA_CERTS itself, as it was when the process started. */
function isKnownToNode(text: string): boolean {
  const first = new X509Certificate(text).toString().trim();
  return getCACertificates("extra").some((known) => known.trim() === first);
}

function readText(path: string, variable: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw rootsError(path, variable, errnoOf(cause, "it cannot be read"), cause);
  }
}

function contextOf(roots: string[]): SecureContext {
  return createSecureContext({ ca: roots, minVersion: "TLSv1.2" });
}

function rootsError(path: string, variable: string, reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "TLS-ROOTS",
    status: Status.failedPrecondition,
    message: `The certificates in ${path}, which ${variable} names, cannot be used: ${reason}.`,
    effect: "Nothing was sent.",
    hint: `Correct or unset ${variable}. NODE_EXTRA_CA_CERTS adds certificates to the usual ones, SSL_CERT_FILE replaces them.`,
    cause,
    fatal: true,
  });
}

/** Codes of OpenSSL and Node for a certificate that is not taken (Node.js documentation: X509 certificate error codes). */
export const certificateErrorCodes = [
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_CHAIN_TOO_LONG",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
] as const;

const known: ReadonlySet<unknown> = new Set(certificateErrorCodes);

/** What to do when a host's certificate is not taken, whichever host it is. */
export const certificateHint =
  "Check this machine's clock; for a private certificate authority set NODE_EXTRA_CA_CERTS to its PEM file.";

/** True when a certificate is what the error, or one that caused it, is about. */
export function isCertificateError(error: unknown): boolean {
  for (let reason = error; reason instanceof Error; reason = reason.cause) {
    if ("code" in reason && known.has(reason.code)) return true;
  }
  return false;
}

/** What OpenSSL says about a failed handshake, such as `wrong version number`: one of its own constant texts, if it is that. */
export function handshakeReason(error: unknown): string | undefined {
  return /:SSL routines:[^:]*:([^:]+):/.exec(error instanceof Error ? error.message : "")?.[1];
}
