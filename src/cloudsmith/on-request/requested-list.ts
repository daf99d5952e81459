/**
 * A list that is read only on request: the same reading as that of the members, and a list that the key may not see, or
 * the plan does not have, makes the roster partial and ends nothing.
 */
import { sourceOf } from "../../sdk/api/api-client.ts";
import { isRubbish } from "../../sdk/api/api-failures.ts";
import type { ListMemory } from "../../sdk/api/list-memory.ts";
import type { ListWords } from "../../sdk/api/list-words.ts";
import type { Note } from "../../sdk/api/notes.ts";
import type { ReadRows } from "../../sdk/api/numbered-lists.ts";
import { ResourceList } from "../../sdk/api/resource-list.ts";
import type { ListOptions, Page, SessionStore } from "../../sdk/contracts/connector.ts";
import type { Resource, Timestamp } from "../../sdk/contracts/model.ts";
import type { BatonError } from "../../sdk/errors.ts";
import { pastTime } from "../../sdk/resources/timestamps.ts";
import type { Api, List } from "../client.ts";
import { codePrefix, unlessUnseen } from "../errors.ts";
import type { Organization } from "../schemas.ts";
import { sign } from "./signs.ts";

/** What is read, and with what. */
export interface ReadFrom {
  readonly client: Api;
  readonly organization: Organization;
  /** The time, milliseconds since the epoch. */
  nowMs(): number;
}

/** What a requested list is made of. */
export interface RequestedListInit<Row, N extends Note> {
  readonly from: ReadFrom;
  readonly list: List<Row>;
  readonly words: ListWords;
  /** What is kept of a row until the sync is finished; plain data. */
  readonly noteOf: (row: Row) => N;
}

/** One list of one sync; one caller at a time. */
export class RequestedList<Row, N extends Note> {
  readonly #list: ResourceList<Row, N>;
  readonly #words: ListWords;

  constructor({ from, list, words, noteOf }: RequestedListInit<Row, N>) {
    const name = words.resourceType;
    this.#words = words;
    this.#list = new ResourceList<Row, N>({
      name,
      words,
      noteOf,
      idOf: list.idOf,
      source: sourceOf(from.client, from.organization.slug, new Map([[name, list]])),
      nowMs: () => from.nowMs(),
    });
  }

  /** What was read so far. */
  memory(session: SessionStore): ListMemory<N> {
    return this.#list.memory(session);
  }

  /** One page of the list as resources; nothing of a list that is not shown. */
  async page(options: ListOptions, toResource: (row: Row) => Resource): Promise<Page<Resource>> {
    const page = await unlessUnseen(this.#list.page(options, toResource), (why) => {
      warnOfUnseen(this.#words, options, why);
    });
    return page ?? { items: [], nextPageToken: "" };
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#list.stop();
  }
}

/** Tells of a list that was read in one go, of which the server's count was not kept. */
export function reportRead(
  { rows, resourceType }: Pick<ListWords, "rows" | "resourceType">,
  counts: { readonly read: number; readonly startedAtMs: number; readonly endedAtMs: number | null },
  { report }: Pick<ListOptions, "report">,
): void {
  const { read } = counts;
  const sums = { announced: null, distinct: read, added: read, passes: 1, sweeps: 1, moved: false };
  report({ kind: "list", list: listName(rows), title: rows, resourceType, ...sums, ...counts });
}

/** Rows of a list that was read in one go; that it counts otherwise than it shows is said. */
export function rowsOf<Row>(
  { rows, announced = rows.length }: ReadRows<Row>,
  words: Pick<ListWords, "list" | "rows">,
  { warn }: Pick<ListOptions, "warn">,
): readonly Row[] {
  if (announced !== rows.length) warn(sign("CS-COUNT-DIFFERS", { ...words, announced, shown: rows.length }));
  return rows;
}

/** The name of a list in the completeness statement. */
export function listName(rows: string): string {
  return rows.toLowerCase().replaceAll(" ", "-");
}

/**
 * The time when something expires. One that cannot be read as a time, or stands for none, such as the year 1, is said: it is
 * left out, and that looks like never.
 */
export function expiryOf(
  text: string | undefined,
  { rows }: Pick<ListWords, "rows">,
  { warn }: Pick<ListOptions, "warn">,
): Timestamp | undefined {
  const { time } = pastTime(text, Number.POSITIVE_INFINITY);
  if (text && !time) warn(sign("CS-EXPIRY-UNREADABLE", { rows }));
  return time;
}

/** What happened to a list that the key may not see. */
export function warnOfUnseen(
  { list, rows, resourceType }: Pick<ListWords, "list" | "rows" | "resourceType">,
  { warn, report }: ListOptions,
  why?: BatonError,
): void {
  report({ kind: "not-read", what: resourceType, title: rows, reason: "refused" });
  const { problem, hint } = unseen(list, "Use an Owner's key, or turn the setting off that asks for it.", why);
  warn({ ...sign("CS-LIST-UNSEEN", { problem, rows }), hint });
}

/** Why something is not shown, and what to do; a wider key, as `useWiderKey` says, reads no rubbish either. */
export function unseen(what: string, useWiderKey: string, why: BatonError | undefined) {
  return why && isRubbish(why, codePrefix)
    ? { problem: `Cloudsmith shows ${what} in a form that cannot be read: ${why.message}`, hint: why.hint ?? "" }
    : { problem: `Cloudsmith does not show ${what} to this key, or the plan does not have it:`, hint: useWiderKey };
}
