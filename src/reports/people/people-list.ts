/**
 * A list of people as somebody else's system exports it: names, addresses or logins, one a line, or a table with
 * separators. Bytes in, namings out. Knows no file and nobody.
 */
import { BatonError, Status } from "../../sdk/errors.ts";
import { nameKey } from "../folded-text.ts";
import type { Naming } from "./find-accounts.ts";

/** Somebody in the list. */
export interface ListedPerson {
  /** Number of the line, from 1. */
  readonly line: number;
  /** The line as it is shown to people. */
  readonly text: string;
  readonly naming: Naming;
}

/** What a list holds. */
export interface PeopleList {
  /** Everybody once, in the order of the list. */
  readonly people: readonly ListedPerson[];
  /** Lines that name somebody in the words of a line before. */
  readonly repeated: number;
  /** Titles of the columns that people were looked for in; empty when the list has no titles. */
  readonly columns: readonly string[];
}

/** More is no list of people. */
export const maxListBytes = 8 * 1024 * 1024;
const maxPeople = 100_000;
const separators = ["\t", ";", ","] as const;

/** Reads a list. @throws BatonError `REPORT-LIST` when it is empty, too long or no text. */
export function readPeopleList(bytes: Uint8Array): PeopleList {
  if (bytes.length > maxListBytes) throw badList(`it is larger than ${maxListBytes / 1024 / 1024} MiB`);
  const table = tableOf(textOf(bytes));
  const titles = titlesIn(table[0]);
  const rows = titles === undefined ? table : table.slice(1);
  const people = new Map<string, ListedPerson>();
  let filled = 0;
  for (const row of rows) {
    const naming = titles === undefined ? looseNaming(row) : titledNaming(row, titles);
    if (naming.length === 0) continue;
    filled++;
    const key = JSON.stringify(naming.map(nameKey));
    if (!people.has(key)) people.set(key, { line: row.line, text: shownText(row), naming });
    if (people.size > maxPeople) throw badList(`it names more than ${maxPeople.toLocaleString("en")} people`);
  }
  if (people.size === 0) throw badList("it names nobody");
  return {
    people: [...people.values()],
    repeated: filled - people.size,
    columns: (titles ?? []).map(({ title }) => title),
  };
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
  /** What separates the cells; undefined for a list without separators. */
  readonly separator: string | undefined;
}

/** Control characters that no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const binary = /[\0-\x08\x0e-\x1f]/;

/** UTF-8, UTF-16 by its mark, else what spreadsheets on Windows write without saying so. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) throw badList("it is a workbook or an archive, not a text");
  const text = decoded(bytes);
  if (binary.test(text)) throw badList("it is not a text");
  return text;
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Lines with cells; what is in quotes may hold separators, quotes and line breaks (RFC 4180). */
function tableOf(text: string): readonly Line[] {
  const separator = separatorOf(text);
  const rows: Line[] = [];
  let [cells, cell, line, begun]: [string[], string, number, number] = [[], "", 1, 1];
  let isQuoted = false;
  const endRow = (): void => {
    rows.push({ line: begun, cells: [...cells, cell].map((one) => one.trim()), separator });
    [cells, cell] = [[], ""];
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const isBreak = character === "\n" || (character === "\r" && text.charAt(at + 1) !== "\n");
    if (isBreak) line++;
    if (isQuoted && character === '"' && text.charAt(at + 1) === '"') cell += text.charAt(at++);
    else if (character === '"' && (isQuoted || cell.trim() === "")) isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === separator) {
      cells.push(cell);
      cell = "";
    } else if (isBreak) {
      endRow();
      begun = line;
    } else if (character !== "\r") cell += character;
  }
  if (isQuoted) throw badList(`the quote in line ${begun} is never closed`);
  endRow();
  return rows.filter((row) => row.cells.some((one) => one !== ""));
}

