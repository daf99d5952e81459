/** The headers that every answer carries, errors and downloads included. Knows nothing of what is answered. */
import type { ServerResponse } from "node:http";

/** Nothing but the console's own files; nothing inline, no frames, no other base or form target. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * By name, lower case. There is no Strict-Transport-Security on purpose: it would break every other service that this
 * machine serves on localhost.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  // Only assets replace it.
  "cache-control": "no-store",
};

/** Sets them; what is answered later can replace one, and leaves none out. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
}

/** An answer without a body for a connection whose request could not even be read. */
export function rawAnswer(status: string): string {
  const lines = Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}content-length: 0\r\nconnection: close\r\n\r\n`;
}
