/**
 * Reads the address of a proxy as people write it in HTTPS_PROXY and HTTP_PROXY, and which hosts are asked without one, as
 * NO_PROXY says it to Go programs and curl. Opens no connection and resolves no name.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { BatonError, Status } from "../errors.ts";

/** A proxy that opens connections. */
export interface ProxyServer {
  /** Over TLS to the proxy itself. */
  readonly isSecure: boolean;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Value of `Proxy-Authorization`; undefined without credentials. Never shown. */
  readonly authorization: string | undefined;
  /** Scheme, host and port, to be shown to people. */
  readonly shown: string;
  /** The variable that names it. */
  readonly variable: string;
}

/** How a proxy is told of. */
export type ProxyName = Pick<ProxyServer, "shown" | "variable">;

/** The proxy without what must not be shown. */
export function nameOf(proxy: ProxyServer | undefined): ProxyName | undefined {
  return proxy && { shown: proxy.shown, variable: proxy.variable };
}

/** Where to look when no connection came about: at the proxy on the way, or whether one is missing. */
export function wayHint(proxy: ProxyName | undefined): string {
  if (!proxy) return "If this machine needs a proxy, set HTTPS_PROXY.";
  return `The way leads through the proxy ${proxy.shown}, which ${proxy.variable} names: look there too, or exempt the host with NO_PROXY.`;
}

/** A proxy, and what must not be shown of its address. */
export interface ProxySetting {
  readonly proxy: ProxyServer;
  readonly secrets: readonly string[];
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };
const largestPort = 65_535;

/**
 * Reads `[http://|https://][USER[:PASSWORD]@]HOST[:PORT][/]`. Without a scheme it is http. Everything before the last `@`
 * is credentials, so that a password may hold `#`, `/`, `?` and `@` as they are; a `%` begins an escape.
 * @param variable the variable that holds it, for the error.
 * @throws BatonError `NET-PROXY-SETTING`; the value is not in it.
 */
