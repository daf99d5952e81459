/**
 * Decides each field's value: flag, then `BATON_NAME`, then the configuration file, then what a secret's other sources
 * gave, then the field's fallback variables, then its default. Lists given as flags are added to the list from below. It reads nothing itself.
 */
import { BatonError, Status } from "../errors.ts";
import type { ConfigFile } from "./config-file.ts";
import { defaultOf, environmentVariable, type Field, type FieldValue } from "./field.ts";
import { parseCommaSeparated, parseSwitch, parseWholeNumber } from "./parse-value.ts";
import { checkRelation, type Relation } from "./relations.ts";
import { describeSource, ResolvedConfig, type ResolvedValue, type ValueSource } from "./resolved-config.ts";
import type { ReadSecret } from "./secret-source.ts";

/** What values are decided from. */
export interface ConfigInputs {
  readonly fields: readonly Field[];
  readonly relations: readonly Relation[];
  /** Texts given as flags, by field name, in the order given. Their form was checked when argv was parsed. */
  readonly argv: ReadonlyMap<string, readonly string[]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile | undefined;
  /** Secrets read from elsewhere, by field name. */
  readonly secrets?: ReadonlyMap<string, ReadSecret> | undefined;
}

/** A value below the flags, not decoded yet. */
interface Given {
  readonly raw: unknown;
  readonly source: ValueSource;
}

type OwnValues = ReadonlyMap<string, Given | undefined>;

/**
 * Resolves all fields.
 * @throws BatonError BATON-CONFIG-REQUIRED, BATON-CONFIG-GROUP, BATON-CONFIG-VALUE or BATON-CONFIG-UNTRUSTED.
 */
export function resolveConfig(inputs: ConfigInputs): ResolvedConfig {
  const own: OwnValues = new Map(inputs.fields.map((field) => [field.name, givenBelow(field, inputs)]));
  const below: OwnValues = new Map(
    inputs.fields.map((field) => [field.name, own.get(field.name) ?? fallbackOf(field, inputs, own)]),
  );
  const isGiven = (name: string): boolean => inputs.argv.has(name) || below.get(name) !== undefined;
  checkRequired(inputs.fields, isGiven);
  for (const relation of inputs.relations) checkRelation(relation, isGiven);
  const values = inputs.fields.map((field) => resolveField(field, inputs.argv.get(field.name), below.get(field.name)));
  const known = new Set(inputs.fields.map((field) => field.name));
  const unknownKeys = [...(inputs.file?.values.keys() ?? [])].filter((key) => !known.has(key));
  const notices = [...(inputs.secrets?.values() ?? [])].flatMap(({ notice }) => notice ?? []);
  return new ResolvedConfig(values, unknownKeys, notices);
}

/** The value from the environment, the file or a secret's other source. An empty variable and an empty key count as not set. */
function givenBelow(field: Field, { env, file, secrets }: ConfigInputs): Given | undefined {
  const own = fromEnvironment(environmentVariable(field.name), env);
  if (own) return own;
  const read = file?.values.get(field.name);
  if (file && read !== undefined && read !== null) {
    const isText = field.kind === "string" || field.kind === "stringSlice";
    const raw = isText ? file.texts.get(field.name) : read;
    return { raw, source: { kind: "file", path: file.path, foundInWorkingDirectory: file.foundInWorkingDirectory } };
  }
  const secret = secrets?.get(field.name);
  if (secret) return { raw: secret.value, source: { kind: "secret", from: secret.from } };
  return undefined;
}

function fromEnvironment(variable: string, env: ConfigInputs["env"]): Given | undefined {
  const raw = env[variable];
  return raw ? { raw, source: { kind: "environment", variable } } : undefined;
}

/** What variables of other programs give, for a field that nothing of this program's sets. */
function fallbackOf(
  { fallbackEnvironment = [], fallbackFollows }: Field,
  inputs: ConfigInputs,
  own: OwnValues,
): Given | undefined {
  if (fallbackFollows !== undefined && !isFallback(fallbackFollows, inputs, own)) return undefined;
  return fallbackEnvironment.map((name) => fromEnvironment(name, inputs.env)).find((given) => given !== undefined);
}

