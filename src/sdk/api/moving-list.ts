/**
 * A list that may move while it is read, page by page, until it is known to be whole. Rows come and go between two
 * requests, an order that is not unique shows a row twice and another not at all, and servers err: so what was
 * announced, what was read and what is distinct are compared, and where they do not agree the list is asked another
 * question. docs/reliability.md says which proof answers which case. Knows no API and no texts.
 */
import type { ListReading } from "../contracts/completeness.ts";
import type { SessionStore } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import { type Draft, ListMemory, type ListObserver, type Note, type NoteCodec, type Tally } from "./list-memory.ts";
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
  | { readonly kind: "without-id"; readonly count: number }
  /** There is no such list, again and again, and what it belongs to is there. */
  | { readonly kind: "withheld" };

/** The sum of one pass. */
export interface Sum {
  readonly pass: string;
  readonly announced: number | undefined;
  readonly distinct: number;
}

/** What a reader needs to redo the sum of one pass. */
export type PassStatement = Omit<ListReading, "list" | "title" | "resourceType"> & { readonly pass: string };

/** Takes rows with what is kept of each, in order. */
export type UseRows<Row, N> = (rows: ListStep<Row, N>["fresh"]) => Promise<void>;

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
/** From this sweep on, which asks in another order, two equal readings that do not add up are enough, whatever is counted. */
const stillAfter = 2;
/** So many rows that are counted and never shown are as many as a roster may lack, or half of it. */
const leastMissing = 5;

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

/**
 * How many rows were counted, and are not shown, nor explained by rows that stand twice in one answer; a count that is
 * the same in each pass may know nothing of the filters.
 */
