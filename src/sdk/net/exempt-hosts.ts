/** Which hosts are asked without a proxy, as NO_PROXY says it to Go programs and curl. Pure; resolves no name. */
import { BlockList, isIP, isIPv4 } from "node:net";
import { domainToASCII } from "node:url";

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
    return isThisMachine(asked) || rules.some((matches) => matches(asked));
  };
}

function isThisMachine({ name, family }: Host): boolean {
  return name === "localhost" || (family !== undefined && loopback.check(name, family));
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
