/**
 * A list that may move while it is read, page by page, until it is known to be whole. Rows come and go between two
 * requests, an order that is not unique shows a row twice and another not at all, and servers err: so what was
 * announced, what was read and what is distinct are compared, and where they do not agree the list is asked another
 * question. docs/reliability.md says which proof answers which case. Knows no API and no texts.
 */
import type { ListReading } from "../contracts/completeness.ts";
import type { SessionStore } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import {
  type Draft,
  hashOf,
  ListMemory,
  type ListObserver,
  type Note,
  type NoteCodec,
  type Tally,
} from "./list-memory.ts";
import type { PageResult, PageWalk } from "./page-walk.ts";

/** How one sweep asks: another page size, another order, with and without overlapping pages. */
export interface Question {
  /** Most rows of a page. */
  readonly pageSize: number;
  /** Whether pages begin with rows that the page before ended with. */
  readonly overlaps: boolean;
  /** Which of the orders that the list knows, from 0. */
  readonly order: number;
}

/** Where a list comes from. */
export interface ListSource<Row> {
  /** Walks a pass; begins to fetch at once. */
  walk(pass: string, question: Question, signal: AbortSignal): PageWalk<Row>;
  /** The first page of a pass once more. */
  opening(pass: string, question: Question, signal: AbortSignal): Promise<PageResult<Row>>;
  /** One row by itself; undefined when it is gone. `mayLookUp` was asked before. */
  find(note: Note, signal: AbortSignal): Promise<Row | undefined>;
  /** Rows asked for per page at present. */
  readonly pageSize: number;
  /** Asks for smaller pages from now on; undefined when `error` is not about their size, or they cannot be smaller. */
  smallerThan(pageSize: number, error: unknown): number | undefined;
}

/** What a list is made of. */
export interface MovingListOptions<Row, N extends Note> {
  /** Prefix of the session keys. */
  readonly name: string;
  /** Filters that are read one after the other and are together the whole, in order. */
  readonly passes: readonly string[];
  readonly session: SessionStore;
  readonly source: ListSource<Row>;
  readonly idOf: (row: Row) => string;
  /** What is kept of a row, in the session, until the sync is finished. */
  readonly noteOf: (row: Row, pass: string) => N;
  /** The pass in which a row belongs that was found by itself. */
  readonly passOf: (row: Row) => string;
  readonly codec: NoteCodec<N>;
  /** Told of every note, also of those that a resumed run finds again; `begins` comes before those of a new sweep. */
  readonly observer?: ListObserver<N>;
  /** Whether so many rows may be looked up one by one. */
  readonly mayLookUp: (count: number) => boolean;
  readonly nowMs: () => number;
}

/** Why the list is read once more, or how it ended. */
export type ListEvent =
  /** Rows, order or count changed between two looks, or rows were missing: read again. */
  | { readonly kind: "moved" }
  | { readonly kind: "smaller-pages"; readonly from: number; readonly to: number }
  /** Rows that no page showed were found one by one. */
  | { readonly kind: "found-singly"; readonly count: number }
  /** It is whole; `differing`: shown in more than one state. */
  | { readonly kind: "whole"; readonly differing: readonly string[] }
  /** Every reading shows the same rows, and the count stays another. */
  | { readonly kind: "count-differs"; readonly sums: readonly Sum[]; readonly twice: readonly string[] }
  /** It never added up. */
  | { readonly kind: "unproven"; readonly sweeps: number; readonly sums: readonly Sum[]; readonly isStill: boolean }
  /** One id names two things, or one name two ids. */
  | { readonly kind: "collision"; readonly ids: readonly string[] }
  | { readonly kind: "without-id"; readonly count: number };

/** The sum of one pass. */
export interface Sum {
  readonly pass: string;
  readonly announced: number | undefined;
  readonly distinct: number;
}

/** What a reader needs to redo the sum of one pass. */
export type PassStatement = Omit<ListReading, "list" | "title" | "resourceType"> & { readonly pass: string };

