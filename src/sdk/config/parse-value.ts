/** Texts into values: switches, whole numbers and comma-separated lists, as the Go connectors read them. */
import type { Field, FieldValue } from "./field.ts";

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