/** The one that the first line with any of them has most often, quotes aside. A list may have none. */
function separatorOf(text: string): string | undefined {
  const [first = ""] = /^.*[\t;,].*$/m.exec(text) ?? [];
  const bare = first.replaceAll(/"(?:[^"]|"")*"/g, "");
  const counts = separators.map((separator) => ({ separator, count: bare.split(separator).length - 1 }));
  const best = counts.toSorted((a, b) => b.count - a.count)[0];
  return best && best.count > 0 ? best.separator : undefined;
}

/** Kinds of column that name people, the surest first, by their usual titles as {@link titleKey} has them. */
const kinds = {
  id: ["id", "userid", "accountid", "slugperm"],
  email: ["email", "mail", "emailaddress", "mailaddress", "workemail", "primaryemail", "upn", "userprincipalname"],
  login: ["login", "user", "username", "loginname", "account", "accountname", "samaccountname", "handle", "slug"],
  name: ["name", "fullname", "displayname", "employee", "employeename", "person", "member", "leaver"],
  first: ["firstname", "givenname", "first"],
  last: ["lastname", "familyname", "surname", "last"],
} as const;
type Kind = keyof typeof kinds;

interface TitledColumn {
  readonly kind: Kind;
  readonly title: string;
  readonly at: number;
}

function titleKey(title: string): string {
  return nameKey(title).replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** The columns to look in, the surest first; undefined when the line is no line of titles. */
function titlesIn(line: Line | undefined): readonly TitledColumn[] | undefined {
  if (!line) return undefined;
  const order = Object.keys(kinds) as Kind[];
  const found = line.cells.flatMap((title, at): TitledColumn[] => {
    const kind = order.find((one) => (kinds[one] as readonly string[]).includes(titleKey(title)));
    return kind === undefined ? [] : [{ kind, title, at }];
  });
  // An address is never a title.
  if (found.length === 0 || line.cells.some((cell) => cell.includes("@"))) return undefined;
  return found.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function titledNaming({ cells }: Line, titles: readonly TitledColumn[]): Naming {
  const textIn = (kind: Kind): string => cells[titles.find((one) => one.kind === kind)?.at ?? -1] ?? "";
  const plain = titles.filter(({ kind }) => kind !== "first" && kind !== "last").map(({ at }) => cells[at] ?? "");
  const [first, last] = [textIn("first"), textIn("last")];
  return [...plain, first !== "" && last !== "" ? `${first} ${last}` : ""].filter((text) => text !== "");
}

/** Without titles: addresses, then the line as a whole, then the other cells; `Stein, Zoë` is Zoë Stein as well. */
function looseNaming({ cells, separator }: Line): Naming {
  const filled = cells.filter((cell) => cell !== "").map(bareAddress);
  if (filled.length < 2 || separator === undefined) return filled;
  const addresses = filled.filter((cell) => cell.includes("@"));
  const others = filled.filter((cell) => !cell.includes("@"));
  const [last, first, ...more] = others;
  const isOneName = addresses.length === 0 && more.length === 0 && separator === ",";
  return isOneName ? [`${first} ${last}`, `${last}, ${first}`] : [...addresses, ...others];
}

/** `Zoë Stein <zoe@example.com>`, as programs for mail copy it, is the address. */
function bareAddress(cell: string): string {
  return /<([^<>\s]+@[^<>\s]+)>\s*$/.exec(cell)?.[1] ?? cell;
}

function shownText({ cells, separator = "" }: Line): string {
  return cells.filter((cell) => cell !== "").join(separator === "\t" ? "; " : `${separator} `);
}

/** The refusal of a list. @param problem why, as the end of a sentence. */
export function badList(problem: string): BatonError {
  return new BatonError({
    code: "REPORT-LIST",
    status: Status.invalidArgument,
    message: `The list of people cannot be read: ${problem}.`,
    effect: "Nobody was looked for.",
    hint: "Give a text with one name, address or login a line, or a CSV with a line of titles; save a workbook as CSV first.",
  });
}
