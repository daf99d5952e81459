/** The values of all fields with where each came from. It knows neither argv nor files. */
import type { Field, FieldValue } from "./field.ts";

/** Where a value came from. */
export type ValueSource =
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

/** Typed access to resolved values. Asking for a name or a type that was not declared is a TypeError. */
export class ResolvedConfig {
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
  string(name: string): string {
    const { value } = this.#get(name, "string");
    return String(value);
  }

  /** A whole number. */
  int(name: string): number {
    return Number(this.#get(name, "int").value);
  }

  /** A switch. */
  bool(name: string): boolean {
    return this.#get(name, "bool").value === true;
  }

  /** A list of texts, in the order given. */
  strings(name: string): readonly string[] {
    const { value } = this.#get(name, "stringSlice");
    return Array.isArray(value) ? value : [];
  }

  /** Whatever a field holds, with its source. */
  get(name: string): ResolvedValue {
    const found = this.#values.get(name);
    if (!found) throw new TypeError(`no field is called ${name}`);
    return found;
  }

  /** True when a flag, the environment or a file set the field, even to an empty text. */
  isGiven(name: string): boolean {
    return this.get(name).source.kind !== "default";
  }

  /** Where the value came from, in words. */
  source(name: string): string {
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
