/**
 * Where an API may live: at a named host with https, because its certificate vouches for the name whatever the name
 * resolves to; or on this machine, where plain http is good enough. The credential travels in a header.
 */
import { isIP } from "node:net";
import { unwrapPasted } from "../config/pasted.ts";
import { isLoopback } from "../net/proxy-setting.ts";

/** Thrown to the caller's words by {@link parseBaseUrl}: what is wrong, never the value, which may hold a password. */
export type RefuseBaseUrl = (problem: string) => Error;

/**
 * Checks a base URL and returns it without slashes at its end. A bare host name is taken for https.
 *
 * @throws what `refuse` makes when it is no URL, not https (or http to 127.0.0.0/8, ::1 or localhost), names another
 * machine by address or by a port of another service, or has credentials, a query or a fragment
 */
export function parseBaseUrl(text: string, refuse: RefuseBaseUrl): string {
  const { value } = unwrapPasted(text, /(url|host)$/i);
  const url = URL.parse(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/.*)?$/i.test(value) ? `https://${value}` : value);
  if (url === null) throw refuse("is not a URL");
  if (url.username !== "" || url.password !== "") throw refuse("must not contain a user name or password");
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(value)) throw refuse("must not have a query or fragment");
  // URL has written every other spelling of an IPv4 address (decimal, hexadecimal, octal) as four numbers.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol === "http:" && !isLoopback(host)) {
    throw refuse("must begin with https://; http:// is for this machine only, because the key would be readable");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse("must begin with https://");
  if (!isLoopback(host)) {
    // Of a cloud's metadata, a router or a neighbour: no public certificate is for an address.
    if (isIP(host) !== 0) throw refuse("must name a host, not an address");
    if (isForeignPort(url.port)) throw refuse("must not name a port of another service");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** Below 1024 live services with protocols of their own, which may take a request for a command. */
function isForeignPort(port: string): boolean {
  return port !== "" && Number(port) < 1024;
}
