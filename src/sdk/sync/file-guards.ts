/** What keeps a sync from replacing the file: it would look like mass removal, or the file belongs to another target. */
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { RunDescription, TargetIdentity } from "../contracts/connector.ts";
import type { RunDrop } from "../contracts/run-record.ts";
import { BatonError, Status } from "../errors.ts";
import { type Drop, dropWarning, findDrops, heldError } from "./verdict.ts";
import type { Warnings } from "./warnings.ts";

/** Names shown of what fell away, and ids kept of it. */
const sampledNames = 20;
const mostGone = 5000;

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
  const gone = await store.goneSince(types, mostGone);
  return {
    counts: drops.map(({ kind, before, now }) => ({ what: kind, before, after: now })),
    sampleNames: [...new Set(gone.map(({ name }) => name))].slice(0, sampledNames),
    gone: gone.map(({ resourceType, id }) => ({ resourceType, id })),
  };
}

/** What is known besides the file. */
interface TargetCheck {
  /** As the user calls the file. */
  readonly path: string;
  /** Undefined where the connector does not say what it reads. */
  readonly description: RunDescription | undefined;
  /** What the last run record says. */
  readonly recorded: TargetIdentity | undefined;
}

const thisMachine = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** A server on this machine, such as the sandbox, gets another port with each start. */
function isSameHost(one: string, other: string): boolean {
  return one === other || (thisMachine.test(one) && thisMachine.test(other));
}

/**
 * Compares the target with that of the finished syncs in the file: by the record beside it, and by the root resource in
 * the file, which files of other programs hold as well. A new name is no new target.
 * @throws BatonError `FILE-OTHER-TARGET`.
 */
export async function refuseOtherTarget(
  store: Pick<C1zWriter, "resourcesOfLast">,
  { path, description, recorded }: TargetCheck,
): Promise<void> {
  const identity = description?.identity;
  if (identity === undefined) return;
  const { host, root } = identity;
  const roots = await store.resourcesOfLast(root.resourceType);
  // Nothing is in there that could be mistaken for an earlier state.
  if (roots === undefined) return;
  const isOther = roots.length > 0 && !roots.some(({ id }) => id === root.resource);
  const known = recorded?.root.resourceType === root.resourceType ? recorded : undefined;
  const isElsewhere = known !== undefined && (known.root.resource !== root.resource || !isSameHost(known.host, host));
  if (!isOther && !isElsewhere) return;
  const first = isOther ? roots[0] : undefined;
  const other = first ? `${first.name} (${first.id})` : `${known?.root.resource} on ${known?.host}`;
  throw new BatonError({
    code: "FILE-OTHER-TARGET",
    status: Status.failedPrecondition,
    message: `${path} holds ${root.resourceType} ${other}, and this run reads ${description?.target} (${root.resource}) on ${host}.`,
    effect: "Nothing was read, and the file is as it was.",
    hint: `Give another --file. To replace it for good, first move ${path} and its .run.json away.`,
    fatal: true,
  });
}
