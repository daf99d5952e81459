/**
 * Whether a list is whole, by what its sweeps have shown: what was announced, what was read and what is distinct are
 * compared. docs/reliability.md says which proof answers which case. Asks nothing.
 */
import type { Tally } from "./list-memory.ts";
import type { Position } from "./questions.ts";

/** Why the list is read once more, or how it ended. */
export type ListEvent =
  /** Rows, order or count changed between two looks, or rows were missing: read again. */
  | { readonly kind: "moved" }
  | { readonly kind: "smaller-pages"; readonly from: number; readonly to: number }
  /** Rows that no page showed were found one by one. */
  | { readonly kind: "found-singly"; readonly count: number }
  /** It is whole; `differing`: shown in more than one state. */
  | { readonly kind: "whole"; readonly differing: readonly string[] }
  /** It rests, and what its readings show together is not what it announces. */
  | { readonly kind: "count-differs"; readonly sums: readonly Sum[]; readonly twice: readonly string[] }
  /** It never added up. */
  | {
      readonly kind: "unproven";
      readonly sweeps: number;
      readonly sums: readonly Sum[];
      readonly isStill: boolean;
      readonly lacksPage: boolean;
    }
  /** One id names two things, or one name two ids or at each reading another. */
  | { readonly kind: "collision"; readonly ids: readonly string[] }
  | { readonly kind: "without-id"; readonly count: number }
  /** There is no such list, again and again, and what it belongs to is there. */
  | { readonly kind: "withheld" };

/** The sum of one pass. */
export interface Sum {
  readonly pass: string;
  readonly announced: number | undefined;
  /** On the pages of the last sweep. */
  readonly rows: number;
  readonly distinct: number;
}

/** What a second look at a beginning shows; `recounted`: only the count is another. */
export type Look = "same" | "recounted" | "new" | "moved";

/** What a verdict is made of, besides what is remembered. */
export interface Seen extends Pick<Position, "sweep" | "goesOn"> {
  readonly looks: readonly Look[];
  /** Whether rows that the sweep does not show, and one with which it goes on did, are there yet. */
  readonly areThere: boolean;
  readonly foundSingly: boolean;
  /** Sweeps that do not count, as pages of their size are not served. */
  readonly brokenOff: number;
}

/** What is remembered of the sweeps; a `ListMemory`. */
interface Shown {
  readonly sweeps: ReadonlyMap<number, ReadonlyMap<number, Tally>>;
  readonly since: number;
  collisions(sweep: number): readonly string[];
  renumbered(sweep: number): readonly string[];
  differing(sweep: number): readonly string[];
  holdsAllOfBefore(sweep: number): boolean;
  isAsBefore(sweep: number): boolean;
}

/** A list is begun anew this often at most, not counting that pages had to be smaller. */
const mostSweeps = 5;
/** From this sweep on, which asks in another order, two equal readings that do not add up are enough, whatever is counted. */
export const stillAfter = 2;
/** Fewer rows that are announced where none is shown may be a count that is off. */
const leastMissing = 5;
/** A list that rests, and shows others at each reading, is read this often at most. */
const mostTogether = 15;

/** How many different rows there should be: on pages that repeat nothing each row is another one. */
export function expected({ announced, rows }: Pick<Tally, "announced" | "rows">): number {
  return announced ?? rows;
}

/** Judges the sweeps of one list. */
export class ListVerdicts {
  readonly #memory: Shown;
  readonly #passes: readonly string[];

  constructor(memory: Shown, passes: readonly string[]) {
    this.#memory = memory;
    this.#passes = passes;
  }

  /** How the list ended; `on`: it rests, and may show more when it is read on; `anew`: it does not rest. */
  of(seen: Seen): "anew" | "on" | ListEvent {
    const verdict = this.#verdict(seen);
    const { sweep, looks, brokenOff } = seen;
    if (verdict !== "anew" || sweep + 1 < mostSweeps + brokenOff) return verdict;
    const isAsBefore = looks.every((look) => look === "same") && this.#memory.isAsBefore(sweep);
    return this.#unproven(sweep, isAsBefore || (this.#lacksPage(sweep) && this.#lacksPage(sweep - 1)));
  }

