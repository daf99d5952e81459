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
const mostPeople = maxPeople.toLocaleString("en");
const maxTitles = 100;
const separators = ["\t", ";", "|", ","] as const;
/** Excel: the first line may say which it is. */
const separatorLine = /^sep=([^\r\n])(?=[\r\n])/i;
/** Excel: a text that is not to be taken for a number. */
const textAsFormula = /^="(.*)"$/s;

/** Reads a list. @throws BatonError `REPORT-LIST` when it is empty, too long or no text. */
export function readPeopleList(bytes: Uint8Array): PeopleList {
  if (bytes.length > maxListBytes) throw badList(`it is larger than ${maxListBytes / 1024 / 1024} MiB`);
  const rows = rowsOf(textOf(bytes));
  const first = rows.next().value;
  const titles = titlesIn(first);
  const people = new Map<string, ListedPerson>();
  let filled = 0;
  for (const row of titles === undefined ? recipientsIn(first, rows) : rows) {
    const naming = titles === undefined ? looseNaming(row) : titledNaming(row, titles);
    if (naming.length === 0) continue;
    filled++;
    const key = JSON.stringify(naming.map(nameKey));
    if (!people.has(key)) people.set(key, { line: row.line, text: shownText(row), naming });
    if (people.size > maxPeople) throw badList(`it names more than ${mostPeople} people`);
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

/**
 * Lines with something in them, one at a time: a few bytes each may be millions. What is in quotes may hold separators,
 * quotes and line breaks (RFC 4180).
 */
function* rowsOf(text: string): Generator<Line, undefined> {
  const [separatorIs = "", separator = separatorOf(text)] = separatorLine.exec(text) ?? [];
  let [cells, cell, line, begun]: [string[], string, number, number] = [[], "", 1, 1];
  let isQuoted = false;
  let isBlank = true;
  const add = (character: string): void => {
    cell += character;
    isBlank &&= character.trim() === "";
  };
  const endCell = (): void => {
    // A line may name as many people as a list.
    if (cells.push(cell.trim().replace(textAsFormula, "$1")) > maxPeople)
      throw badList(`line ${begun} has more than ${mostPeople} parts`);
    [cell, isBlank] = ["", true];
  };
  for (let at = separatorIs.length; at < text.length; at++) {
    const character = text.charAt(at);
    const isBreak = character === "\n" || (character === "\r" && text.charAt(at + 1) !== "\n");
    if (isBreak) line++;
    if (isQuoted && character === '"' && text.charAt(at + 1) === '"') add(text.charAt(at++));
    else if (character === '"' && (isQuoted || isBlank)) isQuoted = !isQuoted;
    else if (isQuoted) add(character);
    else if (character === separator) endCell();
    else if (isBreak) {
      endCell();
      if (cells.some((one) => one !== "")) yield { line: begun, cells, separator };
      [cells, begun] = [[], line];
    } else if (character !== "\r") add(character);
  }
  if (isQuoted) throw badList(`the quote in line ${begun} is never closed`);
  endCell();
  if (cells.some((one) => one !== "")) yield { line: begun, cells, separator };
  return undefined;
}

/** The one that the first line with any of them has most often, quotes aside. A list may have none. */
function separatorOf(text: string): string | undefined {
  const [first = ""] = /^.*[\t;|,].*$/m.exec(text) ?? [];
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
  // Each is looked at for each line.
  if (found.length > maxTitles) throw badList(`more than ${maxTitles} of its columns name people`);
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

/** Between two recipients: a separator behind an address. Looked back from the separator, so far as an address is long. */
const betweenRecipients = /[;,](?<=@[^<>\s;,]{1,254}>?\s?[;,])/;

/** A list without titles, the first line apart. */
function* recipientsIn(first: Line | undefined, others: Iterable<Line>): Generator<Line> {
  if (first) yield* recipientsOf(first);
  for (const row of others) yield* recipientsOf(row);
}

/** A line of recipients, as it is copied from a message, names several people; every other one is itself. */
function recipientsOf(row: Line): readonly Line[] {
  const { line, cells, separator } = row;
  if (separator === undefined) return [row];
  const parts = cells.join(`${separator} `).split(betweenRecipients);
  const recipients = parts.filter((part) => part.trim() !== "");
  if (recipients.length < 2 || !recipients.every((part) => part.includes("@"))) return [row];
  return recipients.map((part) => ({ line, cells: [part.trim()], separator: undefined }));
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

/** `Zoë Stein <zoe@example.com>` and `mailto:zoe@example.com`, as programs for mail copy it, is the address. */
function bareAddress(cell: string): string {
  const address = /<([^<>\s]+@[^<>\s]+)>\s*$/.exec(cell)?.[1] ?? cell;
  return address.replace(/^mailto:/i, "");
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