/** True when the field's value is that of one of its fallback variables. */
function isFallback(name: string, { fields, argv, env }: ConfigInputs, own: OwnValues): boolean {
  const { fallbackEnvironment = [] } = fields.find((field) => field.name === name) ?? {};
  return !argv.has(name) && own.get(name) === undefined && fallbackEnvironment.some((variable) => env[variable]);
}

function checkRequired(fields: readonly Field[], isGiven: (name: string) => boolean): void {
  const missing = fields.filter((field) => field.required === true && !isGiven(field.name)).map((field) => field.name);
  if (missing.length === 0) return;
  missing.sort();
  throw new BatonError({
    code: "BATON-CONFIG-REQUIRED",
    status: Status.unknown,
    message: `required flag(s) ${missing.map((name) => `"${name}"`).join(", ")} not set`,
    effect: "Nothing was started.",
    hint: `Set ${missing.map((name) => environmentVariable(name)).join(" and ")} in the environment, the flag, or the key in .baton.yaml.`,
  });
}

function resolveField(field: Field, argv: readonly string[] | undefined, below: Given | undefined): ResolvedValue {
  const flag: ValueSource = { kind: "flag" };
  if (field.kind === "stringSlice") {
    const base = below ? decodeGiven(field, below) : defaultOf(field);
    if (argv === undefined) return { field, value: base, source: below?.source ?? { kind: "default" } };
    const added = argv.flatMap((text) => parseCommaSeparated(text) ?? []);
    return { field, value: [...(below && Array.isArray(base) ? base : []), ...added], source: flag };
  }
  const last = argv?.at(-1);
  if (last !== undefined) return { field, value: decodeText(field, last) ?? last, source: flag };
  if (below) return { field, value: decodeGiven(field, below), source: below.source };
  return { field, value: defaultOf(field), source: { kind: "default" } };
}

/** A text as the field's type, or undefined when it has another form. */
export function decodeText(field: Field, text: string): FieldValue | undefined {
  switch (field.kind) {
    case "string":
      return text;
    case "int":
      return parseWholeNumber(text);
    case "bool":
      return parseSwitch(text);
    case "stringSlice":
      return parseCommaSeparated(text);
  }
}

/** Decodes a value from the environment or the file. */
function decodeGiven(field: Field, { raw, source }: Given): FieldValue {
  const value = isScalar(raw) ? decodeText(field, String(raw)) : decodeList(field, raw);
  if (value === undefined) throw valueError(field, raw, source);
  if (source.kind === "file" && source.foundInWorkingDirectory) checkTrust(field, value, source.path);
  return value;
}

function isScalar(raw: unknown): raw is string | number | boolean {
  return typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean";
}

function decodeList(field: Field, raw: unknown): readonly string[] | undefined {
  if (field.kind !== "stringSlice" || !Array.isArray(raw) || !raw.every(isScalar)) return undefined;
  return raw.map(String);
}

function checkTrust(field: Field, value: FieldValue, path: string): void {
  const reason = field.distrust?.(String(value));
  if (reason === undefined) return;
  throw new BatonError({
    code: "BATON-CONFIG-UNTRUSTED",
    status: Status.unknown,
    message: `${path} in the current directory sets ${field.name}, which is not trusted there: ${reason}`,
    effect: "Nothing was started and nothing was sent.",
    hint: `If the value is yours, give it as --${field.name}, as ${environmentVariable(field.name)}, or in a file named by BATON_CONFIG_PATH.`,
  });
}

const expected = {
  string: "a text",
  int: "a whole number",
  bool: "true or false",
  stringSlice: "a list of texts",
} as const satisfies Record<Field["kind"], string>;

/** At most this much of a wrong value is shown. */
const longestShown = 200;

function inWords(raw: unknown): string {
  try {
    const text = JSON.stringify(raw);
    return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
  } catch {
    // An alias in YAML can make a list that holds itself.
    return "a list or map that holds itself";
  }
}

function valueError(field: Field, raw: unknown, source: ValueSource): BatonError {
  const shown = field.secret ? "the value (not shown)" : inWords(raw);
  return new BatonError({
    code: "BATON-CONFIG-VALUE",
    status: Status.unknown,
    message: `${describeSource(source)}: ${shown} is not ${expected[field.kind]} for ${field.name}`,
    effect: "Nothing was started.",
    hint: `Give ${expected[field.kind]}, or remove the setting.`,
  });
}
