/** The arguments and the help text of the command `console`. What does not fit together is refused. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { helpField, parseFlags, usageError } from "../sdk/cli/parse-argv.ts";
import type { Field } from "../sdk/config/field.ts";

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
  readonly opensBrowser: boolean;
  readonly startsSample: boolean;
  /** Only prints a new link into the console that runs. */
  readonly printsLink: boolean;
}

const own = { exportTarget: "none" } as const;
const defaultPort = 7433;
const fields: readonly Field[] = [
  { kind: "int", name: "port", ...own },
  { kind: "string", name: "host", ...own },
  { kind: "bool", name: "allow-remote", ...own },
  { kind: "string", name: "name", ...own },
  { kind: "string", name: "tls-cert", ...own },
  { kind: "string", name: "tls-key", ...own },
  { kind: "string", name: "data-dir", ...own },
  { kind: "string", name: "store-key-file", ...own },
  { kind: "bool", name: "keys-in-memory", ...own },
  { kind: "bool", name: "no-open", ...own },
  { kind: "bool", name: "sample", ...own },
  { kind: "bool", name: "link", ...own },
  helpField,
];
const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Reads the arguments behind `console`; undefined when help is asked for. @throws BatonError `BATON-USAGE`. */
export function parseConsoleOptions(argv: readonly string[], { env, cwd }: CliIo): ConsoleOptions | undefined {
  const { values, operands } = parseFlags(argv, fields);
  const text = (name: string): string | undefined => values.get(name)?.at(-1);
  const isOn = (name: string): boolean => text(name) === "true";
  if (isOn(helpField.name)) return undefined;
  const [excess] = operands;
  if (excess !== undefined) throw usageError(`console does not take ${JSON.stringify(excess)}`);
  const host = text("host") ?? "127.0.0.1";
  const isRemote = !isLoopback(host);
  if (isRemote && !isOn("allow-remote")) {
    throw usageError(`--host ${host} lets other machines in`, "Add --allow-remote if that is what you want.");
  }
  const path = (value: string | undefined): string | undefined => (value ? resolve(cwd, value) : undefined);
  return {
    host,
    port: readPort(text("port")),
    names: isRemote ? remoteNames(host, values.get("name") ?? []) : loopbackNames(host, values.get("name")),
    isRemote,
    tls: readTls(path(text("tls-cert")), path(text("tls-key"))),
    dataDir: path(text("data-dir") ?? env["BATON_CONSOLE_DATA_DIR"]),
    storeKeyFile: path(text("store-key-file")),
    keysInMemory: isOn("keys-in-memory"),
    opensBrowser: !isOn("no-open"),
    startsSample: isOn("sample"),
    printsLink: isOn("link"),
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? defaultPort : Number(text);
  if (port >= 0 && port <= 65_535) return port;
  throw usageError(`--port is a number from 0 to 65535, not ${port}`);
}

/** The address that is listened on comes first: it is the one that surely answers. */
function loopbackNames(host: string, names: readonly string[] | undefined): readonly string[] {
  if (names !== undefined) throw usageError("--name is for --host with --allow-remote");
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

/** Help about `console`. */
export function consoleHelp(program: string): string {
  return `Serves a web page on this machine: set the connector up, watch it sync, review who has access.

Usage:
  ${program} console [flags]

The page is for whoever opens the link that is printed. The link is good once and for five minutes;
\`${program} console --link\` prints a new one while the console runs.

Flags:
      --port N               port to listen on (default ${defaultPort}; one that is taken leads to the next free one)
      --data-dir DIR         where connectors, history and logs are kept ($BATON_CONSOLE_DATA_DIR)
      --store-key-file FILE  file with the key that stored API keys are encrypted with (default: one in the data directory)
      --keys-in-memory       keep entered API keys in memory only: they are asked for again after a restart
      --sample               begin with a made-up organization, synced
      --no-open              do not open the browser
      --link                 print a new link into the console that runs, and end
      --host ADDRESS         address to listen on (default 127.0.0.1); others than loopback need --allow-remote
      --allow-remote         let other machines in
      --name NAME            name or address that browsers of other machines come by; can be repeated
      --tls-cert FILE        PEM certificate for HTTPS
      --tls-key FILE         PEM private key of the certificate
  -h, --help                 help for console
`;
}
