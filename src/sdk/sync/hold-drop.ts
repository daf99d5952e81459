/** Keeps a sync that would look like mass removal from replacing the file, and says what fell away. */
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { RunDrop } from "../contracts/run-record.ts";
import { type Drop, dropWarning, findDrops, heldError } from "./verdict.ts";
import type { Warnings } from "./warnings.ts";

/** Names shown of what fell away. */
const sampledNames = 20;

/** What decides, and whom to tell. */
export interface HoldOptions {
  readonly warnings: Warnings;
  /** True: somebody has looked, and the sync may replace the file. */
  readonly acceptChanges: boolean;
  /** Gets what fell away before the error is thrown. */
  onHeld(drop: RunDrop): void;
}

/**
 * Compares the reading with the last complete one in the file, before anything is replaced.
 * @throws BatonError `BATON-HELD` when half is gone and nobody accepted that.
 */
export async function holdBigDrop(store: C1zWriter, { warnings, acceptChanges, onHeld }: HoldOptions): Promise<void> {
  const both = await store.compareWithLast();
  const drops = both ? findDrops(both.before, both.now) : [];
  const warning = dropWarning(drops);
  if (warning) warnings.add(warning);
  const holding = drops.filter(({ holds }) => holds);
  if (holding.length === 0 || acceptChanges) return;
  onHeld(await describeDrop(store, drops, holding));
  throw heldError(holding);
}

async function describeDrop(store: C1zWriter, drops: readonly Drop[], holding: readonly Drop[]): Promise<RunDrop> {
  const types = holding.map(({ kind }) => kind).filter((kind) => kind !== "grants");
  return {
    counts: drops.map(({ kind, before, now }) => ({ what: kind, before, after: now })),
    sampleNames: await store.namesOfGone(types, sampledNames),
  };
}
