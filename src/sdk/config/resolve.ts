/**
 * Decides each field's value: flag, then `BATON_NAME`, then the configuration file, then what a secret's other sources
 * gave, then the field's fallback variables, then its default. Lists given as flags are added to the list from below. It
 * reads nothing itself.
 */
import { BatonError, Status, settingError } from "../errors.ts";
import type { ConfigFile } from "./config-file.ts";
import {
  decodeText,
  defaultOf,
  environmentVariable,
  type Field,
  type FieldValue,
  type NamedField,
  parseCommaSeparated,
} from "./field.ts";
import { checkRelation, type Relation } from "./relations.ts";

/** A secret that was read. */
export interface ReadSecret {
  readonly value: string;
  /** Where from, in words. */
  readonly from: string;
  /** What the user should know about the place; never the value. */
  readonly notice?: string;
}

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
  const known = new Set(inputs.fields.map((field) => field.name));
  const unknownKeys = [...(inputs.file?.values.keys() ?? [])].filter((key) => !known.has(key));
  checkRequired(inputs, isGiven, unknownKeys);
  for (const relation of inputs.relations) checkRelation(relation, isGiven);
  const values = inputs.fields.map((field) => resolveField(field, inputs.argv.get(field.name), below.get(field.name)));
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

function checkRequired(
  { fields, file }: ConfigInputs,
  isGiven: (name: string) => boolean,
  unknownKeys: readonly string[],
): void {
  const missing = fields.filter((field) => field.required === true && !isGiven(field.name)).map((field) => field.name);
  if (missing.length === 0) return;
  missing.sort();
  const meant = unknownKeys.filter((key) => missing.includes(fieldNameOf(key)));
  const misspelt = meant.map((key) => `In ${file?.path}, ${key} is to be called ${fieldNameOf(key)}. `).join("");
  throw settingError({
    code: "BATON-CONFIG-REQUIRED",
    message: `required flag(s) ${missing.map((name) => `"${name}"`).join(", ")} not set`,
    hint: `${misspelt}Set ${missing.map((name) => environmentVariable(name)).join(" and ")} in the environment, the flag, or the key in .baton.yaml.`,
  });
}

/** The name that was meant by a key of the file: variables have underscores, fields have hyphens. */
export function fieldNameOf(key: string): string {
  return key.replace(/^baton_/, "").replaceAll("_", "-");
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
  return settingError({
    code: "BATON-CONFIG-VALUE",
    message: `${describeSource(source)}: ${shown} is not ${expected[field.kind]} for ${field.name}`,
    hint: `Give ${expected[field.kind]}, or remove the setting.`,
  });
}

/** Where a value came from. */
type ValueSource =
  | { readonly kind: "flag" }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly path: string; readonly foundInWorkingDirectory: boolean }
  | { readonly kind: "secret"; readonly from: string }
  | { readonly kind: "default" };

/** The source in words: `flag`, `environment BATON_X`, `file PATH`, the place of a secret, or `default`. */
export function describeSource(source: ValueSource): string {
  if (source.kind === "environment") return `environment ${source.variable}`;
  if (source.kind === "file") return `file ${source.path}`;
  if (source.kind === "secret") return source.from;
  return source.kind;
}

/** One resolved value. */
export interface ResolvedValue {
  readonly field: Field;
  readonly value: FieldValue;
  readonly source: ValueSource;
}

type NameOf<F extends NamedField, K extends Field["kind"]> = Extract<F, { readonly kind: K }>["name"];

/**
 * Typed access to resolved values. Asking for a name or a type that was not declared is a TypeError; where the names of
 * the fields `F` are literal, it does not compile. Values of more fields do for a function that reads fewer, and not the
 * other way round.
 */
export class ResolvedConfig<in F extends NamedField = NamedField> {
  readonly #values: ReadonlyMap<string, ResolvedValue>;
  /** Keys of the configuration file that no field has, for a warning. */
  readonly unknownFileKeys: readonly string[];
  /** What the user should know about the places that secrets were read from. */
  readonly notices: readonly string[];

  constructor(
    values: readonly ResolvedValue[],
    unknownFileKeys: readonly string[] = [],
    notices: readonly string[] = [],
  ) {
    this.#values = new Map(values.map((value) => [value.field.name, value]));
    this.unknownFileKeys = unknownFileKeys;
    this.notices = notices;
  }

  /** A text; "" when not set. */
  string(name: NameOf<F, "string">): string {
    const { value } = this.#get(name, "string");
    return String(value);
  }

  /** A whole number. */
  int(name: NameOf<F, "int">): number {
    return Number(this.#get(name, "int").value);
  }

  /** A switch. */
  bool(name: NameOf<F, "bool">): boolean {
    return this.#get(name, "bool").value === true;
  }

  /** A list of texts, in the order given. */
  strings(name: NameOf<F, "stringSlice">): readonly string[] {
    const { value } = this.#get(name, "stringSlice");
    return Array.isArray(value) ? value : [];
  }

  /** Whatever a field holds, with its source. */
  get(name: F["name"]): ResolvedValue {
    const found = this.#values.get(name);
    if (!found) throw new TypeError(`no field is called ${name}`);
    return found;
  }

  /** True when a flag, the environment or a file set the field, even to an empty text. */
  isGiven(name: F["name"]): boolean {
    return this.get(name).source.kind !== "default";
  }

  /** Where the value came from, in words. */
  source(name: F["name"]): string {
    return describeSource(this.get(name).source);
  }

  /** All values, in the order of declaration. */
  all(): readonly ResolvedValue[] {
    return [...this.#values.values()];
  }

  /** The values of secret fields, to be redacted from everything printed. */
  secrets(): readonly string[] {
    return this.all().flatMap(({ field, value }) =>
      field.secret ? (Array.isArray(value) ? value : [String(value)]).filter((text) => text !== "") : [],
    );
  }

  #get(name: string, kind: Field["kind"]): ResolvedValue {
    const found = this.get(name);
    if (found.field.kind !== kind) throw new TypeError(`field ${name} is ${found.field.kind}, not ${kind}`);
    return found;
  }
}
