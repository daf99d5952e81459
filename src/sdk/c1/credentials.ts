/**
 * Client id and secret as C1 hands them out: which host they belong to and the key to sign with. Checks their form;
 * whether they are good is for C1 to say.
 */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { BatonError, Status, settingError } from "../errors.ts";
import { parseJsonObject } from "../json-object.ts";

/** Parsed credentials. The secret itself is never sent anywhere: its key signs. */
export interface C1Credentials {
  /** The whole client id. */
  readonly clientId: string;
  /** What stands in front of its `@`; goes into user agents. */
  readonly clientName: string;
  /** Host of C1, with its port if the client id names one. */
  readonly tokenHost: string;
  /** The host without port: the audience of assertions. */
  readonly audience: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
  /** The key's `kid`, if it has one. */
  readonly keyId: string | undefined;
}

/**
 * Reads `<name>@<host>/<anything>` and `<a>:<b>:v1:<base64url of a private Ed25519 JSON Web Key>` (Baton SDK: service
 * mode credentials). White space and quotation marks around them, as mounted secrets and files of variables have them, do
 * not count.
 * @throws BatonError `C1-CLIENT-ID` or `C1-CLIENT-SECRET`, exit code 2; no part of the secret is in them.
 */
export function parseCredentials(clientId: string, clientSecret: string): C1Credentials {
  const id = bareValue(clientId);
  const { clientName, url } = parseClientId(id);
  const jwk = parseClientSecret(bareValue(clientSecret));
  const { kid } = jwk;
  return {
    clientId: id,
    clientName,
    tokenHost: url.host,
    audience: url.hostname,
    privateKey: importKey(jwk),
    keyId: typeof kid === "string" && kid !== "" ? kid : undefined,
  };
}

/**
 * Host and port to ask: that of BATON_C1_API_HOST, else the one that the client id names.
 * @throws BatonError `C1-API-HOST`, exit code 2.
 */
export function c1Host(env: Readonly<Record<string, string | undefined>>, { tokenHost }: C1Credentials): string {
  const named = env["BATON_C1_API_HOST"]?.trim();
  if (!named) return tokenHost;
  const url = hostUrl(named);
  if (url) return url.host;
  throw settingError({
    code: "C1-API-HOST",
    message: "BATON_C1_API_HOST is no host",
    hint: "Write it as HOST or HOST:PORT, without https:// and without a path, or unset it.",
  });
}

function bareValue(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, "$2");
}

function parseClientId(id: string): { clientName: string; url: URL } {
  const at = id.indexOf("@");
  const slash = id.indexOf("/", at);
  const url = at < 0 || slash < 0 ? undefined : hostUrl(id.slice(at + 1, slash));
  if (!url) throw invalidClientId();
  return { clientName: id.slice(0, at), url };
}

/** The address of a host, with its port if there is one; undefined for everything else. */
function hostUrl(host: string): URL | undefined {
  const url = host === "" ? null : URL.parse(`https://${host}`);
  // A host that a URL reads differently (user:password@, a query) is not one that anybody wrote on purpose.
  return url?.host === host.toLowerCase().replace(/:443$/, "") ? url : undefined;
}

function parseClientSecret(secret: string): JsonWebKey {
  const [, , version, key = "", ...rest] = secret.split(":");
  if (version !== "v1" || rest.length > 0 || !/^[\w-]+$/.test(key)) throw invalidClientSecret();
  const jwk = parseJsonObject(Buffer.from(key, "base64url").toString("utf8"));
  if (jwk === undefined) throw invalidClientSecret();
  return jwk; // Its fields are checked where they are used.
}

function importKey(jwk: JsonWebKey): KeyObject {
  if (jwk.kty !== "OKP" || jwk.crv !== "Ed25519" || typeof jwk.d !== "string" || typeof jwk.x !== "string") {
    throw invalidClientSecret();
  }
  try {
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
    if (createPublicKey(privateKey).export({ format: "jwk" })["x"] === jwk.x) return privateKey;
  } catch {
    // As above: no detail of a key is repeated.
  }
  throw invalidClientSecret();
}

function invalidClientId(): BatonError {
  return new BatonError({
    code: "C1-CLIENT-ID",
    status: Status.unknown,
    message: "invalid client id: it is not of the form name@host/...",
    effect: "Nothing was started and ConductorOne was not contacted.",
    hint: "Copy the client id from the connector's settings in ConductorOne, as a whole.",
  });
}

function invalidClientSecret(): BatonError {
  return new BatonError({
    code: "C1-CLIENT-SECRET",
    status: Status.unknown,
    message: "invalid client secret: it does not hold a version 1 key",
    effect: "Nothing was started and ConductorOne was not contacted.",
    hint: "Copy the client secret again, or rotate it in the connector's settings in ConductorOne.",
  });
}
