/** What the settings form holds, checked and mended: addresses become slugs, pasted keys lose what does not belong to them. */

import { existsSync } from "node:fs";
import { defaultBaseUrl } from "../../cloudsmith/config.ts";
import { requestedFields } from "../../cloudsmith/on-request/settings.ts";
import { parseApiKey, parseBaseUrl, parseOrgSlug } from "../../cloudsmith/pasted.ts";
import { secretFingerprint, secretTail, tokenNotice } from "../../sdk/config/pasted-secret.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import { type ProxySetting, parseProxy } from "../../sdk/net/proxy-setting.ts";
import type { KeySource } from "../contract/connectors.ts";
import type { SettingsInput } from "../contract/inputs.ts";
import { type ConnectorRecord, type StoredKeyFacts, usualTimeoutSeconds } from "../store/connector-table.ts";
import { type Environment, type FoundKey, findKeys, mayGoTo } from "./found-settings.ts";

/** The form's content, ready to be kept or to be tested. */
export interface ReadSettings {
  readonly record: ConnectorRecord;
  /** A new key that was entered; undefined: none, or one that is looked up. */
  readonly apiKey: string | undefined;
  /** A new secret of C1; undefined: the stored one stays. */
  readonly c1ClientSecret: string | undefined;
  /** What was mended, for the person to know. */
  readonly notices: readonly string[];
}

/** Seconds; the bound of the command line's own setting. */
const longestTimeoutSeconds = 1800;

/** Settings of a connector that was just added. */
export const emptySettings = {
  orgSlug: "",
  baseUrl: defaultBaseUrl,
  caFile: "",
  proxy: "",
  c1ClientId: "",
  timeoutSeconds: usualTimeoutSeconds,
  requested: [],
  storageEngine: "" as const,
};

/**
 * Puts the input over what is kept.
 * @param env where keys of this machine are looked up when one of them is chosen.
 * @throws BatonError `CS-CONFIG-API-KEY`, `CS-CONFIG-ORG-SLUG`, `CS-CONFIG-BASE-URL`, `CONSOLE-SETTING`,
 * `CONSOLE-KEY-GONE`, `CONSOLE-KEY-AGAIN` or `CONSOLE-OTHER-HOST`.
 */
export function readSettings(record: ConnectorRecord, input: SettingsInput, env: Environment): ReadSettings {
  const notices: string[] = [];
  const { settings } = record;
  const next = {
    orgSlug: input.orgSlug === undefined ? settings.orgSlug : readSlug(input.orgSlug, notices),
    baseUrl: input.baseUrl === undefined ? settings.baseUrl : parseBaseUrl(input.baseUrl.trim() || defaultBaseUrl),
    caFile: input.caFile === undefined ? settings.caFile : readCaFile(input.caFile.trim()),
    proxy: input.proxy === undefined ? settings.proxy : readProxy(input.proxy.trim()),
    c1ClientId: input.c1ClientId?.trim() ?? settings.c1ClientId,
    timeoutSeconds: readTimeout(input.timeoutSeconds ?? settings.timeoutSeconds),
    requested: readRequested(input.requested ?? settings.requested),
    storageEngine: input.storageEngine ?? settings.storageEngine,
  };
  const key = readKey(input, env, next.baseUrl, notices);
  const kept = record.key;
  refuseOverhearing(settings, next, { hasNewKey: key?.source === "entered", hasKey: (key ?? kept) !== null });
  // One that is looked up is held against the new address at once, not only when it is to be sent.
  if (!key && kept && kept.source !== "entered" && !record.isSample) {
    if (next.baseUrl !== settings.baseUrl) chosenKey(kept.source, env, next.baseUrl, kept.sourceName);
  }
  return {
    record: {
      ...record,
      settings: next,
      mode: input.mode ?? record.mode,
      owner: input.owner?.trim() ?? record.owner,
      name: next.orgSlug !== settings.orgSlug || record.name === "" ? next.orgSlug : record.name,
      key: key ? factsOf(key, record.key) : record.key,
    },
    apiKey: key?.source === "entered" ? key.value : undefined,
    c1ClientSecret: input.c1ClientSecret?.trim() || undefined,
    notices,
  };
}

/**
 * Who names both the proxy and who is trusted on the way can read along what is sent: a key that is kept, or of this
 * machine, does not go that way before somebody who knows it enters it.
 */
function refuseOverhearing(
  before: Pick<ConnectorRecord["settings"], "caFile" | "proxy">,
  next: Pick<ConnectorRecord["settings"], "caFile" | "proxy">,
  { hasNewKey, hasKey }: { readonly hasNewKey: boolean; readonly hasKey: boolean },
): void {
  const isNew = next.caFile !== before.caFile || next.proxy !== before.proxy;
  if (!hasKey || hasNewKey || !isNew || next.caFile === "" || next.proxy === "") return;
  throw new BatonError({
    code: "CONSOLE-KEY-AGAIN",
    status: Status.failedPrecondition,
    message: "With this proxy and this CA file, the one who runs the proxy could read the API key.",
    effect: "Nothing was sent and nothing was changed.",
    hint: "Enter the API key again together with the proxy and the CA file.",
    fatal: true,
  });
}

