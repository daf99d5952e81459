/** Plays many chaos plans side by side and adds up what happened. */
import { mishapKinds, planOf } from "./plan.ts";
import { playPlan } from "./storm.ts";

/** Which seeds, and how many at a time; the processes wait most of their time. */
export interface ChaosRunOptions {
  readonly seeds: readonly number[];
  readonly lanes: number;
  /** Told of each seed that is through. */
  readonly onSeed?: (seed: number, error: Error | undefined) => void;
}

/** How all seeds ended. */
export interface ChaosTotals {
  readonly happened: ReadonlyMap<string, number>;
  readonly exits: ReadonlyMap<number, number>;
  readonly sealedChecked: number;
  /** Seeds at which a promise was broken. */
  readonly failed: readonly number[];
  /** Kinds of mishaps that never happened: a run without them proves less than it says. */
  readonly missing: readonly string[];
}

/** Plays the plans of all seeds, whatever becomes of single ones. */
export async function runChaos({ seeds, lanes, onSeed }: ChaosRunOptions): Promise<ChaosTotals> {
  const happened = new Map<string, number>();
  const exits = new Map<number, number>();
  const failed: number[] = [];
  let sealedChecked = 0;
  const waiting = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      try {
        const report = await playPlan(planOf(seed));
        for (const [kind, times] of report.happened) happened.set(kind, (happened.get(kind) ?? 0) + times);
        for (const [code, times] of report.exits) exits.set(code, (exits.get(code) ?? 0) + times);
        sealedChecked += report.sealedChecked;
        onSeed?.(seed, undefined);
      } catch (caught) {
        failed.push(seed);
        onSeed?.(seed, caught instanceof Error ? caught : new Error(String(caught)));
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const missing = mishapKinds.filter((kind) => !happened.has(kind));
  return { happened, exits, sealedChecked, failed: failed.toSorted((a, b) => a - b), missing };
}
