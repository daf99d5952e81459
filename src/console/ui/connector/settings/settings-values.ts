/**
 * What is typed into the settings form: mended where it is plain what was meant, with a notice; checked where it is
 * plainly wrong. The server checks again; this is for the person who types. Pure.
 */

import { readOrgSlug } from "../../../../cloudsmith/org-slug.ts";
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

/** Keys of today; older ones look otherwise and are good as well. */
const usualKey = /^csa_[0-9a-zA-Z]{36}$/;
/** Entitlement tokens have 16 letters and digits; no API key is that short. */
const entitlementToken = /^[0-9a-zA-Z]{16}$/;

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
  if (text === "") return { value: "", notice: null, error: null };
  try {
    const value = readOrgSlug(text, (problem) => new NoSlug(`The slug ${problem}.`));
    return { value, notice: value === text ? null : `Taken from what was pasted: ${value}`, error: null };
  } catch (error) {
    if (!(error instanceof NoSlug)) throw error;
    return { value: text, notice: null, error: `${error.message} It is the part after app.cloudsmith.com/.` };
  }
}

class NoSlug extends Error {}

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