/** One step of the reading. */
export interface ListStep<Row, N> {
  /** Rows that are new or newer, in order. */
  readonly fresh: readonly { readonly row: Row; readonly note: N }[];
  readonly pass: string;
  /** True when what this list gave before is void. */
  readonly beginsAnew: boolean;
  readonly events: readonly ListEvent[];
  /** "" after the last page. */
  readonly nextToken: string;
  /** Rows of the pass that are likely to come. */
  readonly toCome: number | undefined;
}

interface Position {
  readonly sweep: number;
  readonly pass: number;
  readonly page: number;
}

/** A list is begun anew this often at most, not counting that pages had to be smaller. */
const mostSweeps = 5;
/** From this sweep on two equal readings that do not add up are enough. */
const stillAfter = 2;

/**
 * The order and share of the page size of each sweep. Overlapping pages have varying sizes, which some servers order
 * differently; plain ones all have one size, and their ends lie elsewhere.
 */
const questions = [
  { order: 0, share: 1, overlaps: true },
  { order: 0, share: 0.74, overlaps: false },
  { order: 1, share: 1, overlaps: true },
  { order: 1, share: 0.83, overlaps: false },
  { order: 2, share: 0.91, overlaps: true },
] as const;

/** Reads one list; one caller at a time. */
export class MovingList<Row, N extends Note> {
  readonly #options: MovingListOptions<Row, N>;
  readonly #memory: ListMemory<N>;
  readonly #walks = new Map<string, PageWalk<Row>>();
  /** By sweep: most rows of its pages. */
  readonly #pageSizes = new Map<number, number>();
  #walkSweep = 0;

  constructor(options: MovingListOptions<Row, N>) {
    this.#options = options;
    this.#memory = new ListMemory(options);
    for (const [sweep, tallies] of this.#memory.sweeps) {
      const [first] = tallies.values();
      if (first) this.#pageSizes.set(sweep, first.pageSize);
    }
  }

  /** What is remembered of the rows. */
  get memory(): ListMemory<N> {
    return this.#memory;
  }

