/**
 * A list that may move while it is read, page by page, until it is known to be whole. Rows come and go between two
 * requests, an order that is not unique shows a row twice and another not at all, and servers err: so what was
 * announced, what was read and what is distinct are compared, and where they do not agree the list is asked another
 * question. docs/reliability.md says which proof answers which case. Knows no API and no texts.
 */
import type { ListReading } from "../contracts/completeness.ts";
import type { SessionStore } from "../contracts/connector.ts";
import { type Draft, ListMemory, type ListObserver, noPage, type Tally } from "./list-memory.ts";
import { expected, type ListEvent, ListVerdicts, type Look, stillAfter } from "./list-verdict.ts";
import type { Note, NoteCodec } from "./notes.ts";
import type { PageResult, PageWalk } from "./page-walk.ts";
import { isBeginning, type Position, type Question, Questions, type Refusing } from "./questions.ts";

/** Where a list comes from. */
export interface ListSource<Row> extends Refusing {
  /** Walks a pass; begins to fetch at once. */
  walk(pass: string, question: Question, signal: AbortSignal): PageWalk<Row>;
  /** The first page of a pass once more. */
  opening(pass: string, question: Question, signal: AbortSignal): Promise<PageResult<Row>>;
  /** One row by itself; undefined when it is gone. `mayLookUp` was asked before. */
  find(note: Note, signal: AbortSignal): Promise<Row | undefined>;
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

/** Reads one list; one caller at a time. */
export class MovingList<Row, N extends Note> {
  readonly #options: MovingListOptions<Row, N>;
  readonly #memory: ListMemory<N>;
  readonly #walks = new Map<string, PageWalk<Row>>();
  readonly #questions: Questions;
  readonly #verdicts: ListVerdicts;
  #walkSweep = 0;

