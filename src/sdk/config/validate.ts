/**
 * Checks resolved values against the rules of their fields and collects every violation in one error, so that a
 * person corrects all of them at once. Values of secret fields are never in the text.
 */

import { isIP, isIPv4, isIPv6 } from "node:net";
import { settingError } from "../errors.ts";
import type { IntRules, StringRules, StringSliceRules, WellKnown } from "./field.ts";
import type { ResolvedConfig, ResolvedValue } from "./resolve.ts";

/**
 * Validates all fields.
 * @throws BatonError BATON-CONFIG-INVALID whose message is `errors found:` and one line a field.
 */
export function validateConfig(config: ResolvedConfig): void {
  const problems = config.all().flatMap((resolved) => {
    const problem = problemOf(resolved);
    return problem === undefined ? [] : [`field ${resolved.field.name}: ${problem}`];
  });
  if (problems.length === 0) return;
  throw settingError({
    code: "BATON-CONFIG-INVALID",
    message: ["errors found:", ...problems].join("\n"),
    hint: "Correct the settings named above.",
  });
}

function problemOf({ field, value }: ResolvedValue): string | undefined {
  if (field.required === true && (value === "" || value === 0 || (Array.isArray(value) && value.length === 0))) {
    return "a value is required, and it is empty";
  }
  const shown = field.secret ? "the value (not shown)" : JSON.stringify(value);
  switch (field.kind) {
    case "string":
      return withValue(shown, stringProblem(String(value), field.rules));
    case "int":
      return withValue(shown, intProblem(Number(value), field.rules));
    case "stringSlice":
      return withValue(shown, listProblem(Array.isArray(value) ? value : [], field.rules));
    case "bool":
      return undefined;
  }
}

function withValue(shown: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${shown} ${problem}`;
}

/** First violated rule wins. */
function stringProblem(value: string, rules: StringRules | undefined): string | undefined {
  if (!rules || value === "") return undefined;
  const length = [...value].length;
  const checks: readonly (readonly [boolean, string])[] = [
    [rules.eq === undefined || value === rules.eq, `must be ${JSON.stringify(rules.eq)}`],
    [rules.len === undefined || length === rules.len, `must have ${rules.len} characters`],
    [rules.minLen === undefined || length >= rules.minLen, `must have at least ${rules.minLen} characters`],
    [rules.maxLen === undefined || length <= rules.maxLen, `must have at most ${rules.maxLen} characters`],
    [rules.pattern === undefined || new RegExp(rules.pattern, "u").test(value), `must match ${rules.pattern}`],
    [rules.prefix === undefined || value.startsWith(rules.prefix), `must begin with ${JSON.stringify(rules.prefix)}`],
    [rules.suffix === undefined || value.endsWith(rules.suffix), `must end with ${JSON.stringify(rules.suffix)}`],
    [rules.contains === undefined || value.includes(rules.contains), `must contain ${JSON.stringify(rules.contains)}`],
    [rules.in === undefined || rules.in.includes(value), `must be one of ${JSON.stringify(rules.in)}`],
    [!rules.notIn?.includes(value), `must be none of ${JSON.stringify(rules.notIn)}`],
    [rules.wellKnown === undefined || isWellKnown(rules.wellKnown, value), `must be a valid ${rules.wellKnown}`],
  ];
  return checks.find(([holds]) => !holds)?.[1];
}

function intProblem(value: number, rules: IntRules | undefined): string | undefined {
  if (!rules || (value === 0 && rules.zeroIsChecked !== true)) return undefined;
  const checks: readonly (readonly [boolean, string])[] = [
    [rules.eq === undefined || value === rules.eq, `must be ${rules.eq}`],
    [rules.lt === undefined || value < rules.lt, `must be less than ${rules.lt}`],
    [rules.lte === undefined || value <= rules.lte, `must be at most ${rules.lte}`],
    [rules.gt === undefined || value > rules.gt, `must be greater than ${rules.gt}`],
    [rules.gte === undefined || value >= rules.gte, `must be at least ${rules.gte}`],
    [rules.in === undefined || rules.in.includes(value), `must be one of ${JSON.stringify(rules.in)}`],
    [!rules.notIn?.includes(value), `must be none of ${JSON.stringify(rules.notIn)}`],
  ];
  return checks.find(([holds]) => !holds)?.[1];
}

function listProblem(items: readonly string[], rules: StringSliceRules | undefined): string | undefined {
  if (!rules || items.length === 0) return undefined;
  if (rules.minItems !== undefined && items.length < rules.minItems)
    return `must have at least ${rules.minItems} items`;
  if (rules.maxItems !== undefined && items.length > rules.maxItems) return `must have at most ${rules.maxItems} items`;
  if (rules.unique && new Set(items).size < items.length) return "must not have an item twice";
  return items.map((item) => stringProblem(item, rules.itemRules)).find((problem) => problem !== undefined);
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostname = new RegExp(`^${label}(?:\\.${label})*\\.?$`, "i");
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const formats: Readonly<Record<WellKnown, (value: string) => boolean>> = {
  email: (value) => {
    const at = value.lastIndexOf("@");
    return at > 0 && at <= 64 && !/[\s<>,;]/.test(value) && isHostname(value.slice(at + 1));
  },
  hostname: isHostname,
  ip: (value) => isIP(value) !== 0,
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (value) => URL.canParse(value),
  uuid: (value) => uuid.test(value),
};

function isHostname(value: string): boolean {
  return value.length <= 253 && hostname.test(value);
}

/** True when `value` has the format. */
function isWellKnown(format: WellKnown, value: string): boolean {
  return formats[format](value);
}
