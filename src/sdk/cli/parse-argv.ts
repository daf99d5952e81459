/**
 * Arguments into commands, flags and operands, with the forms and the error texts of cobra and pflag. It decides
 * nothing about values but whether a switch, a number or a list can be read from the text.
 */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { decodeText, type Field } from "../config/field.ts";
import { type BatonError, settingError } from "../errors.ts";

/** What was given. */
export interface ParsedFlags {
  /** Texts by field name in the order given; a switch without a value is `true`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

type Token = ReturnType<typeof tokenize>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

/** `-h, --help`, which every command has. */
export const helpField: Field = { kind: "bool", name: "help", shorthand: "h", exportTarget: "none" };
/** `-v, --version`, which the root command has. */
export const versionField: Field = { kind: "bool", name: "version", shorthand: "v", exportTarget: "none" };

/**
 * Finds the command's word: the first operand that comes before any unknown flag.
 * @returns the word, if any, and all other arguments.
 */
export function splitCommand(argv: readonly string[], fields: readonly Field[]): { command?: string; args: string[] } {
  for (const token of tokenize(argv, fields)) {
    if (token.kind === "option" && !findField(token, fields)) break;
    if (token.kind !== "positional") continue;
    return { command: token.value, args: argv.toSpliced(token.index, 1) };
  }
  return { args: [...argv] };
}

/**
 * Parses the flags of one command.
 * @throws BatonError BATON-USAGE for unknown flags and for values that cannot be read.
 */
export function parseFlags(args: readonly string[], fields: readonly Field[]): ParsedFlags {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  let shortWithValueAt = -1;
  for (const token of tokenize(args, fields)) {
    if (token.kind === "positional") operands.push(token.value);
    // `-p=false` comes as `-p` and one token a letter of the rest; the first one took it all.
    if (token.kind !== "option" || token.index === shortWithValueAt) continue;
    const argument = args[token.index] ?? token.rawName;
    const field = findField(token, fields);
    if (!field) throw usageError(unknownFlag(token, argument));
    const shortValue = /^-[^-]=(.*)$/s.exec(argument)?.[1];
    if (shortValue !== undefined) shortWithValueAt = token.index;
    const text = shortValue ?? token.value ?? impliedValue(token, field, argument);
    if (decodeText(field, text) === undefined) throw usageError(invalidArgument(field, text));
    values.set(field.name, [...(values.get(field.name) ?? []), text]);
  }
  return { values, operands };
}

function tokenize(args: readonly string[], fields: readonly Field[]) {
  const options: ParseArgsOptionsConfig = {};
  for (const { kind, name, shorthand } of fields) {
    const type = kind === "bool" ? "boolean" : "string";
    options[name] = shorthand === undefined ? { type } : { type, short: shorthand };
  }
  return parseArgs({ args: [...args], options, tokens: true, strict: false, allowPositionals: true }).tokens ?? [];
}

function findField(token: OptionToken, fields: readonly Field[]): Field | undefined {
  return fields.find((field) => field.name === token.name && (isLong(token) || field.shorthand === token.rawName[1]));
}

function isLong(token: OptionToken): boolean {
  return token.rawName.startsWith("--");
}

/** A switch without a value is on; everything else needs one. */
function impliedValue(token: OptionToken, field: Field, argument: string): string {
  if (field.kind === "bool") return "true";
  throw usageError(
    `flag needs an argument: ${isLong(token) ? token.rawName : `'${token.rawName.slice(1)}' in ${argument}`}`,
  );
}

function unknownFlag(token: OptionToken, argument: string): string {
  if (isLong(token)) return `unknown flag: ${token.rawName}`;
  return `unknown shorthand flag: '${token.name}' in ${argument}`;
}

const formOf = {
  string: "a text is expected",
  int: "a whole number is expected",
  bool: "true or false is expected",
  stringSlice: "a comma-separated list with balanced quotes is expected",
} as const satisfies Record<Field["kind"], string>;

function invalidArgument(field: Field, text: string): string {
  const flag = field.shorthand === undefined ? `--${field.name}` : `-${field.shorthand}, --${field.name}`;
  return `invalid argument ${JSON.stringify(text)} for "${flag}" flag: ${formOf[field.kind]}`;
}

/** An error in how the program was called. */
export function usageError(message: string, hint = "Run with --help to see what there is."): BatonError {
  return settingError({
    code: "BATON-USAGE",
    message,
    hint,
  });
}