  #verdict(seen: Seen): "anew" | "on" | ListEvent {
    const { sweep, goesOn, looks, areThere } = seen;
    const memory = this.#memory;
    const collided = memory.collisions(sweep);
    const lasting = [
      ...lastingOf(collided, memory.collisions(sweep - 1)),
      // Once it may be a rename.
      ...lastingOf(memory.renumbered(sweep), memory.renumbered(sweep - 1)),
    ];
    if (lasting.length > 0) return { kind: "collision", ids: lasting };
    if (collided.length > 0 || !areThere || looks.includes("moved")) return "anew";
    const isAsAtFirst = !looks.includes("new");
    if (isAsAtFirst && this.#addsUp(sweep, looks)) {
      if (this.#isWhole(seen)) return { kind: "whole", differing: memory.differing(sweep) };
    } else if (isAsAtFirst && !goesOn && memory.isAsBefore(sweep)) {
      const isMissing = this.#tallies(sweep).some((tally) => tally.distinct < expected(tally));
      return isMissing && sweep < stillAfter ? "anew" : this.#differs(sweep);
    }
    if (sweep < stillAfter || !this.#rests(sweep)) return "anew";
    return goesOn && !this.#mayShowMore(seen) ? this.#differs(sweep) : "on";
  }

  #addsUp(sweep: number, looks: readonly Look[]): boolean {
    if (looks.includes("recounted")) return false;
    return this.#tallies(sweep).every((tally) => tally.isSteady && tally.distinct === expected(tally));
  }

  /** What adds up is whole where pages join, or readings agree. */
  #isWhole({ sweep, goesOn, foundSingly }: Seen): boolean {
    const tallies = this.#tallies(sweep);
    // Nothing else says for certain that it ends there.
    if (tallies.some(({ announced, endsInDoubt }) => endsInDoubt && announced === undefined)) return false;
    // What contradicts itself moved, or always will.
    if (sweep === 0 && this.#memory.differing(sweep).length > 0) return false;
    if (tallies.every(({ joins }) => joins)) return true;
    if (!goesOn && this.#memory.holdsAllOfBefore(sweep)) return true;
    // What rows make up that were found here and there would add up to a count that is too low as well.
    if (tallies.some(({ rows, announced }) => rows > (announced ?? rows))) return false;
    return foundSingly || goesOn;
  }

  /**
   * True when nothing shows that the list moved since the sweep before: it announces the same, and has not shown more; where
   * nothing steady is announced, pages that repeat no row held as many, or pages that show the same rows again showed nobody else.
   */
  #rests(sweep: number): boolean {
    const before = this.#tallies(sweep - 1);
    return this.#tallies(sweep).every((tally, index) => {
      const earlier = before[index];
      if (!earlier || tally.endsInDoubt) return false;
      const { isSteady, announced, rows, distinct } = tally;
      if (!isSteady || announced === undefined) {
        const repeats = rows > distinct && earlier.rows > earlier.distinct && distinct === earlier.distinct;
        return !(tally.goesOn && earlier.goesOn) || rows === earlier.rows || repeats;
      }
      return (!earlier.isSteady || announced === earlier.announced) && distinct <= Math.max(announced, rows);
    });
  }

  /** False when two sweeps that went on added nobody, or there were enough. */
  #mayShowMore({ sweep, brokenOff }: Seen): boolean {
    const [now, earlier] = [sweep, sweep - 2].map((each) =>
      this.#tallies(each).reduce((sum, { added }) => sum + added, 0),
    );
    const isQuiet = sweep - 2 >= this.#memory.since && now === earlier;
    return !isQuiet && sweep + 1 < mostTogether + brokenOff;
  }

  /** A list of which a page is missing, or a pass that announces rows and shows none, is no list, at rest or not. */
  #differs(sweep: number): ListEvent {
    const tallies = this.#tallies(sweep);
    const showsNone = tallies.some((tally) => tally.distinct === 0 && expected(tally) >= leastMissing);
    if (showsNone || this.#lacksPage(sweep)) return this.#unproven(sweep, true);
    return { kind: "count-differs", sums: this.#sums(sweep), twice: tallies.flatMap(({ twice }) => twice) };
  }

  #unproven(sweep: number, isStill: boolean): ListEvent {
    return { kind: "unproven", sweeps: sweep + 1, sums: this.#sums(sweep), isStill, lacksPage: this.#lacksPage(sweep) };
  }

  /** A page that must be there is not. */
  #lacksPage(sweep: number): boolean {
    return this.#tallies(sweep).some(({ endsInDoubt }) => endsInDoubt);
  }

  #tallies(sweep: number): readonly Tally[] {
    return [...(this.#memory.sweeps.get(sweep)?.values() ?? [])];
  }

  #sums(sweep: number): readonly Sum[] {
    return this.#tallies(sweep).map(({ announced, rows, distinct }, index) => {
      return { pass: this.#passes[index] ?? "", announced, rows, distinct };
    });
  }
}

function lastingOf(now: readonly string[], before: readonly string[]): readonly string[] {
  const stood = new Set(before);
  return now.filter((one) => stood.has(one));
}
