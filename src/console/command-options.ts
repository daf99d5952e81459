/** What the flags of `console` ask for. What does not fit together is refused. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import type { Invocation } from "../sdk/cli/app.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import type { Flag } from "../sdk/config/field.ts";
import { isLoopback } from "../sdk/net/proxy-setting.ts";

/** What `console` is to do. */
export interface ConsoleOptions {
  readonly host: string;
  readonly port: number;
  /** Names and addresses that browsers come by; the first one stands in the link. IPv6 in brackets. */
  readonly names: readonly string[];
  readonly isRemote: boolean;
  /** Paths of PEM files; undefined for plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Undefined: where the store keeps it by default. */
  readonly dataDir: string | undefined;
  readonly storeKeyFile: string | undefined;
  readonly keysInMemory: boolean;
  readonly evidenceKeyFile: string | undefined;
  readonly opensBrowser: boolean;
  readonly startsSample: boolean;
  /** Only writes a back-up to this path. */
  readonly backup: string | undefined;
  /** Only restores the back-up at this path. */
  readonly restore: string | undefined;
  /** Only prints a new link into the console that runs. */
  readonly printsLink: boolean;
}

type PathFlag = "data-dir" | "store-key-file" | "evidence-key" | "backup" | "restore" | "tls-cert" | "tls-key";
type ConsoleFlag =
  | Flag<"string", PathFlag | "host">
  | Flag<"int", "port">
  | Flag<"stringSlice", "name">
  | Flag<"bool", "allow-remote" | "keys-in-memory" | "no-open" | "sample" | "link">;

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Reads what the flags ask for. @throws BatonError `BATON-USAGE`. */
export function readConsoleOptions({ io: { env, cwd }, flags, options }: Invocation<ConsoleFlag>): ConsoleOptions {
  const text = (name: PathFlag): string | undefined => (options.isGiven(name) ? options.string(name) : undefined);
  const [excess] = flags.operands;
  if (excess !== undefined) throw usageError(`console does not take ${JSON.stringify(excess)}`);
  const host = options.string("host");
  const names = options.strings("name");
  const isRemote = !isLoopback(host);
  if (isRemote && !options.bool("allow-remote")) {
    throw usageError(`--host ${host} lets other machines in`, "Add --allow-remote if that is what you want.");
  }
  const path = (value: string | undefined): string | undefined => (value ? resolve(cwd, value) : undefined);
  return {
    host,
    port: readPort(options.int("port")),
    names: isRemote ? remoteNames(host, names) : loopbackNames(host, names),
    isRemote,
    tls: readTls(path(text("tls-cert")), path(text("tls-key"))),
    dataDir: path(text("data-dir") ?? env["BATON_CONSOLE_DATA_DIR"]),
    storeKeyFile: path(text("store-key-file")),
    keysInMemory: options.bool("keys-in-memory"),
    evidenceKeyFile: path(text("evidence-key")),
    opensBrowser: !options.bool("no-open"),
    startsSample: options.bool("sample"),
    printsLink: options.bool("link"),
    backup: path(text("backup")),
    restore: path(text("restore")),
  };
}

function readPort(port: number): number {
  if (port >= 0 && port <= 65_535) return port;
  throw usageError(`--port is a number from 0 to 65535, not ${port}`);
}

/** The address that is listened on comes first: it is the one that surely answers. */
function loopbackNames(host: string, names: readonly string[]): readonly string[] {
  if (names.length > 0) throw usageError("--name is for --host with --allow-remote");
  return [...new Set([bracketed(host), ...loopback])];
}

function remoteNames(host: string, names: readonly string[]): readonly string[] {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  if (isEverywhere && names.length === 0) {
    throw usageError(
      `--host ${host} needs --name with the name or address that browsers come by`,
      "Requests that ask for any other name are refused.",
    );
  }
  const odd = names.find((name) => !/^[a-z0-9.-]+$/.test(name) && isIP(name) === 0);
  if (odd !== undefined) throw usageError(`--name is a host name in lower case or an address, not ${odd}`);
  return [...names, ...(isEverywhere ? [] : [host])].map(bracketed);
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function readTls(certFile: string | undefined, keyFile: string | undefined): ConsoleOptions["tls"] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw usageError("--tls-cert and --tls-key belong together");
  return { certFile, keyFile };
}
