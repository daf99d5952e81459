/** The signed statement by which a connector proves to C1 who it is. Neither sends nor keeps anything. */
import { randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import type { C1Credentials } from "./credentials.ts";

/** Seconds that the clocks of both sides may be apart, and that an assertion is good for. */
const leewaySeconds = 120;

/**
 * A compact JWS (EdDSA) for the token endpoint: issuer and subject are the client id, the audience is the host that
 * the client id names, even when another one is contacted (Baton SDK: service mode token).
 * @param nowMs milliseconds since the epoch.
 */
export async function signAssertion(credentials: C1Credentials, nowMs: number): Promise<string> {
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
