/**
 * Keys and slugs that this machine has already: in the console's environment, and in the files of the Cloudsmith CLI.
 * They are offered by the name of their source and looked up anew each time; the console never stores them.
 */
import { cliFiles, cliHost } from "../../cloudsmith/cli-files.ts";
import { isVendorUrl, parseApiKey, parseBaseUrl, parseOrgSlug } from "../../cloudsmith/pasted.ts";
import { readIni, secretTail } from "../../sdk/config/pasted-secret.ts";
import type { FoundSettings, KeySource } from "../contract/connectors.ts";
import { userHome } from "../store/data-directory.ts";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A key that was found. */
export interface FoundKey {
  readonly source: KeySource;
  readonly sourceName: string;
  readonly value: string;
  /** The host that the key is for, where the file that it stands in has another beside it that says so. */
  readonly host?: string | undefined;
}

/**
 * Whether a key of this machine may be sent to a base URL: to the host that it is for, where that is known; else to the
 * vendor's own hosts, and to the one that the environment names itself. Anywhere else it has to be entered, so that nobody
 * who only has the page open can send it there.
 */
export function mayGoTo(baseUrl: string, { host }: Pick<FoundKey, "host">, env: Environment): boolean {
  if (host !== undefined)
    return readable(host, (text) => new URL(parseBaseUrl(text)).origin) === URL.parse(baseUrl)?.origin;
  const named = [env["BATON_BASE_URL"], env["CLOUDSMITH_API_HOST"]].map((text) => URL.parse(text ?? "")?.origin);
  return isVendorUrl(baseUrl) || named.includes(URL.parse(baseUrl)?.origin ?? "");
}

/** Every key, those of the environment first. */
export function findKeys(variables: Environment): readonly FoundKey[] {
  const env = withHome(variables);
  const fromEnvironment = ["BATON_API_KEY", "CLOUDSMITH_API_KEY"].map((name) => ({
    source: "environment" as const,
    sourceName: name,
    value: env[name],
    host: name === "CLOUDSMITH_API_KEY" ? cliHost(undefined, env)?.host : undefined,
  }));
  const { CLOUDSMITH_PROFILE } = env;
  const section = CLOUDSMITH_PROFILE ? `profile:${CLOUDSMITH_PROFILE.toLowerCase()}` : "default";
  const fromFiles = cliFiles("credentials.ini", env).map((path) => ({
    source: "cloudsmith-cli" as const,
    sourceName: shownPath(path),
    value: readIni(path).get(section)?.get("api_key"),
    host: cliHost(path, env)?.host,
  }));
  return [...fromEnvironment, ...fromFiles].flatMap((found) => {
    const value = readable(found.value, (text) => parseApiKey(text).value);
    return value === undefined ? [] : [{ ...found, value }];
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
  const fromFiles = cliFiles("config.ini", withHome(env)).map((path) => {
    const section = readIni(path).get("default");
    return { sourceName: shownPath(path), slug: section?.get("org") ?? section?.get("organization") };
  });
  const slugs = [...fromEnvironment, ...fromFiles].flatMap(({ sourceName, slug }) => {
    const usable = readable(slug, parseOrgSlug);
    return usable === undefined ? [] : [{ sourceName, slug: usable }];
  });
  return { keys, slugs };
}

/** The CLI's files lie at home, also where no variable says where that is. */
function withHome(env: Environment): Environment {
  return { ...env, HOME: env["HOME"] || env["USERPROFILE"] || userHome() };
}

/** What a text stands for; undefined for none, and for one that nobody can use. */
function readable(text: string | undefined, parse: (text: string) => string): string | undefined {
  if (!text) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function shownPath(path: string): string {
  const home = userHome();
  return home !== undefined && path.startsWith(home) ? `~${path.slice(home.length)}` : path;
}