  /** What was compared so far, pass by pass; of passes that were begun. */
  statement(): readonly PassStatement[] {
    const { sweeps, lastSweep, endedAtMs } = this.#memory;
    return this.#options.passes.flatMap((pass, index) => {
      const all = [...sweeps.values()].flatMap((tallies) => tallies.get(index) ?? []);
      const last = this.#memory.tallyOf(lastSweep, index);
      const [first] = all;
      if (!first) return [];
      return {
        pass,
        announced: last?.announced ?? null,
        read: last?.rows ?? 0,
        distinct: last?.distinct ?? 0,
        added: last?.added ?? 0,
        passes: all.length,
        sweeps: sweeps.size,
        moved: sweeps.size > 1,
        startedAtMs: first.startedAtMs,
        endedAtMs: endedAtMs ?? null,
      };
    });
  }

  /** Stops what is still on its way. */
  stop(): void {
    for (const walk of this.#walks.values()) walk.stop();
  }

  /**
   * Takes the page that `token` names, "" for the first. A page is taken as a whole or not at all: what throws leaves
   * everything as it was.
   */
  async step(token: string, signal: AbortSignal): Promise<ListStep<Row, N>> {
    const position = parsePosition(token);
    const { passes } = this.#options;
    const pass = passes[position.pass] ?? "";
    const beginsAnew = position.sweep > 0 && position.pass === 0 && position.page === 1;
    const fetched = await this.#fetch(position, signal);
    if ("smaller" in fetched) {
      return { ...none, pass, beginsAnew, events: [fetched.smaller], nextToken: tokenOf(anew(position)) };
    }
    const { page, events } = fetched;
    const withoutId = page.items.filter((row) => this.#options.idOf(row) === "").length;
    if (withoutId > 0) {
      return {
        ...none,
        pass,
        beginsAnew,
        events: [...events, { kind: "without-id", count: withoutId }],
        nextToken: "",
      };
    }
    const draft = this.#memory.draft({ ...position, page: pageKey(position) }, page, (row) =>
      this.#options.noteOf(row, pass),
    );
    const tally = this.#tally(position, page, draft.counts);
    if (tally.announced !== page.totalCount) return this.#restart({ position, pass, beginsAnew, draft, tally, events });
    if (!page.isLast) {
      this.#memory.commit(draft, tally);
      const nextToken = tokenOf({ ...position, page: position.page + 1 });
      return { fresh: draft.fresh, pass, beginsAnew, events, nextToken, toCome: toCome(tally) };
    }
    if (position.pass + 1 < passes.length) {
      this.#memory.commit(draft, tally);
      const nextToken = tokenOf({ sweep: position.sweep, pass: position.pass + 1, page: 1 });
      return { fresh: draft.fresh, pass, beginsAnew, events, nextToken, toCome: undefined };
    }
    return await this.#end({ position, pass, beginsAnew, draft, tally, events }, signal);
  }

  /** The page, with smaller ones where it is too large; a list of which pages were read begins anew with them. */
  async #fetch(
    position: Position,
    signal: AbortSignal,
  ): Promise<{ readonly page: PageResult<Row>; readonly events: ListEvent[] } | { readonly smaller: ListEvent }> {
    const events: ListEvent[] = [];
    for (;;) {
      const from = this.#pageSizeOf(position.sweep);
      try {
        return { page: await this.#walk(position, signal).page(position.page), events };
      } catch (caught) {
        const to = this.#options.source.smallerThan(from, caught);
        if (to === undefined) throw caught;
        const smaller: ListEvent = { kind: "smaller-pages", from, to };
        if (position.page > 1 || position.pass > 0) return { smaller };
        events.push(smaller);
        this.#forgetWalks();
        this.#pageSizes.set(position.sweep, to);
      }
    }
  }

  #tally({ sweep, pass, page: n }: Position, page: PageResult<Row>, counts: Draft<Row, N>["counts"]): Tally {
    const before = n === 1 ? undefined : this.#memory.tallyOf(sweep, pass);
    const lastRow = page.items.at(-1);
    return {
      pageSize: this.#pageSizeOf(sweep),
      startedAtMs: before?.startedAtMs ?? this.#options.nowMs(),
      announced: before ? before.announced : page.totalCount,
      rows: (before?.rows ?? 0) + counts.rows,
      distinct: (before?.distinct ?? 0) + counts.distinct,
      added: (before?.added ?? 0) + counts.added,
      twice: [...(before?.twice ?? []), ...counts.twice],
      joins: (before?.joins ?? true) && this.#joins(before?.lastId ?? "", page, this.#question(sweep).overlaps),
      lastId: lastRow === undefined ? (before?.lastId ?? "") : this.#options.idOf(lastRow),
      opening: before?.opening ?? this.#openingOf(page),
    };
  }

  /**
   * True when the page shows the last row of the page before where it belongs. Rows keep their order, so that then no
   * row can lie between the two pages.
   */
  #joins(lastId: string, { repeated, overlap, page }: PageResult<Row>, overlaps: boolean): boolean {
    if (page === 1) return true;
    // Pages beyond those that overlap, and those of servers that cut them as they like, cannot join.
    if (overlap === 0) return overlaps;
    const joint = repeated.at(-1);
    return repeated.length === overlap && joint !== undefined && this.#options.idOf(joint) === lastId;
  }

  /** Rows of equal names may come in any order, so that it does not count here. */
  #openingOf({ totalCount, repeated, items }: PageResult<Row>): number {
    const ids = [...repeated, ...items].map(this.#options.idOf).sort();
    return hashOf([totalCount ?? "", ...ids].join("\n"));
  }

  #restart({ position, pass, beginsAnew, draft, tally, events }: Ending<Row, N>): ListStep<Row, N> {
    this.#memory.commit(draft, tally);
    const shared = { fresh: draft.fresh, pass, beginsAnew, toCome: undefined };
    if (this.#mayBeginAnew(position)) {
      return { ...shared, events: [...events, { kind: "moved" }], nextToken: tokenOf(anew(position)) };
    }
    const unproven: ListEvent = { kind: "unproven", ...this.#unproven(position.sweep) };
    return { ...shared, events: [...events, unproven], nextToken: "" };
  }

  /** All passes are read: is it whole? */
  async #end(ending: Ending<Row, N>, signal: AbortSignal): Promise<ListStep<Row, N>> {
    const { position, pass, beginsAnew, draft, events } = ending;
    const { sweep } = position;
    const memory = this.#memory;
    const isAsAtFirst = await this.#isAsAtFirst(ending, signal);
    const looked = await this.#lookForMissing(ending, signal);
    const found = looked.filter((row) => row !== undefined);
    const step = { fresh: draft.fresh, pass, beginsAnew, toCome: undefined };
    // Nothing throws from here on.
    memory.commit(draft, ending.tally);
    const extra = found.map((row) => this.#admitSingle(row, sweep));
    const fresh = [...step.fresh, ...extra];
    if (extra.length > 0) events.push({ kind: "found-singly", count: extra.length });
    const verdict = this.#verdict(sweep, isAsAtFirst, extra.length > 0);
    if (verdict === "again" && this.#mayBeginAnew(position)) {
      return { ...step, fresh, events: [...events, { kind: "moved" }], nextToken: tokenOf(anew(position)) };
    }
    const last: ListEvent = verdict === "again" ? { kind: "unproven", ...this.#unproven(sweep) } : verdict;
    if (last.kind === "whole" || last.kind === "count-differs") memory.finish(this.#options.nowMs());
    return { ...step, fresh, events: [...events, last], nextToken: "" };
  }

  #verdict(sweep: number, isAsAtFirst: boolean, foundSingly: boolean): "again" | ListEvent {
    const memory = this.#memory;
    const collided = memory.collisions(sweep);
    const stood = new Set(memory.collisions(sweep - 1));
    const lasting = collided.filter((id) => stood.has(id));
    if (lasting.length > 0) return { kind: "collision", ids: lasting };
    if (collided.length > 0 || !isAsAtFirst) return "again";
    const tallies = this.#tallies(sweep);
    const isStill = memory.isAsBefore(sweep);
    const differing = memory.differing(sweep);
    if (tallies.every((tally) => tally.announced === undefined || tally.distinct === tally.announced)) {
      const joins = tallies.every((tally) => tally.joins) || foundSingly;
      // What contradicts itself moved, or always will.
      const isSettled = differing.length === 0 || sweep > 0;
      return isSettled && (joins || memory.holdsAllOfBefore(sweep)) ? { kind: "whole", differing } : "again";
    }
    if (!isStill) return "again";
    const sums = this.#sums(sweep);
    // All that was announced came, some of it twice in one answer, or more than was announced.
    const explained = tallies.every(
      ({ announced = 0, distinct, twice }) => distinct >= announced || distinct + twice.length === announced,
    );
    if (explained) return { kind: "count-differs", sums, twice: tallies.flatMap(({ twice }) => twice) };
    return sweep >= stillAfter ? { kind: "unproven", ...this.#unproven(sweep) } : "again";
  }

  #unproven(sweep: number): Omit<ListEvent & { kind: "unproven" }, "kind"> {
    return { sweeps: sweep + 1, sums: this.#sums(sweep), isStill: this.#memory.isAsBefore(sweep) };
  }

  #tallies(sweep: number): readonly Tally[] {
    return [...(this.#memory.sweeps.get(sweep)?.values() ?? [])];
  }

  #sums(sweep: number): readonly Sum[] {
    return this.#tallies(sweep).map(({ announced, distinct }, index) => {
      return { pass: this.#options.passes[index] ?? "", announced, distinct };
    });
  }

  /** Passes are of different moments: who went from one to the other in between is seen at their beginnings. */
  async #isAsAtFirst({ position, tally }: Ending<Row, N>, signal: AbortSignal): Promise<boolean> {
    const { passes, source } = this.#options;
    if (passes.length === 1) return true;
    const question = this.#question(position.sweep);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const looks = passes.map(async (pass, index) => {
      const first = index === position.pass ? tally : this.#memory.tallyOf(position.sweep, index);
      return this.#openingOf(await source.opening(pass, question, either)) === first?.opening;
    });
    try {
      return (await Promise.all(looks)).every(Boolean);
    } finally {
      // When one fails, the other is not wanted any more.
      failed.abort();
    }
  }

  /** Rows that an earlier sweep showed and this one did not, each asked for by itself where so many are missing. */
  async #lookForMissing({ position, draft, tally }: Ending<Row, N>, signal: AbortSignal): Promise<(Row | undefined)[]> {
    const { passes, source, mayLookUp, idOf } = this.#options;
    const { sweep } = position;
    if (sweep === 0) return [];
    const missing = passes.reduce((sum, _pass, index) => {
      const { announced, distinct = 0 } = (index === position.pass ? tally : this.#memory.tallyOf(sweep, index)) ?? {};
      return sum + (announced === undefined ? 0 : announced - distinct);
    }, 0);
    if (missing <= 0) return [];
    const candidates = this.#memory.unseenIn(sweep, draft);
    if (candidates.length < missing || !mayLookUp(candidates.length)) return [];
    const found: (Row | undefined)[] = [];
    for (const note of candidates) {
      const row = await source.find(note, signal);
      found.push(row !== undefined && idOf(row) === note.id ? row : undefined);
    }
    return found;
  }

  #admitSingle(row: Row, sweep: number): { row: Row; note: N } {
    const pass = this.#options.passOf(row);
    const note = this.#options.noteOf(row, pass);
    this.#memory.addSingle(note, { sweep, pass: Math.max(0, this.#options.passes.indexOf(pass)) });
    return { row, note };
  }

  #mayBeginAnew({ sweep }: Position): boolean {
    return sweep + 1 < mostSweeps + new Set(this.#pageSizes.values()).size - 1;
  }

  #pageSizeOf(sweep: number): number {
    const known = this.#pageSizes.get(sweep) ?? this.#options.source.pageSize;
    this.#pageSizes.set(sweep, known);
    return known;
  }

  #question(sweep: number): Question {
    const { order, share, overlaps } = questions[sweep % questions.length] ?? questions[0];
    return { order, overlaps, pageSize: Math.max(1, Math.ceil(this.#pageSizeOf(sweep) * share)) };
  }

  #walk({ sweep, pass }: Position, signal: AbortSignal): PageWalk<Row> {
    if (sweep !== this.#walkSweep) this.#forgetWalks();
    this.#walkSweep = sweep;
    const name = this.#options.passes[pass] ?? "";
    const walk = this.#walks.get(name) ?? this.#options.source.walk(name, this.#question(sweep), signal);
    this.#walks.set(name, walk);
    return walk;
  }

  #forgetWalks(): void {
    this.stop();
    this.#walks.clear();
  }
}

