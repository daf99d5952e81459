/**
 * What is typed into the settings form: mended where it is plain what was meant, with a notice; checked where it is
 * plainly wrong. The server checks again; this is for the person who types. Pure.
 */

import type { ConnectorDetail, FileEngine, KeyFacts, KeySource, RunMode } from "../../../contract/connectors.ts";
import type { SettingsInput } from "../../../contract/inputs.ts";

/** The form as it stands. */
export interface SettingsDraft {
  readonly apiKey: string;
  /** Where the key comes from; `kept`: the one that is there stays. */
  readonly keySource: KeySource | "kept";
  readonly orgSlug: string;
  readonly owner: string;
  readonly mode: RunMode;
  readonly baseUrl: string;
  readonly caFile: string;
  readonly proxy: string;
  /** Seconds, as typed. */
  readonly timeout: string;
  /** What is synced besides. */
  readonly requested: readonly string[];
  readonly storageEngine: FileEngine;
  readonly c1ClientId: string;
  readonly c1ClientSecret: string;
}

/** A value after mending; `notice` says what was mended, `error` what cannot be mended. */
export interface Mended {
  readonly value: string;
  readonly notice: string | null;
  readonly error: string | null;
}

const slugPattern = /^[-a-zA-Z0-9_]+$/;
/** Keys of today; older ones look otherwise and are good as well. */
const usualKey = /^csa_[0-9a-zA-Z]{36}$/;
/** Entitlement tokens have 16 letters and digits; no API key is that short. */
const entitlementToken = /^[0-9a-zA-Z]{16}$/;
const cloudsmithHosts = new Set(["app.cloudsmith.com", "cloudsmith.com", "cloudsmith.io", "app.cloudsmith.io"]);

/** Names of the versions of a file. */
export function fileEngineText(engine: FileEngine): string {
  return { "": "As usual: 3", pebble: "3 (Pebble)", sqlite: "1 (SQLite), for readers that do not know 3" }[engine];
}

/** How a key is kept, in a part of a sentence. */
export function storageText(storage: KeyFacts["storage"]): string {
  const texts = {
    encrypted: "encrypted on this machine",
    memory: "in memory only, until the console stops",
    "not-stored": "not by the console; it is looked up at each run",
  };
  return texts[storage];
}

/** The draft that the form begins with. */
export function draftOf({ settings, owner, mode, key }: ConnectorDetail): SettingsDraft {
  const { orgSlug, baseUrl, caFile, proxy, timeoutSeconds, requested, storageEngine, c1ClientId } = settings;
  const keySource = key ? "kept" : "entered";
  const secrets = { apiKey: "", keySource, c1ClientId, c1ClientSecret: "" } as const;
  const timeout = String(timeoutSeconds);
  return { ...secrets, orgSlug, owner, mode, baseUrl, caFile, proxy, requested, storageEngine, timeout };
}

/** The slug out of what was typed or pasted: an address of one of the organization's pages is as good. */
export function mendSlug(typed: string): Mended {
  const text = typed.trim();
  const fromAddress = slugOfAddress(text);
  if (fromAddress !== null) {
    return { value: fromAddress, notice: `Taken from the address: ${fromAddress}`, error: null };
  }
  if (text === "" || slugPattern.test(text)) return { value: text, notice: null, error: null };
  const error = "A slug has letters, digits, hyphens and underscores only. It is the part after app.cloudsmith.com/.";
  return { value: text, notice: null, error };
}

/** The key out of what was pasted: without spaces, line ends and the word Bearer. */
export function mendKey(typed: string): Mended {
  const withoutBearer = typed.replace(/^\s*bearer\s+/i, "");
  const value = withoutBearer.replace(/\s+/g, "");
  const notices = [
    withoutBearer !== typed && "The word Bearer in front of the key was left out.",
    value !== withoutBearer && "Spaces and line ends were taken out of the key.",
    value !== "" && !usualKey.test(value) && "Keys of today begin with csa_ and have 40 characters; older ones differ.",
  ].filter((notice) => notice !== false);
  const error = entitlementToken.test(value)
    ? "This looks like an entitlement token. Packages are downloaded with it; an API key is needed here."
    : null;
  return { value, notice: error || notices.length === 0 ? null : notices.join(" "), error };
}

/** What to send: secrets only where one was typed. */
export function inputOf(draft: SettingsDraft): SettingsInput {
  const key = draft.keySource === "entered" ? mendKey(draft.apiKey).value : "";
  return {
    orgSlug: mendSlug(draft.orgSlug).value,
    owner: draft.owner.trim(),
    mode: draft.mode,
    baseUrl: draft.baseUrl.trim(),
    caFile: draft.caFile.trim(),
    proxy: draft.proxy.trim(),
    timeoutSeconds: Number(draft.timeout),
    requested: draft.requested,
    storageEngine: draft.storageEngine,
    ...(draft.keySource === "kept" ? {} : { keySource: draft.keySource }),
    ...(key === "" ? {} : { apiKey: key }),
    ...(draft.mode === "service" ? { c1ClientId: draft.c1ClientId.trim() } : {}),
    ...(draft.mode === "service" && draft.c1ClientSecret !== "" ? { c1ClientSecret: draft.c1ClientSecret.trim() } : {}),
  };
}

/** What decides whether Cloudsmith can be read: a test holds as long as none of it changes. */
export function testedPart(draft: SettingsDraft): string {
  const { keySource, baseUrl, caFile, proxy, timeout } = draft;
  const key = keySource === "entered" ? mendKey(draft.apiKey).value : "";
  return JSON.stringify([
    keySource,
    key,
    mendSlug(draft.orgSlug).value,
    baseUrl.trim(),
    caFile.trim(),
    proxy.trim(),
    timeout.trim(),
  ]);
}

/** True when the key that is kept was entered for another host than the one that stands in the form now. */
export function needsKeyAgain({ keySource, baseUrl }: SettingsDraft, { key, settings }: ConnectorDetail): boolean {
  const isKept = keySource === "kept" && key?.source === "entered";
  return isKept && withoutSlashes(baseUrl || usualHost) !== withoutSlashes(settings.baseUrl);
}

const usualHost = "https://api.cloudsmith.io/v1";
const withoutSlashes = (address: string): string => address.trim().replace(/\/+$/, "");

/** Errors by field; none when the form may be sent. */
export function draftErrors(draft: SettingsDraft): Partial<Record<keyof SettingsDraft, string>> {
  const key = mendKey(draft.apiKey);
  const slug = mendSlug(draft.orgSlug);
  const keyError = draft.keySource !== "entered" ? null : key.value === "" ? "Enter the API key." : key.error;
  const slugError = slug.value === "" ? "Enter the slug of the organization." : slug.error;
  const isTime = /^\d{1,4}$/.test(draft.timeout.trim()) && Number(draft.timeout) >= 1 && Number(draft.timeout) <= 1800;
  const timeoutError = isTime ? null : "Whole seconds, 1 to 1800.";
  return {
    ...(keyError ? { apiKey: keyError } : {}),
    ...(slugError ? { orgSlug: slugError } : {}),
    ...(timeoutError ? { timeout: timeoutError } : {}),
  };
}

function slugOfAddress(text: string): string | null {
  if (!/[/.]/.test(text)) return null;
  const url = parseUrl(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || !cloudsmithHosts.has(url.hostname)) return null;
  // Pages of the older site write the organization as ~slug.
  const slug =
    url.pathname
      .split("/")
      .find((part) => part !== "")
      ?.replace(/^~/, "") ?? "";
  return slugPattern.test(slug) ? slug : null;
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    // No address: the pattern of slugs decides.
    return null;
  }
}
