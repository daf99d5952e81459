/** Objects in JSON that others wrote: a key, a token, a file beside the target. Knows no fields. */

/** An object with any fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for an object with keys, which a list is not. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object in a text; undefined for other JSON and for what is none. The parser's message quotes the text: it stays here. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