interface Ending<Row, N extends Note> {
  readonly position: Position;
  readonly pass: string;
  readonly beginsAnew: boolean;
  readonly draft: Draft<Row, N>;
  readonly tally: Tally;
  readonly events: ListEvent[];
}

const none = { fresh: [], toCome: undefined } as const;

function toCome({ announced, distinct }: Tally): number | undefined {
  return announced === undefined ? undefined : Math.max(0, announced - distinct);
}

function anew({ sweep }: Position): Position {
  return { sweep: sweep + 1, pass: 0, page: 1 };
}

function tokenOf({ sweep, pass, page }: Position): string {
  return `${sweep}:${pass}:${page}`;
}

/** @throws BatonError `BATON-PAGE-TOKEN` */
function parsePosition(token: string): Position {
  const [, sweep = "0", pass = "0", page = "1"] = /^(\d{1,3}):(\d):([1-9]\d{0,8})$/.exec(token || "0:0:1") ?? [""];
  if (token === "" || tokenOf({ sweep: Number(sweep), pass: Number(pass), page: Number(page) }) === token) {
    return { sweep: Number(sweep), pass: Number(pass), page: Number(page) };
  }
  throw new BatonError({
    code: "BATON-PAGE-TOKEN",
    status: Status.invalidArgument,
    message: `'${token}' is not a page of a list.`,
    fatal: true,
  });
}

/** The key under which a page is remembered; keys sort in the order of reading. */
function pageKey({ sweep, pass, page }: Position): string {
  return `${String(sweep).padStart(3, "0")}/${pass}/${String(page).padStart(9, "0")}`;
}