/** What is typed before a connector is removed. @throws BatonError `CONSOLE-SETTING` */
export function checkTypedSlug(typed: string, { orgSlug }: Pick<ConnectorRecord["settings"], "orgSlug">): void {
  if (typed.trim() === orgSlug) return;
  throw badSetting(
    "What was typed is not the organization slug of this connector.",
    "Type the slug that stands beside the connector's name.",
  );
}

function readSlug(text: string, notices: string[]): string {
  if (text.trim() === "") return "";
  const slug = parseOrgSlug(text);
  if (slug !== text.trim()) notices.push(`The organization slug ${slug} was read from what you entered.`);
  return slug;
}

function readKey(
  { apiKey, keySource }: SettingsInput,
  env: Environment,
  baseUrl: string,
  notices: string[],
): FoundKey | undefined {
  if (apiKey !== undefined && apiKey.trim() !== "") {
    const key = parseApiKey(apiKey);
    const aboutToken = tokenNotice(key, Date.now());
    notices.push(...key.notices, ...(aboutToken === undefined ? shapeHints(key.value) : [aboutToken]));
    return { source: "entered", sourceName: "entered here", value: key.value };
  }
  if (keySource === undefined || keySource === "entered" || keySource === "sample") return undefined;
  return chosenKey(keySource, env, baseUrl);
}

/**
 * The key of a source of this machine, to be sent to this base URL.
 * @throws BatonError `CONSOLE-KEY-GONE` when it is not there any more, `CONSOLE-OTHER-HOST` when it may not go there.
 */
export function chosenKey(source: KeySource, env: Environment, baseUrl: string, sourceName?: string): FoundKey {
  const fits = findKeys(env).filter((key) => key.source === source);
  const key = fits.find((one) => one.sourceName === sourceName) ?? fits[0];
  if (!key) throw keyGone(source, sourceName);
  if (!mayGoTo(baseUrl, key, env)) throw strangeHost(key, baseUrl);
  return key;
}

function keyGone(source: KeySource, sourceName: string | undefined): BatonError {
  return new BatonError({
    code: "CONSOLE-KEY-GONE",
    status: Status.failedPrecondition,
    message: `The API key is not in ${sourceName ?? (source === "environment" ? "the environment" : "the Cloudsmith CLI's files")} any more.`,
    effect: "Nothing was sent.",
    hint: "Enter the key under Settings, or start the console where the key is set.",
    fatal: true,
  });
}

function strangeHost({ sourceName }: FoundKey, baseUrl: string): BatonError {
  return new BatonError({
    code: "CONSOLE-OTHER-HOST",
    status: Status.failedPrecondition,
    message: `The key of ${sourceName} belongs to Cloudsmith's own hosts and does not go to ${baseUrl}.`,
    effect: "Nothing was sent and nothing was changed.",
    hint: "Enter the key for this host. Or start the console with BATON_BASE_URL set to it.",
    fatal: true,
  });
}

/** Keys are `csa_` and 36 characters today, older ones differ: a hint, never a refusal. */
function shapeHints(key: string): readonly string[] {
  if (/^csa_[A-Za-z0-9]{36}$/.test(key)) return [];
  return [
    "This does not look like a current Cloudsmith API key (csa_ and 36 characters). Older keys differ; the test tells.",
  ];
}

function factsOf(key: FoundKey, before: StoredKeyFacts | null): StoredKeyFacts {
  const fingerprint = secretFingerprint(key.value);
  return {
    source: key.source,
    sourceName: key.sourceName,
    lastFour: secretTail(key.value) ?? "",
    fingerprint,
    // Whose it is stays known while it is the same key.
    owner: before?.fingerprint === fingerprint ? before.owner : null,
  };
}

function readCaFile(path: string): string {
  if (path === "" || existsSync(path)) return path;
  throw badSetting(`The CA file ${path} does not exist.`, "Give the path of a PEM file on this machine.");
}

function readRequested(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !requestedFields.some((field) => field.name === name));
  if (unknown === undefined) return [...new Set(names)];
  throw badSetting(`Nothing that can be synced besides is called ${unknown}.`, "Choose from the list under Settings.");
}

function readTimeout(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestTimeoutSeconds) return seconds;
  throw badSetting(
    "The time-out is not a number of seconds that can be kept.",
    `Give whole seconds, 1 to ${longestTimeoutSeconds}.`,
  );
}

function readProxy(text: string): string {
  if (text === "") return "";
  const { proxy } = proxyIn(text);
  if (proxy.authorization !== undefined) {
    throw badSetting(
      "The proxy's address holds a name or a password.",
      "Set HTTPS_PROXY with them in the console's environment, and leave the field empty.",
    );
  }
  return proxy.shown;
}

function proxyIn(text: string): ProxySetting {
  try {
    return parseProxy(text, "HTTPS_PROXY");
  } catch {
    throw badSetting("The proxy is not an address.", "Give it as http://HOST:PORT.");
  }
}

function badSetting(message: string, hint: string): BatonError {
  return new BatonError({
    code: "CONSOLE-SETTING",
    status: Status.invalidArgument,
    message,
    effect: "The settings were not changed.",
    hint,
  });
}
