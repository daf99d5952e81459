/** Gives access tokens to clients that prove to hold the key, and knows which tokens are still good. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { jwtVerify } from "jose";
import type { Clock } from "../../src/sdk/clock.ts";

/** Credentials in the forms in which they are handed to a connector. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An answer to a request for a token. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const leewaySeconds = 120;

/** Verifies assertions (EdDSA) and keeps the tokens. */
export class TokenEndpoint {
  /** Those that are good now. */
  credentials: Credentials;
  /** Lifetime of new tokens, in seconds. */
  lifetimeSeconds = 3_600;
  /** How many tokens were given. */
  given = 0;
  readonly #clock: Clock;
  readonly #audience: string;
  readonly #host: string;
  #publicKey: KeyObject;
  readonly #nonces = new Set<string>();
  /** End of each good token, milliseconds since the epoch, by its digest. */
  readonly #tokens = new Map<string, number>();

  /** `host` with port, as it goes into the client id. */
  constructor(host: string, clock: Clock) {
    this.#clock = clock;
    this.#audience = host.replace(/:\d+$/, "");
    this.#host = host;
    const { publicKey, credentials } = newCredentials(host);
    this.#publicKey = publicKey;
    this.credentials = credentials;
  }

  /** Makes a new secret for the same client id: the old one, and tokens that were given for it, are good no longer. */
  rotate(): Credentials {
    const { publicKey, credentials } = newCredentials(this.#host);
    this.#publicKey = publicKey;
    this.credentials = credentials;
    this.revokeAll();
    return credentials;
  }

  /** Answers a form posted to `/auth/v1/token`. */
  async answer(form: URLSearchParams): Promise<TokenAnswer> {
    if (form.get("grant_type") !== "client_credentials" || form.get("client_assertion_type") !== assertionType) {
      return { status: 400, body: { error: "unsupported_grant_type" } };
    }
    const reason = await this.#refusal(form);
    if (reason !== undefined) return { status: 401, body: { error: "invalid_client", error_description: reason } };
    const token = randomBytes(24).toString("base64url");
    this.#tokens.set(digest(token), this.#clock.nowMs() + this.lifetimeSeconds * 1000);
    this.given++;
    // Lower case: a client must not rely on the spelling of the type.
    return { status: 200, body: { access_token: token, token_type: "bearer", expires_in: this.lifetimeSeconds } };
  }

  /** True for `Bearer <token>` with a token that was given and has not ended. */
  accepts(authorization: string | null): boolean {
    const [, token = ""] = /^Bearer (.+)$/.exec(authorization ?? "") ?? [];
    return (this.#tokens.get(digest(token)) ?? 0) > this.#clock.nowMs();
  }

  /** Makes every token given so far bad. */
  revokeAll(): void {
    this.#tokens.clear();
  }

  async #refusal(form: URLSearchParams): Promise<string | undefined> {
    const { clientId } = this.credentials;
    if (form.get("client_id") !== clientId) return "unknown client";
    try {
      const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion") ?? "", this.#publicKey, {
        algorithms: ["EdDSA"],
        issuer: clientId,
        subject: clientId,
        audience: this.#audience,
        requiredClaims: ["iat", "nbf", "exp"],
        currentDate: new Date(this.#clock.nowMs()),
      });
      const { iat = 0, nbf, exp, aud } = payload;
      if (exp !== iat + leewaySeconds || nbf !== iat - leewaySeconds)
        return "the assertion is not good for two minutes";
      if (typeof aud !== "string") return "the audience is not a plain string";
      const { nonce } = protectedHeader;
      if (typeof nonce !== "string" || !/^[0-9a-f]{32}$/.test(nonce)) return "the nonce is not 32 hex digits";
      if (this.#nonces.has(nonce)) return "the nonce was used before";
      this.#nonces.add(nonce);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function newCredentials(host: string): { readonly publicKey: KeyObject; readonly credentials: Credentials } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = JSON.stringify(privateKey.export({ format: "jwk" }));
  const clientId = `sandbox-connector@${host}/sandbox`;
  return {
    publicKey,
    credentials: { clientId, clientSecret: `secret-token:sandbox:v1:${Buffer.from(jwk).toString("base64url")}` },
  };
}
