/**
 * What a configuration field is. One declaration gives the flag, the environment variable, the key of the
 * configuration file, the line in the help text, the entry in the schema and the validation. And how a text becomes its
 * value, as the Go connectors read it. Where values come from is resolve.ts, checking them validate.ts, reading secrets
 * secret-source.ts.
 */

/** Where a field is exported to: `gui` and `ops` appear in the `config` schema (ops as `isOps`), the others not. */
type ExportTarget = "gui" | "ops" | "cli" | "none";

/** Well-known string formats (wire: c1.config.v1.WellKnownString). */
export type WellKnown = "email" | "hostname" | "ip" | "ipv4" | "ipv6" | "uri" | "uuid";

/** Rules of a string (wire: c1.config.v1.StringRules). Lengths count code points. An empty string passes all but `required`. */
export interface StringRules {
  readonly eq?: string;
  readonly len?: number;
  readonly minLen?: number;
  readonly maxLen?: number;
  /** A regular expression that must match somewhere in the value. */
  readonly pattern?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
  readonly wellKnown?: WellKnown;
}

/** Rules of a whole number (wire: c1.config.v1.Int64Rules). Zero passes them unless `zeroIsChecked`. */
export interface IntRules {
  readonly eq?: number;
  readonly lt?: number;
  readonly lte?: number;
  readonly gt?: number;
  readonly gte?: number;
  readonly in?: readonly number[];
  readonly notIn?: readonly number[];
  /** Zero is checked against the rules like any other number. Not exported. */
  readonly zeroIsChecked?: boolean;
}

/** Rules of a list of strings (wire: c1.config.v1.RepeatedStringRules). */
export interface StringSliceRules {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly unique?: boolean;
  readonly itemRules?: StringRules;
}

/** What every field has. */
export interface FieldBase {
  /** Lower case with dashes. The flag is `--name`, the variable `BATON_NAME`, the file's key `name`. */
  readonly name: string;
  /** Label in forms. */
  readonly displayName?: string;
  readonly description?: string;
  readonly placeholder?: string;
  /** Must be given and must not be empty. */
  readonly required?: boolean;
  /** Its values are redacted from everything that is printed. */
  readonly secret?: boolean;
  /** Left out of the help text; still exported, as the target says. */
  readonly hidden?: boolean;
  /** One letter for the short form of the flag. */
  readonly shorthand?: string;
  /** Default `gui`. */
  readonly exportTarget?: ExportTarget;
  /** Environment variables looked at when the flag, `BATON_NAME` and the file give nothing, in this order. */
  readonly fallbackEnvironment?: readonly string[];
  /**
   * Name of another field: the fallback variables count only when that field's value is a fallback, too. For variables
   * of another program that belong together, such as a key and the host that it is for.
   */
  readonly fallbackFollows?: string;
  /**
   * Judges a value from a configuration file that was found in the current directory, which anybody may have put
   * there. Returns why it is refused, or undefined when it is fine. Flags, variables and a file that
   * BATON_CONFIG_PATH names are not judged.
   */
  readonly distrust?: (value: string) => string | undefined;
}

/** A text. */
export interface StringField extends FieldBase {
  readonly kind: "string";
  /**
   * A secret that may also come from a file, a command or a systemd credential of its name. The fields that
   * `secretSourceFields` makes for it stand beside it.
   */
  readonly secretSources?: boolean;
  readonly default?: string;
  readonly rules?: StringRules;
}

/** A whole number. */
export interface IntField extends FieldBase {
  readonly kind: "int";
  readonly default?: number;
  readonly rules?: IntRules;
}

/** A switch, off unless the default says otherwise. It cannot be required. */
export interface BoolField extends FieldBase {
  readonly kind: "bool";
  readonly required?: false;
  readonly default?: boolean;
}

/** A list of texts. Values given as flags are added to those from the environment or the file. */
export interface StringSliceField extends FieldBase {
  readonly kind: "stringSlice";
  readonly default?: readonly string[];
  readonly rules?: StringSliceRules;
}

/** Any field. */
export type Field = StringField | IntField | BoolField | StringSliceField;

/** Kind and name of a field. Where a table of fields has literal names, what reads their values is held to them. */
export type NamedField = { [K in Field["kind"]]: { readonly kind: K; readonly name: string } }[Field["kind"]];

/**
 * What is read of a flag: its kind and its name, or one of several. A function names the flags that it reads; a command
 * that does not declare them so does not compile.
 */
export type Flag<K extends Field["kind"], N extends string> = N extends string
  ? { readonly kind: K; readonly name: N }
  : never;

/** Kind and name of each of the fields `F`, and nothing else. */
export type FlagsOf<F extends NamedField> = F extends NamedField ? Flag<F["kind"], F["name"]> : never;

/** What a field's value can be once it is resolved. */
export type FieldValue = string | number | boolean | readonly string[];

/** The environment variable of a field: `api-key` is read from `BATON_API_KEY`. Names are case-sensitive. */
export function environmentVariable(name: string): string {
  return `BATON_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The value of a field that nobody set. */
export function defaultOf(field: Field): FieldValue {
  if (field.default !== undefined) return field.default;
  return { string: "", int: 0, bool: false, stringSlice: [] as readonly string[] }[field.kind];
}

/**
 * The settings beside a secret: `NAME-file` and `NAME-command`. They are not exported to the schema: a hosted form
 * has neither files nor commands.
 */
export function secretSourceFields<const N extends string>(
  name: N,
  label: string,
): readonly [StringField & { readonly name: `${N}-file` }, StringField & { readonly name: `${N}-command` }] {
  return [
    { kind: "string", name: `${name}-file`, description: `File that holds the ${label}`, exportTarget: "none" },
    {
      kind: "string",
      name: `${name}-command`,
      description: `Command, run without a shell, that prints the ${label}`,
      exportTarget: "none",
      distrust: () => "a command in it would be run",
    },
  ];
}

/**
 * Makes a `distrust` rule that lets only URLs pass whose host is one of `domains` or below one.
 * The parsed host is compared, not the text.
 * @param domains lower case, without a leading dot.
 */
export function onlyHostsBelow(domains: readonly string[]): (value: string) => string | undefined {
  return (value) => {
    const host = URL.parse(value)?.hostname;
    if (host === undefined) return "it is not a URL";
    if (domains.some((domain) => host === domain || host.endsWith(`.${domain}`))) return undefined;
    return `its host is not ${domains.join(" or ")} or below`;
  };
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

/** A switch's text (Go: strconv.ParseBool), or undefined when it is none. */
export function parseSwitch(text: string): boolean | undefined {
  return switches.get(text);
}

/** A whole number's text within the safe range, or undefined when it is none. */
export function parseWholeNumber(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * One line of comma-separated values (RFC 4180): quotes keep commas together and are doubled inside, spaces stay.
 * @returns undefined when a quote is not closed or stands inside an unquoted item.
 */
export function parseCommaSeparated(line: string): string[] | undefined {
  if (line === "") return [];
  const items: string[] = [];
  const item = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  while (item.lastIndex <= line.length) {
    const match = item.exec(line);
    if (!match) return undefined;
    items.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") return items;
  }
  return undefined;
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
