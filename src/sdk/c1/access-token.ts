/** The access token for C1: fetched when needed, kept until shortly before it ends, one fetch at a time. */
import { randomBytes } from "node:crypto";
import { request } from "node:https";
import { SignJWT } from "jose";
import type { Clock } from "../clock.ts";
import { sdkVersion } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import { parseJsonObject } from "../json-object.ts";
import type { Network } from "../net/network.ts";
import { wayHint } from "../net/proxy-setting.ts";
import { certificateHint, handshakeReason, isCertificateError } from "../net/trusted-roots.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import type { C1Credentials } from "./credentials.ts";

/** Tokens are renewed this long before they end, so that none ends on its way. */
const renewBeforeMs = 10_000;
const timeoutMs = 30_000;
const maxReplyBytes = 65_536;
/** What a header may hold. */
const sendable = /^[\x20-\x7e]+$/;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** What a {@link TokenSource} needs. */
export interface TokenSourceOptions {
  readonly credentials: C1Credentials;
  /** Those that are good now, where they can be replaced between two tokens. Must not reject. */
  readonly currentCredentials?: () => Promise<C1Credentials>;
  /** Host and port to ask; the scheme is always https. */
  readonly host: string;
  readonly network: Network;
  readonly clock: Clock;
  readonly redactor: SecretRedactor;
  /** Ends asking; its reason is then part of the error. */
  readonly signal?: AbortSignal;
}

/** A token as it goes into the `authorization` header. */
export interface AccessToken {
  readonly header: string;
  /** Milliseconds since the epoch; Infinity when C1 names no end. */
  readonly expiresAtMs: number;
  /** The bare token, to hide it from logs. */
  readonly value: string;
}

/** Gives tokens. */
export class TokenSource {
  readonly #options: TokenSourceOptions;
  #current: AccessToken | undefined;
  #fetching: Promise<AccessToken> | undefined;

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /**
   * The current token, or a new one.
   * @throws BatonError `C1-TOKEN` (Unauthenticated) when C1 refuses, `C1-TOKEN-UNAVAILABLE` when it cannot answer now.
   */
  async get(): Promise<AccessToken> {
    const { clock } = this.#options;
    if (this.#current && clock.nowMs() < this.#current.expiresAtMs - renewBeforeMs) return this.#current;
    this.#fetching ??= this.#renew().finally(() => {
      this.#fetching = undefined;
    });
    return await this.#fetching;
  }

  /** Forgets `token`, which C1 did not accept; a newer one stays. */
  reject(token: AccessToken): void {
    if (this.#current === token) this.#current = undefined;
  }

  async #renew(): Promise<AccessToken> {
    const { clock, redactor } = this.#options;
    const token = await this.#fetch(clock.nowMs());
    // Before it is used: whatever quotes it from now on is redacted. The one before it is of no more use to anybody.
    if (this.#current) redactor.remove(this.#current.value);
    redactor.add(token.value);
    this.#current = token;
    return token;
  }

  async #fetch(nowMs: number): Promise<AccessToken> {
    const { host, network, signal, currentCredentials } = this.#options;
    const credentials = (await currentCredentials?.()) ?? this.#options.credentials;
    const form = new URLSearchParams({
      client_id: credentials.clientId,
      grant_type: "client_credentials",
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(credentials, nowMs),
    });
    const reply = await post(`https://${host}/auth/v1/token`, form.toString(), network, signal);
    if (reply.status !== 200) throw refusal(reply);
    return parseToken(reply.body, nowMs);
  }
}

interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
}

async function post(url: string, form: string, network: Network, ended?: AbortSignal): Promise<Reply> {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = ended ? AbortSignal.any([late, ended]) : late;
  // Not kept: until the next token it would only keep the process.
  const agent = network.httpsAgent();
  // A request hears of its signal only once it has a connection.
  signal.addEventListener("abort", () => agent.destroy(), { once: true });
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = request(
    url,
    {
      method: "POST",
      agent,
      signal,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": Buffer.byteLength(form),
        "User-Agent": `baton-c1-credential-provider baton-sdk/${sdkVersion}`,
      },
    },
    (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxReplyBytes) outgoing.destroy(new RangeError("the answer is too long for a token"));
        chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, statusMessage = "" } = response;
        resolve({ status: statusCode, statusText: statusMessage, body: Buffer.concat(chunks).toString("utf8") });
      });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(form);
  try {
    return await promise;
  } catch (cause) {
    if (cause instanceof BatonError) throw cause;
    const hint = `Check the network's way to ConductorOne. ${wayHint(network.proxyFor(new URL(url)))}`;
    throw unavailable(handshakeReason(cause) ?? String(cause instanceof Error ? cause.message : cause), {
      hint,
      cause,
    });
  }
}

function parseToken(body: string, nowMs: number): AccessToken {
  const reply = parseJsonObject(body);
  if (reply === undefined) throw noToken("ConductorOne's answer is not JSON");
  const { access_token: value, token_type: type, expires_in: lifetime } = reply;
  if (typeof value !== "string" || value === "") throw noToken("ConductorOne's answer holds no access token");
  const header = `${headerType(typeof type === "string" ? type : "")} ${value}`;
  if (!sendable.test(header)) throw noToken("ConductorOne's answer holds an access token that cannot be sent");
  const seconds = Number(lifetime ?? 0);
  return {
    header,
    expiresAtMs: seconds > 0 ? nowMs + seconds * 1000 : Number.POSITIVE_INFINITY,
    value,
  };
}

/** Spelled as Go's oauth2 package spells the well-known types; others as they came. */
function headerType(type: string): string {
  const known: Readonly<Record<string, string>> = { "": "Bearer", bearer: "Bearer", mac: "MAC", basic: "Basic" };
  return known[type.toLowerCase()] ?? type;
}

/** Overload and outages pass; every other status is C1's word on the credentials. */
function refusal({ status, statusText }: Reply): BatonError {
  const text = `${status} ${statusText}`.trim();
  if (status === 429 || status >= 500) return unavailable(text);
  return noToken(text);
}

function noToken(reason: string): BatonError {
  return new BatonError({
    code: "C1-TOKEN",
    status: Status.unauthenticated,
    message: `failed to get token: ${reason}`,
    effect: "ConductorOne was given nothing.",
    hint: "Check client id and secret, and that this machine's clock is right; rotate the secret in ConductorOne if need be.",
  });
}

function unavailable(
  reason: string,
  { hint = "Try again later.", cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): BatonError {
  return new BatonError({
    code: "C1-TOKEN-UNAVAILABLE",
    status: Status.unavailable,
    message: `failed to get token: ${reason}`,
    effect: "ConductorOne was given nothing.",
    hint: isCertificateError(cause) ? certificateHint : hint,
    cause,
  });
}

/** Seconds that the clocks of both sides may be apart, and that an assertion is good for. */
const leewaySeconds = 120;

/**
 * A compact JWS (EdDSA) for the token endpoint: issuer and subject are the client id, the audience is the host that
 * the client id names, even when another one is contacted (Baton SDK: service mode token).
 * @param nowMs milliseconds since the epoch.
 */
async function signAssertion(credentials: C1Credentials, nowMs: number): Promise<string> {
  const { clientId, audience, privateKey, keyId } = credentials;
  const now = Math.floor(nowMs / 1000);
  return await new SignJWT()
    .setProtectedHeader({
      alg: "EdDSA",
      nonce: randomBytes(16).toString("hex"),
      ...(keyId !== undefined && { kid: keyId }),
    })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now - leewaySeconds)
    .setExpirationTime(now + leewaySeconds)
    .sign(privateKey);
}
