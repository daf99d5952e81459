/**
 * The gate: what every request must pass before anything else looks at it, static files and event streams included. A
 * page on the loopback is reached by every web site that the browser shows: the Host header tells who asked for what
 * address, Origin and Sec-Fetch-Site whose page asked. Pure; sessions are checked behind it.
 */

/** The parts of a request that decide. */
export interface GateRequest {
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
}

/** Where the console is, as its own pages know it. */
export interface OwnPlace {
  readonly scheme: "http" | "https";
  /** Values of the Host header that are the console's, such as `127.0.0.1:7070`. */
  readonly hosts: ReadonlySet<string>;
}

/** Why a request goes no further: the status of an answer without a body. */
export interface Refusal {
  readonly status: 403 | 405 | 415 | 421;
  readonly headers: Readonly<Record<string, string>>;
}

const allowedMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);
/** Bodies that only a script of the same origin can send without asking first. */
const bodyTypes: ReadonlySet<string> = new Set(["application/json", "application/octet-stream"]);

/**
 * Values of the Host header for an address with this port.
 * @param names names and addresses; IPv6 in brackets.
 */
export function ownHosts(names: readonly string[], port: number, scheme: OwnPlace["scheme"]): ReadonlySet<string> {
  const isDefaultPort = port === (scheme === "https" ? 443 : 80);
  return new Set(names.flatMap((name) => [`${name}:${port}`, ...(isDefaultPort ? [name] : [])]));
}

/** Undefined lets the request through. */
export function gate(request: GateRequest, own: OwnPlace): Refusal | undefined {
  const hosts = valuesOf(request, "host");
  const [host = ""] = hosts;
  // Exactly one, and one of ours; an absolute target would name a second one.
  if (hosts.length !== 1 || !own.hosts.has(host) || !request.target.startsWith("/")) return refusal(421);
  if (!allowedMethods.has(request.method)) return { status: 405, headers: { allow: [...allowedMethods].join(", ") } };
  const isWrite = request.method === "POST";
  const isOwnOrigin = hasOwnOrigin(request, `${own.scheme}://${host}`, isWrite);
  if (!isOwnOrigin || !hasOwnSite(request, isWrite)) return refusal(403);
  return isWrite && !hasBodyType(request) ? refusal(415) : undefined;
}

/** Browsers name the origin with every POST that a script sends; with what they only fetch, not always. */
function hasOwnOrigin(request: GateRequest, own: string, isRequired: boolean): boolean {
  const origins = valuesOf(request, "origin");
  if (origins.length === 0) return !isRequired;
  return origins.length === 1 && origins[0] === own;
}

/** Another site may lead here, by a link, to a page that shows nothing without a session; it may not fetch anything. */
function hasOwnSite(request: GateRequest, isWrite: boolean): boolean {
  const sites = valuesOf(request, "sec-fetch-site");
  if (sites.length === 0) return true;
  const [site] = sites;
  if (sites.length > 1) return false;
  if (site === "same-origin") return true;
  if (isWrite) return false;
  return site === "none" || (isNavigation(request) && !pathOf(request.target).startsWith("/api/"));
}

function isNavigation(request: GateRequest): boolean {
  const [mode, destination] = [valuesOf(request, "sec-fetch-mode"), valuesOf(request, "sec-fetch-dest")];
  return mode.join() === "navigate" && destination.join() === "document";
}

function hasBodyType(request: GateRequest): boolean {
  const types = valuesOf(request, "content-type");
  const [type = ""] = (types[0] ?? "").split(";");
  return types.length === 1 && bodyTypes.has(type.trim().toLowerCase());
}

function valuesOf({ rawHeaders }: GateRequest, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? "";
}

function refusal(status: Refusal["status"]): Refusal {
  return { status, headers: {} };
}