function shortfall(tallies: readonly Tally[]): { readonly missing: number; readonly shown: number } {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((all, tally) => all + of(tally), 0);
  const shown = sum(({ added }) => added);
  const inPasses = sum(({ announced = 0, distinct, twice }) => Math.max(0, announced - distinct - twice.length));
  const [{ announced: inAll = 0 } = {}] = tallies;
  const isOfAll = tallies.every(({ announced }) => announced === inAll);
  return { missing: isOfAll ? Math.min(inPasses, Math.max(0, inAll - shown)) : inPasses, shown };
}

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
   * everything as it was. So does what `use` throws, which gets the rows of the step before they are remembered: a run
   * that goes on finds them new.
   */
  async step(token: string, signal: AbortSignal, use: UseRows<Row, N> = async () => {}): Promise<ListStep<Row, N>> {
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
    const ending = { position, pass, beginsAnew, draft, tally, events };
    const goesOn = tally.isSteady || position.sweep >= stillAfter;
    if (goesOn && page.isLast && position.pass + 1 === passes.length) return await this.#end(ending, signal, use);
    await use(draft.fresh);
    this.#memory.commit(draft, tally);
    if (!goesOn) {
      const moved: ListEvent = { kind: "moved" };
      const shared = { fresh: draft.fresh, pass, beginsAnew, toCome: undefined };
      return { ...shared, events: [...events, moved], nextToken: tokenOf(anew(position)) };
    }
    const next = page.isLast ? { pass: position.pass + 1, page: 1 } : { pass: position.pass, page: position.page + 1 };
    const nextToken = tokenOf({ sweep: position.sweep, ...next });
    return { fresh: draft.fresh, pass, beginsAnew, events, nextToken, toCome: page.isLast ? undefined : toCome(tally) };
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
      isSteady: before ? before.isSteady && before.announced === page.totalCount : true,
      rows: (before?.rows ?? 0) + counts.rows,
      distinct: (before?.distinct ?? 0) + counts.distinct,
      added: (before?.added ?? 0) + counts.added,
      twice: [...(before?.twice ?? []), ...counts.twice],
      joins: (before?.joins ?? true) && this.#joins(before?.lastId ?? "", page, this.#question(sweep).overlaps),
      endsInDoubt: page.isDoubtful === true && page.totalCount === undefined,
      lastId: lastRow === undefined ? (before?.lastId ?? "") : this.#options.idOf(lastRow),
      opening: before?.opening ?? page.items.length,
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

  /** All passes are read: is it whole? */
  async #end(ending: Ending<Row, N>, signal: AbortSignal, use: UseRows<Row, N>): Promise<ListStep<Row, N>> {
    const { position, pass, beginsAnew, draft, events } = ending;
    const { sweep } = position;
    const memory = this.#memory;
    const openings = await this.#lookAgain(ending, signal);
    const found = (await this.#lookForMissing(ending, signal)).map((row) => this.#single(row));
    const fresh = [...draft.fresh, ...found];
    await use(fresh);
    const step = { fresh, pass, beginsAnew, toCome: undefined };
    // Nothing throws from here on.
    memory.commit(draft, ending.tally);
    for (const { note, pass: index } of found) memory.addSingle(note, { sweep, pass: index });
    if (found.length > 0) events.push({ kind: "found-singly", count: found.length });
    const isAsAtFirst = openings.every((opening, index) => this.#isKnown(opening, memory.tallyOf(sweep, index)));
    const verdict = this.#verdict(sweep, isAsAtFirst, found.length > 0);
    if (verdict === "again" && this.#mayBeginAnew(position)) {
      return { ...step, events: [...events, { kind: "moved" }], nextToken: tokenOf(anew(position)) };
    }
    const isStill = isAsAtFirst && memory.isAsBefore(sweep);
    const last = verdict === "again" ? this.#unproven(sweep, isStill) : verdict;
    if (last.kind === "whole" || last.kind === "count-differs") memory.finish(this.#options.nowMs());
    return { ...step, events: [...events, last], nextToken: "" };
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
    const addsUp = tallies.every(
      ({ isSteady, announced, distinct }) => isSteady && distinct === (announced ?? distinct),
    );
    if (addsUp) {
      const joins = tallies.every((tally) => tally.joins) || foundSingly;
      // What contradicts itself moved, or always will.
      const isSettled = differing.length === 0 || sweep > 0;
      const endsForSure = tallies.every((tally) => tally.endsInDoubt !== true);
      const isAll = endsForSure && (joins || memory.holdsAllOfBefore(sweep));
      return isSettled && isAll ? { kind: "whole", differing } : "again";
    }
    if (!isStill) return "again";
    const { missing, shown } = shortfall(tallies);
    if (missing > 0 && sweep < stillAfter) return "again";
    if (missing >= leastMissing && missing >= shown) return this.#unproven(sweep, true);
    return { kind: "count-differs", sums: this.#sums(sweep), twice: tallies.flatMap(({ twice }) => twice) };
  }

  #unproven(sweep: number, isStill: boolean): ListEvent {
    return { kind: "unproven", sweeps: sweep + 1, sums: this.#sums(sweep), isStill };
  }

  #tallies(sweep: number): readonly Tally[] {
    return [...(this.#memory.sweeps.get(sweep)?.values() ?? [])];
  }

  #sums(sweep: number): readonly Sum[] {
    return this.#tallies(sweep).map(({ announced, distinct }, index) => {
      return { pass: this.#options.passes[index] ?? "", announced, distinct };
    });
  }

  /**
   * Passes are of different moments: who went from one to the other in between is seen at their beginnings, which are
   * read once more. One is undefined when it is too large by now, so that the list is read again in smaller pages.
   */
  async #lookAgain({ position, tally, events }: Ending<Row, N>, signal: AbortSignal) {
    const { passes, source } = this.#options;
    if (passes.length === 1) return [];
    const question = this.#question(position.sweep);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const looks = passes.map(async (pass) => {
      try {
        return await source.opening(pass, question, either);
      } catch (caught) {
        const [from, to] = [tally.pageSize, either.aborted ? undefined : source.smallerThan(tally.pageSize, caught)];
        if (to === undefined) throw caught;
        if (events.length === 0) events.push({ kind: "smaller-pages", from, to });
        return undefined;
      }
    });
    try {
      return await Promise.all(looks);
    } finally {
      // When one fails, the other is not wanted any more.
      failed.abort();
    }
  }

  /** True when a second look shows as many as the first, and nobody new; rows of equal names may come in any order. */
  #isKnown(look: PageResult<Row> | undefined, first: Tally | undefined): boolean {
    if (!look || !first || look.items.length !== first.opening) return false;
    const isCountedAlike = !first.isSteady || look.totalCount === first.announced;
    return isCountedAlike && look.items.every((row) => this.#memory.has(this.#options.idOf(row)));
  }

  /** Rows that an earlier sweep showed and this one did not, each asked for by itself, where some are missing. */
  async #lookForMissing({ position, draft, tally }: Ending<Row, N>, signal: AbortSignal): Promise<Row[]> {
    const { source, mayLookUp, idOf } = this.#options;
    const { sweep } = position;
    const tallies = [...new Map(this.#memory.sweeps.get(sweep)).set(position.pass, tally).values()];
    const missing = tallies.reduce((sum, { announced, distinct }) => sum + (announced ?? distinct) - distinct, 0);
    if (sweep === 0 || missing <= 0) return [];
    const candidates = this.#memory.unseenIn(sweep, draft);
    // Where they do not fill the gap, other pages may show more; the last two readings must show the same.
    const isTooEarly = candidates.length < missing && sweep + 2 < mostSweeps;
    if (isTooEarly || !mayLookUp(candidates.length)) return [];
    const found: Row[] = [];
    for (const note of candidates) {
      const row = await source.find(note, signal);
      if (row !== undefined && idOf(row) === note.id) found.push(row);
    }
    return found;
  }

  #single(row: Row): { readonly row: Row; readonly note: N; readonly pass: number } {
    const { passOf, noteOf, passes } = this.#options;
    const pass = passOf(row);
    return { row, note: noteOf(row, pass), pass: Math.max(0, passes.indexOf(pass)) };
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
