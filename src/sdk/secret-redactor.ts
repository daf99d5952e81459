/**
 * Replaces secrets by value, whatever text they turn up in: as they are, URL-, base64-, hex- or JSON-encoded, reversed,
 * and by their first or last eight characters. Everything that is logged or printed as an error passes through it. And
 * tells what names a person by its form.
 */

/** What stands in place of a secret. */
export const redactedText = "[REDACTED]";

/**
 * E-mail addresses, with all that may belong to them: they are names of people, and belong into no text that others read.
 * Only from where a word begins, so that a long text without any takes no longer than its length.
 */
export const emailAddresses = /(?<![^\s"'<>(),;:@])[^\s"'<>(),;:@]+(?:@[^\s"'<>(),;:@]+)+/g;

/** Shorter values are words rather than secrets; hiding them would only garble the output. */
const shortestSecret = 6;
/** From this length on, eight characters at either end give little away about the text around them. */
const shortestForEnds = 16;
const endLength = 8;
/** Longer forms are looked for without a pattern: one of some 30,000 characters is refused by the engine (V8). */
const longestInPattern = 4096;
/**
 * The name that a pasted secret is assigned to, and what a token says of who gave it, as in
 * `secret-token:conductorone.com:v1:`: no part of it, and often the product's own name.
 */
const inFront = /^(?:(?:export\s+)?[A-Za-z][\w-]*\s*[=:]\s*(?=\S))?(?:(?:secret-token:)?[\w.-]+:v\d+:)?/;

/** The secrets of one process. Values can be added at any time. */
export class SecretRedactor {
  readonly #formsBySecret = new Map<string, readonly string[]>();
  #pattern: RegExp | undefined;
  #long: readonly string[] = [];

  /** Hides `secret` from now on. Values of fewer than six characters are left alone. */
  add(secret: string): void {
    const trimmed = secret.trim();
    if (trimmed.length < shortestSecret) return;
    this.#formsBySecret.set(trimmed, formsOf(trimmed));
    this.#compile();
  }

  /** Hides `secret` no longer: a token that is over. Without it a service that renews tokens would hold them all. */
  remove(secret: string): void {
    if (this.#formsBySecret.delete(secret.trim())) this.#compile();
  }

  /** `text` without any secret. */
  redact(text: string): string {
    let redacted = text;
    for (const form of this.#long) redacted = redacted.replaceAll(form, redactedText);
    return this.#pattern ? redacted.replace(this.#pattern, redactedText) : redacted;
  }

  #compile(): void {
    // Longest first, so that no shorter form leaves the rest of a longer one standing.
    const forms = [...new Set([...this.#formsBySecret.values()].flat())].toSorted((a, b) => b.length - a.length);
    this.#long = forms.filter(({ length }) => length > longestInPattern);
    const alternatives = forms.slice(this.#long.length).map((form) => form.replaceAll(/[^\w\s]/g, "\\$&"));
    this.#pattern = alternatives.length > 0 ? new RegExp(alternatives.join("|"), "gi") : undefined;
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams({ v: secret }).toString().slice(2),
    bytes.toString("hex"),
    json,
    JSON.stringify(json).slice(1, -1),
    [...secret].toReversed().join(""),
    ...base64Forms(bytes),
  ];
  const bare = secret.replace(inFront, "");
  if (bare.length >= shortestForEnds) forms.push(bare.slice(0, endLength), bare.slice(-endLength));
  return forms.filter((form) => form.length >= shortestSecret);
}

/**
 * Base64 packs three bytes into four characters, so that a secret inside a longer text (`user:secret`) looks different
 * at each of three offsets. These are the characters that depend on the secret alone.
 */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
