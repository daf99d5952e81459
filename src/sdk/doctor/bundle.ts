/**
 * What may be sent to others about a run of `doctor`: outcomes and settings without secrets, without names of people,
 * teams or organizations, and without addresses. Writes nothing itself.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { CheckResult } from "../contracts/connector.ts";
import { isJsonObject, type JsonObject } from "../json-object.ts";
import { emailAddresses } from "../secret-redactor.ts";

/** What goes in. */
export interface BundleInput {
  readonly program: { readonly name: string; readonly version: string };
  readonly createdAtMs: number;
  readonly checks: readonly CheckResult[];
  /** Ids of checks whose texts name nobody; of the others the outcome is told only. */
  readonly plainChecks: ReadonlySet<string>;
  /** Names of settings and where each came from; never a value. */
  readonly settings: readonly { readonly name: string; readonly source: string }[];
  /** Texts that name this installation: organization, host names, paths. Each becomes a pseudonym. */
  readonly identifying: readonly string[];
  /** The record of the last run, parsed; its counts and codes are taken over. */
  readonly lastRun: JsonObject | undefined;
}

/** Fields of a run record that say nothing about whom it was of. */
const plainRunFields = [
  "result",
  "replaced",
  "syncType",
  "resumed",
  "startedAt",
  "endedAt",
  "durationMs",
  "phaseMs",
  "requests",
  "retries",
  "counts",
  "connector",
] as const;

/** The bundle as JSON, ending with a newline. The same text has the same pseudonym within one bundle, not across two. */
export function doctorBundle(input: BundleInput): string {
  const pseudonym = pseudonymizer(randomBytes(16));
  const hide = (text: string): string => hideAll(text, input.identifying, pseudonym);
  const bundle = {
    program: input.program,
    createdAt: new Date(input.createdAtMs).toISOString(),
    runtime: { node: process.version, platform: process.platform, arch: process.arch, zone: timeZone() },
    checks: input.checks.map(({ id, outcome, code, status, detail }) => ({
      id,
      outcome,
      ...(code !== undefined && { code }),
      ...(status !== undefined && { status }),
      ...(input.plainChecks.has(id) && { detail: hide(detail) }),
    })),
    settings: input.settings.map(({ name, source }) => ({ name, source: hide(source) })),
    lastRun: input.lastRun && plainRun(input.lastRun),
  };
  return `${JSON.stringify(bundle, undefined, 2)}\n`;
}

function hideAll(text: string, identifying: readonly string[], pseudonym: (text: string) => string): string {
  const longestFirst = identifying.filter((one) => one.length > 1).toSorted((a, b) => b.length - a.length);
  const named = longestFirst.reduce((rest, one) => rest.replaceAll(one, pseudonym(one)), text);
  return named.replaceAll(emailAddresses, pseudonym);
}

function pseudonymizer(key: Uint8Array): (text: string) => string {
  return (text) => `[${createHmac("sha256", key).update(text).digest("hex").slice(0, 8)}]`;
}

function plainRun(record: JsonObject): Record<string, unknown> {
  const taken: Record<string, unknown> = {};
  for (const name of plainRunFields) if (name in record) taken[name] = record[name];
  for (const name of ["warnings", "signals"]) taken[name] = codesIn(record[name]);
  const { error } = record;
  taken["error"] = isJsonObject(error) && "code" in error ? String(error["code"]) : null;
  return taken;
}

/** Codes and counts of warnings; their texts may name teams and people. */
function codesIn(list: unknown): readonly object[] {
  if (!Array.isArray(list)) return [];
  return list.map((one: unknown) => {
    if (!isJsonObject(one)) return {};
    const { code, id, severity, level, count } = one;
    return { ...pick({ code, id, severity, level }), ...(typeof count === "number" && { count }) };
  });
}

function pick(fields: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
