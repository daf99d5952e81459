/**
 * Checks parsed JSON against what an API promises, in place: what is as promised stays the object that the parser made,
 * as a copy of each of a hundred thousand records would cost more than reading them. Knows no API.
 */

import { isJsonObject } from "../json-object.ts";
import { isBlank } from "../resources/profile.ts";

/** Takes a value of a field, `undefined` when the field is missing, and gives what stands for it. Throws {@link Mismatch}. */
export type Check<T> = (value: unknown) => T;

/** A value that is not as promised. Says where and what, but not the value. */
export class Mismatch extends Error {
  /** From the outermost object or array in. */
  readonly path: (string | number)[] = [];
  readonly expected: string;
  /** The JSON type of what was found. */
  readonly found: string;

  constructor(expected: string, value: unknown, found: string = kindOf(value)) {
    super(`${expected} expected`);
    this.expected = expected;
    this.found = found;
  }
}

/** Text. */
export const text: Check<string> = (value) => {
  if (typeof value === "string") return value;
  throw new Mismatch("string", value);
};

/** Text that is not empty. */
export const filledText: Check<string> = (value) => {
  if (typeof value === "string" && value !== "") return value;
  throw new Mismatch(value === "" ? "text that is not empty" : "string", value);
};

/** What `check` takes, where it is no longer than `most` UTF-16 units: a server must not decide what a row costs. */
export function upTo(most: number, check: Check<string>): Check<string> {
  return (value) => {
    const found = check(value);
    if (found.length <= most) return found;
    throw new Mismatch(`text of at most ${most} characters`, value, `text of ${found.length} characters`);
  };
}

/** True or false, also as text in any case, as some servers write it. */
export const flag: Check<boolean> = (value) => {
  if (typeof value === "boolean") return value;
  const lower = typeof value === "string" ? value.toLowerCase() : "";
  if (lower !== "true" && lower !== "false") throw new Mismatch("true or false", value);
  return lower === "true";
};

/** An id that is not empty; a whole number is its text, where it is exact. */
export const filledId: Check<string> = (value) => filledText(idText(value));

/**
 * The id of a row of a list. A missing or blank one is "": such a row cannot be told from another, and who reads the list
 * refuses it as a whole. So is one with half of a surrogate pair: every such half is written as the same sign.
 */
export const rowId: Check<string> = (value) => {
  const id = value === undefined || value === null ? "" : text(idText(value));
  return isBlank(id) || !id.isWellFormed() ? "" : id;
};

function idText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

/** What `check` takes; missing and null both become undefined. */
export function unlessUnknown<T>(check: Check<T>): Check<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : check(value));
}

/** An array of which every element passes. */
export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Mismatch("array", value);
    let index = 0;
    try {
      for (; index < value.length; index++) value[index] = check(value[index]);
    } catch (caught) {
      throw placed(caught, index);
    }
    return value;
  };
}

/** What a check gives. */
export type Checked<C> = C extends Check<infer T> ? T : never;

/** An object of checked fields; those that may be undefined may be missing. */
type Fields<F> = { readonly [K in keyof F as undefined extends Checked<F[K]> ? never : K]: Checked<F[K]> } & {
  readonly [K in keyof F as undefined extends Checked<F[K]> ? K : never]?: Checked<F[K]>;
};

/** An object of which every field passes. Fields that are not named here are taken out. */
export function objectOf<F extends Readonly<Record<string, Check<unknown>>>>(fields: F): Check<Fields<F>> {
  const checks = Object.entries(fields);
  const names: ReadonlySet<string> = new Set(Object.keys(fields));
  return (value) => {
    if (!isJsonObject(value)) throw new Mismatch("object", value);
    const object = withOnly(names, value);
    let name = "";
    try {
      for (const [field, check] of checks) {
        name = field;
        const found = object[field];
        const checked = check(found);
        if (checked !== found) object[field] = checked;
      }
    } catch (caught) {
      throw placed(caught, name);
    }
    return object as Fields<F>; // Each field passed its check.
  };
}

/** The object itself when it has no other fields, which is the rule. */
function withOnly(names: ReadonlySet<string>, object: Record<string, unknown>): Record<string, unknown> {
  for (const name in object) {
    if (!names.has(name)) return Object.fromEntries(Object.entries(object).filter(([field]) => names.has(field)));
  }
  return object;
}

function placed(caught: unknown, at: string | number): unknown {
  if (caught instanceof Mismatch) caught.path.unshift(at);
  return caught;
}

/** The JSON type of a value; "nothing" when the field is missing. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "empty text";
  return Array.isArray(value) ? "array" : typeof value;
}