export function parseProxy(text: string, variable: string): ProxySetting {
  if (/^\s*["']/.test(text)) throw badProxy(variable, "it is in quotation marks");
  const [, scheme = "http", rest = ""] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
  const protocol = scheme.toLowerCase();
  const defaultPort = defaultPorts[protocol];
  if (defaultPort === undefined) throw badProxy(variable, "only http:// and https:// proxies are supported");
  const at = rest.lastIndexOf("@");
  const userInfo = at < 0 ? "" : rest.slice(0, at);
  const address = parseAddress(rest.slice(at + 1), variable);
  if (address === undefined) throw badProxy(variable, "it does not name a host");
  const { host, port = defaultPort } = address;
  return {
    proxy: {
      isSecure: protocol === "https",
      host,
      port,
      authorization: authorizationOf(userInfo, variable),
      shown: `${protocol}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      variable,
    },
    secrets: secretsOf(userInfo),
  };
}

/** What must not be shown of a setting that may be impossible to read. */
export function secretsIn(text: string): readonly string[] {
  const rest = text.replace(/^\s*[a-z][a-z\d+.-]*:\/\//i, "");
  const at = rest.lastIndexOf("@");
  return at < 0 ? [] : secretsOf(rest.slice(0, at));
}

function parseAddress(text: string, variable: string): { host: string; port: number | undefined } | undefined {
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:/?#[\]]*))(?::([^/?#]*))?\/?$/.exec(text) ?? [];
  if (bracketed === undefined && name === undefined) return undefined;
  const isGoodName = bracketed === undefined ? isHostName(name ?? "") : isIPv6(bracketed);
  if (!isGoodName) return undefined;
  return { host: bracketed ?? name ?? "", port: port ? parsePort(port, variable) : undefined };
}

function isHostName(name: string): boolean {
  // The URL parser knows which names can be hosts, also in other scripts than Latin.
  return /^[^\s"'<>\\^`{|}%]+$/.test(name) && URL.canParse(`http://${name}`);
}

function parsePort(text: string, variable: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > largestPort) throw badProxy(variable, "its port is not a number from 1 to 65535");
  return port;
}

function authorizationOf(userInfo: string, variable: string): string | undefined {
  if (userInfo === "") return undefined;
  const { user, password } = splitUserInfo(userInfo);
  try {
    const credentials = `${decodeURIComponent(user)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
  } catch {
    // The error quotes nothing, but what it is about is a password.
    throw badProxy(variable, "its name or password has a % that begins no escape; write it as %25");
  }
}

function splitUserInfo(userInfo: string): { readonly user: string; readonly password: string } {
  const colon = userInfo.indexOf(":");
  return colon < 0
    ? { user: userInfo, password: "" }
    : { user: userInfo.slice(0, colon), password: userInfo.slice(colon + 1) };
}

function secretsOf(userInfo: string): readonly string[] {
  const { user, password } = splitUserInfo(userInfo);
  // Some proxies take a token as the name, with an empty password.
  const secret = password === "" ? user : password;
  if (secret === "") return [];
  try {
    return [secret, decodeURIComponent(secret)];
  } catch {
    return [secret];
  }
}

/** The proxy that `variable` names cannot be used; the reason holds nothing of its value. */
export function badProxy(variable: string, reason: string): BatonError {
  return new BatonError({
    code: "NET-PROXY-SETTING",
    status: Status.unknown,
    message: `The value of ${variable} is no proxy that can be used: ${reason}.`,
    effect: "Nothing was sent.",
    hint: `Set ${variable} to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or unset it for this program.`,
    fatal: true,
  });
}

/** Says of a host whether it is exempt. `host` as in a URL, IPv6 without brackets. */
export type ExemptHosts = (host: string, port: number) => boolean;

type Rule = (host: Host) => boolean;

interface Host {
  readonly name: string;
  readonly port: number;
  readonly family: "ipv4" | "ipv6" | undefined;
}

/**
 * Reads a list separated by commas or blanks (Go: net/http/httpproxy). An entry is `*` for all hosts; a name, which
 * stands for its subdomains as well; a name after a dot or `*.`, which stands for its subdomains alone; an address; or a
 * block such as `10.0.0.0/8`. Names and addresses may have a port. Of an address only its text counts: a name is not
 * looked up. An entry of another form exempts nothing. This machine is always exempt.
 */
export function exemptHosts(list: string): ExemptHosts {
  const rules = list
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => toRule(entry.toLowerCase()));
  return (host, port) => {
    const name = host.toLowerCase().replace(/\.$/, "");
    const version = isIP(name);
    const asked: Host = { name, port, family: version === 0 ? undefined : version === 4 ? "ipv4" : "ipv6" };
    return isLoopback(name) || rules.some((matches) => matches(asked));
  };
}

/** True for a host that only this machine reaches: `localhost`, or an address, IPv6 without brackets. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return host === "localhost" || (version !== 0 && loopback.check(host, version === 4 ? "ipv4" : "ipv6"));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function toRule(entry: string): Rule {
  if (entry === "*") return () => true;
  const block = blockOf(entry);
  if (block) return ({ name, family }) => family !== undefined && block.check(name, family);
  const { name, port } = splitPort(entry);
  const isPort = (host: Host): boolean => port === undefined || host.port === port;
  if (isIP(name) !== 0) {
    const address = new BlockList();
    address.addAddress(name, isIPv4(name) ? "ipv4" : "ipv6");
    return (host) => isPort(host) && host.family !== undefined && address.check(host.name, host.family);
  }
  const bare = name.replace(/^\*?\./, "");
  const domain = domainToASCII(bare.replace(/\.$/, ""));
  if (domain === "") return () => false;
  const isWhole = bare === name;
  return (host) => isPort(host) && (host.name.endsWith(`.${domain}`) || (isWhole && host.name === domain));
}

function blockOf(entry: string): BlockList | undefined {
  const [, address = "", prefix = ""] = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(prefix) > (version === 4 ? 32 : 128)) return undefined;
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), version === 4 ? "ipv4" : "ipv6");
  return block;
}

function splitPort(entry: string): { readonly name: string; readonly port: number | undefined } {
  if (isIP(entry) !== 0) return { name: entry, port: undefined };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? "", port: port === undefined ? undefined : Number(port) };
}