  constructor(options: MovingListOptions<Row, N>) {
    this.#options = options;
    this.#memory = new ListMemory(options);
    this.#questions = new Questions(options.source);
    this.#verdicts = new ListVerdicts(this.#memory, options.passes);
    for (const [sweep, tallies] of this.#memory.sweeps) {
      const [first] = tallies.values();
      if (first) this.#questions.restore(sweep, first);
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
        read: last ? last.rows + last.found : 0,
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
    const pass = passes[position.pass];
    if (pass === undefined) throw noPage(token);
    const beginsAnew = position.sweep > 0 && !position.goesOn && isBeginning(position);
    const { page, events } = await this.#fetch(position, signal);
    if (!page) return { ...none, pass, beginsAnew, events, nextToken: tokenOf(anew(position)) };
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
    const isReadOn = tally.isSteady || position.sweep >= stillAfter;
    if (isReadOn && page.isLast && position.pass + 1 === passes.length) return await this.#end(ending, signal, use);
    await use(draft.fresh);
    this.#memory.commit(draft, tally);
    if (!isReadOn) {
      const moved: ListEvent = { kind: "moved" };
      const shared = { fresh: draft.fresh, pass, beginsAnew, toCome: undefined };
      return { ...shared, events: [...events, moved], nextToken: tokenOf(anew(position)) };
    }
    const next = page.isLast ? { pass: position.pass + 1, page: 1 } : { pass: position.pass, page: position.page + 1 };
    const nextToken = tokenOf({ ...position, ...next });
    return { fresh: draft.fresh, pass, beginsAnew, events, nextToken, toCome: page.isLast ? undefined : toCome(tally) };
  }

  /** The page, asked for otherwise where it is refused; without it the list begins anew, of which pages were read before. */
  async #fetch(
    position: Position,
    signal: AbortSignal,
  ): Promise<{ readonly page?: PageResult<Row>; readonly events: ListEvent[] }> {
    const events: ListEvent[] = [];
    for (;;) {
      try {
        return { page: await this.#walk(position, signal).page(position.page), events };
      } catch (caught) {
        const { pageSize: from } = this.#questions.of(position);
        const to = this.#questions.instead(position, caught);
        if (to === undefined) throw caught;
        if (to !== from) events.push({ kind: "smaller-pages", from, to });
        if (!isBeginning(position)) return { events };
        this.#forgetWalks();
      }
    }
  }

  #tally(position: Position, page: PageResult<Row>, counts: Draft<Row, N>["counts"]): Tally {
    const { sweep, goesOn, pass, page: n } = position;
    const before = n === 1 ? undefined : this.#memory.tallyOf(sweep, pass);
    const kept = before ?? (goesOn ? this.#memory.tallyOf(sweep - 1, pass) : undefined);
    const asked = this.#questions.of(position);
    const lastRow = page.items.at(-1);
    const announced = before?.announced ?? page.totalCount;
    return {
      ...asked,
      goesOn,
      startedAtMs: before?.startedAtMs ?? this.#options.nowMs(),
      announced,
      isSteady: (before?.isSteady ?? true) && announced === (page.totalCount ?? announced),
      rows: (before?.rows ?? 0) + counts.rows,
      found: before?.found ?? 0,
      distinct: (kept?.distinct ?? 0) + counts.distinct,
      added: (kept?.added ?? 0) + counts.added,
      twice: [...(before?.twice ?? []), ...counts.twice],
      joins: (before?.joins ?? true) && this.#joins(before?.lastId ?? "", page, asked.question.overlaps),
      endsInDoubt: page.isDoubtful === true,
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
    const areThere = await this.#areStillThere(ending, found.length, signal);
    const fresh = [...draft.fresh, ...found];
    await use(fresh);
    const step = { fresh, pass, beginsAnew, toCome: undefined };
    // Nothing throws from here on.
    memory.commit(draft, ending.tally);
    for (const { note, pass: index } of found) memory.addSingle(note, { sweep, pass: index });
    if (found.length > 0) events.push({ kind: "found-singly", count: found.length });
    const looks = openings.map((opening, index) => this.#compare(opening, memory.tallyOf(sweep, index)));
    const { brokenOff } = this.#questions;
    const last = this.#verdicts.of({ ...position, looks, areThere, foundSingly: found.length > 0, brokenOff });
    if (last === "on") return { ...step, events, nextToken: tokenOf({ ...anew(position), goesOn: true }) };
    if (last === "anew") return { ...step, events: [...events, { kind: "moved" }], nextToken: tokenOf(anew(position)) };
    if (last.kind === "whole" || last.kind === "count-differs") memory.finish(this.#options.nowMs());
    return { ...step, events: [...events, last], nextToken: "" };
  }

  /**
   * Passes are of different moments: who went from one to the other in between is seen at their beginnings, which are
   * read once more. One is undefined when it is too large by now, so that the list is read again in smaller pages.
   */
  async #lookAgain({ position, tally, events }: Ending<Row, N>, signal: AbortSignal) {
    const { passes, source } = this.#options;
    if (passes.length === 1) return [];
    const { question } = this.#questions.of(position);
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

  /** A second look at a beginning; rows of equal names may come in any order. */
  #compare(look: PageResult<Row> | undefined, first: Tally | undefined): Look {
    if (!look || !first || look.items.length !== first.opening) return "moved";
    if (!look.items.every((row) => this.#memory.has(this.#options.idOf(row)))) return "new";
    return !first.isSteady || (look.totalCount ?? first.announced) === first.announced ? "same" : "recounted";
  }

  /** Rows that are announced, and that nothing in hand shows. */
  #missing({ position, tally }: Ending<Row, N>): number {
    const tallies = [...new Map(this.#memory.sweeps.get(position.sweep)).set(position.pass, tally).values()];
    return tallies.reduce((sum, one) => sum + expected(one) - one.distinct, 0);
  }

  /** Rows that an earlier sweep showed and this one did not, each asked for by itself, where they fill the gap. */
  async #lookForMissing(ending: Ending<Row, N>, signal: AbortSignal): Promise<Row[]> {
    const { source, mayLookUp, idOf } = this.#options;
    const missing = this.#missing(ending);
    if (ending.position.sweep === 0 || missing <= 0) return [];
    const candidates = this.#memory.unseenIn(ending.draft, "void");
    // Where they do not fill the gap, other pages may show more.
    if (candidates.length < missing || !mayLookUp(candidates.length)) return [];
    const found: Row[] = [];
    for (const note of candidates) {
      const row = await source.find(note, signal);
      if (row !== undefined && idOf(row) === note.id) found.push(row);
    }
    return found;
  }

  /**
   * Whether those are there yet that this sweep does not show, and one with which it goes on did; where they add up, and so
   * many may be asked for.
   */
  async #areStillThere(ending: Ending<Row, N>, found: number, signal: AbortSignal): Promise<boolean> {
    const { source, mayLookUp, idOf } = this.#options;
    if (!ending.position.goesOn || this.#missing(ending) !== found) return true;
    const notes = this.#memory.unseenIn(ending.draft, "kept");
    if (!mayLookUp(notes.length)) return true;
    for (const note of notes) {
      const row = await source.find(note, signal);
      if (row === undefined || idOf(row) !== note.id) return false;
    }
    return true;
  }

  #single(row: Row): { readonly row: Row; readonly note: N; readonly pass: number } {
    const { passOf, noteOf, passes } = this.#options;
    const pass = passOf(row);
    return { row, note: noteOf(row, pass), pass: Math.max(0, passes.indexOf(pass)) };
  }

  #walk(position: Position, signal: AbortSignal): PageWalk<Row> {
    const { sweep, pass } = position;
    if (sweep !== this.#walkSweep) this.#forgetWalks();
    this.#walkSweep = sweep;
    const name = this.#options.passes[pass] ?? "";
    const walk =
      this.#walks.get(name) ?? this.#options.source.walk(name, this.#questions.of(position).question, signal);
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
  return { sweep: sweep + 1, goesOn: false, pass: 0, page: 1 };
}

function tokenOf({ sweep, goesOn, pass, page }: Position): string {
  return `${sweep}${goesOn ? "+" : ""}:${pass}:${page}`;
}

/** @throws BatonError `BATON-PAGE-TOKEN` */
function parsePosition(token: string): Position {
  const [, sweep = "0", sign, pass = "0", page = "1"] = /^(\d{1,3})(\+?):(\d):([1-9]\d{0,8})$/.exec(
    token || "0:0:1",
  ) ?? [""];
  const position = { sweep: Number(sweep), goesOn: sign === "+", pass: Number(pass), page: Number(page) };
  if (token === "" || tokenOf(position) === token) return position;
  throw noPage(token);
}

/** The key under which a page is remembered; keys sort in the order of reading. */
function pageKey({ sweep, pass, page }: Position): string {
  return `${String(sweep).padStart(3, "0")}/${pass}/${String(page).padStart(9, "0")}`;
}
