/**
 * Keys and slugs that this machine has already: in the console's environment, and in the files of the Cloudsmith CLI.
 * They are offered by the name of their source and looked up anew each time; the console never stores them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isVendorUrl, parseApiKey, parseOrgSlug } from "../../cloudsmith/pasted.ts";
import { parseIni, secretTail } from "../../sdk/config/pasted-secret.ts";
import type { FoundSettings, KeySource } from "../contract/connectors.ts";
import { userHome } from "../store/data-directory.ts";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A key that was found. */
export interface FoundKey {
  readonly source: KeySource;
  readonly sourceName: string;
  readonly value: string;
}

/**
 * Whether a key of this machine may be sent to a base URL: to the vendor's own hosts, and to the one that the environment
 * names itself. Anywhere else it has to be entered, so that nobody who only has the page open can send it there.
 */
export function mayGoTo(baseUrl: string, env: Environment): boolean {
  const named = [env["BATON_BASE_URL"], env["CLOUDSMITH_API_HOST"]].map((text) => URL.parse(text ?? "")?.origin);
  return isVendorUrl(baseUrl) || named.includes(URL.parse(baseUrl)?.origin ?? "");
}

/** Every key, those of the environment first. */
export function findKeys(env: Environment): readonly FoundKey[] {
  const fromEnvironment = ["BATON_API_KEY", "CLOUDSMITH_API_KEY"].map((name) => ({
    source: "environment" as const,
    sourceName: name,
    value: env[name],
  }));
  const { CLOUDSMITH_PROFILE, CLOUDSMITH_CREDENTIALS_FILE } = env;
  const section = CLOUDSMITH_PROFILE ? `profile:${CLOUDSMITH_PROFILE.toLowerCase()}` : "default";
  const files = CLOUDSMITH_CREDENTIALS_FILE ? [CLOUDSMITH_CREDENTIALS_FILE] : cliFiles("credentials.ini", env);
  const fromFiles = files.map((path) => ({
    source: "cloudsmith-cli" as const,
    sourceName: shownPath(path),
    value: readIni(path).get(section)?.get("api_key"),
  }));
  return [...fromEnvironment, ...fromFiles].flatMap(({ source, sourceName, value }) => {
    const key = usableKey(value);
    return key === undefined ? [] : [{ source, sourceName, value: key }];
  });
}

/** What the form offers: never a key, its last four characters at most. */
export function findSettings(env: Environment): FoundSettings {
  const keys = findKeys(env).map(({ source, sourceName, value }) => ({
    source,
    sourceName,
    lastFour: secretTail(value) ?? "",
  }));
  const fromEnvironment = ["BATON_ORG_SLUG", "CLOUDSMITH_ORG"].map((name) => ({ sourceName: name, slug: env[name] }));
  const fromFiles = cliFiles("config.ini", env).map((path) => {
    const section = readIni(path).get("default");
    return { sourceName: shownPath(path), slug: section?.get("org") ?? section?.get("organization") };
  });
  const slugs = [...fromEnvironment, ...fromFiles].flatMap(({ sourceName, slug }) => {
    const usable = usableSlug(slug);
    return usable === undefined ? [] : [{ sourceName, slug: usable }];
  });
  return { keys, slugs };
}

/**
 * Where the Cloudsmith CLI keeps its files, but for the current directory: a file that somebody planted there must not
 * be offered as one's own (cloudsmith-cli: config reader; click: application directories).
 */
function cliFiles(name: string, { HOME, USERPROFILE, XDG_CONFIG_HOME, APPDATA }: Environment): readonly string[] {
  const home = HOME || USERPROFILE || userHome();
  if (home === undefined) return [];
  const app = new Map<NodeJS.Platform, string>([
    ["darwin", join(home, "Library", "Application Support", "cloudsmith")],
    ["win32", join(APPDATA || join(home, "AppData", "Roaming"), "cloudsmith")],
  ]);
  const directory = app.get(process.platform) ?? join(XDG_CONFIG_HOME || join(home, ".config"), "cloudsmith");
  return [join(directory, name), join(home, ".cloudsmith", name)];
}

function readIni(path: string): ReturnType<typeof parseIni> {
  try {
    return parseIni(readFileSync(path, "utf8"));
  } catch {
    // Not there, or not for this user: then there is nothing to offer.
    return new Map();
  }
}

function usableKey(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return parseApiKey(text).value;
  } catch {
    return undefined;
  }
}

function usableSlug(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return parseOrgSlug(text);
  } catch {
    return undefined;
  }
}

function shownPath(path: string): string {
  const home = userHome();
  return home !== undefined && path.startsWith(home) ? `~${path.slice(home.length)}` : path;
}
