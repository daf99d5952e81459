/** What the Cloudsmith CLI has on this machine: where its files lie, and the host that its key is for. */
import { dirname, join } from "node:path";
import { readIni } from "../sdk/config/pasted-secret.ts";

/** Variables by name; the CLI's own among them. */
export type CliEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Where the CLI keeps its files, but for the current directory: a file that somebody planted there must not count as one's
 * own (Cloudsmith CLI: config reader).
 */
export function cliFiles(name: "config.ini" | "credentials.ini", env: CliEnvironment): readonly string[] {
  const { CLOUDSMITH_CONFIG_FILE, CLOUDSMITH_CREDENTIALS_FILE } = env;
  const named = name === "config.ini" ? CLOUDSMITH_CONFIG_FILE : CLOUDSMITH_CREDENTIALS_FILE;
  return named ? [named] : applicationFiles("cloudsmith", name, env);
}

/**
 * Places of a file of a program that is written with Python's click, the likeliest first (click: application directories);
 * none for a user without a home directory.
 */
function applicationFiles(program: string, file: string, env: CliEnvironment): readonly string[] {
  const { HOME, USERPROFILE, XDG_CONFIG_HOME, APPDATA } = env;
  const home = HOME || USERPROFILE;
  if (!home) return [];
  const directories = new Map<NodeJS.Platform, string>([
    ["darwin", join(home, "Library", "Application Support")],
    ["win32", APPDATA || join(home, "AppData", "Roaming")],
  ]);
  const directory = directories.get(process.platform) ?? (XDG_CONFIG_HOME || join(home, ".config"));
  return [join(directory, program, file), join(home, `.${program}`, file)];
}

/** A host, as it is written, and what names it. */
export interface CliHost {
  readonly host: string;
  readonly namedBy: string;
}

/**
 * The host that a key of the CLI is for: in the CLI's variable, else in the config.ini beside `credentials`, the file that
 * the key stands in, else in the usual ones (Cloudsmith CLI: configuration files). Undefined where none says it.
 */
export function cliHost(credentials: string | undefined, env: CliEnvironment): CliHost | undefined {
  const { CLOUDSMITH_API_HOST: named, CLOUDSMITH_PROFILE: profile = "" } = env;
  if (named) return { host: named, namedBy: "CLOUDSMITH_API_HOST" };
  const files = credentials === undefined ? cliFiles("config.ini", env) : [join(dirname(credentials), "config.ini")];
  for (const file of files) {
    const sections = readIni(file);
    const host =
      sections.get(`profile:${profile.toLowerCase()}`)?.get("api_host") || sections.get("default")?.get("api_host");
    if (host) return { host, namedBy: `api_host in ${file}` };
  }
  return undefined;
}
