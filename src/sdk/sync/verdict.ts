/**
 * What a finished reading is worth, in one of a few words: told from the warnings and from how much is there compared
 * with the sync before. And what keeps it from replacing the file: it looks like mass removal, or the file belongs to
 * another target. Who acts on the word is run-sync.ts.
 */
import type { SyncStats } from "../c1z/write/sync-store.ts";
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { RunDescription, SyncWarning, TargetIdentity } from "../contracts/connector.ts";
import type { RunDrop, SyncResult } from "../contracts/run-record.ts";
import { BatonError, Status } from "../errors.ts";

/** Exit codes of results that are no success; no gRPC status is as high. */
export const resultExitCodes = { partial: 20, incomplete: 21, held: 22 } as const;

/** Exit code of a look at many targets when one of them is not fresh and whole. */
export const fleetExitCode = 23;

/** Fall that is warned of, fall that holds the sync, and fewer rows than this are never worth either. */
const warnShare = 0.2;
const holdShare = 0.5;
const leastRows = 5;

/** Rows of one kind that are much fewer than before. */
interface Drop {
  /** A resource type's id, or `grants`. */
  readonly kind: string;
  readonly before: number;
  readonly now: number;
  readonly holds: boolean;
}

/**
 * Compares a new sync with the one before (sign R8): resources by type, and grants. Types that only one of the two has
 * were not asked for in the other and are left out; then grants, which hang on them, cannot be compared either.
 */
export function findDrops(before: SyncStats, now: SyncStats): readonly Drop[] {
  const [old, fresh] = [before.resourcesByResourceType, now.resourcesByResourceType];
  const common = Object.keys(fresh).filter((type) => type in old);
  const sameTypes = common.length === Object.keys(old).length && common.length === Object.keys(fresh).length;
  const kinds = common.map((kind) => ({ kind, before: old[kind] ?? 0, now: fresh[kind] ?? 0 }));
  if (sameTypes) kinds.push({ kind: "grants", before: before.grants, now: now.grants });
  return kinds
    .filter((one) => fallOf(one) >= warnShare && one.before - one.now >= leastRows)
    .map((one) => ({ ...one, holds: fallOf(one) >= holdShare }));
}

function fallOf({ before, now }: Pick<Drop, "before" | "now">): number {
  return before === 0 ? 0 : (before - now) / before;
}

/** The drops as one warning; undefined when there are none. */
export function dropWarning(drops: readonly Drop[]): SyncWarning | undefined {
  if (drops.length === 0) return undefined;
  return {
    code: "BATON-BIG-DROP",
    signal: "R8",
    count: drops.length,
    message: `far fewer than before: ${inWords(drops)}`,
  };
}

function inWords(drops: readonly Drop[]): string {
  return drops
    .map((drop) => `${drop.kind} ${drop.before} → ${drop.now} (-${Math.round(fallOf(drop) * 100)} %)`)
    .join(", ");
}

/** The word for a reading that ended and is not held. */
export function resultOf(warnings: readonly SyncWarning[]): SyncResult {
  if (warnings.some(({ severity }) => severity === "incomplete")) return "Incomplete";
  if (warnings.some(({ severity }) => severity === "partial")) return "Partial roster";
  return warnings.length > 0 ? "Complete with warnings" : "Complete";
}

/** Ends a sync of which rows are missing. */
export function incompleteError({ code, message, hint }: SyncWarning): BatonError {
  return new BatonError({
    code: incompleteCode,
    status: Status.dataLoss,
    exitCode: resultExitCodes.incomplete,
    message: `Incomplete: ${message} (${code})`,
    effect: "Nothing of this run was kept; the last good file stays as it is.",
    hint: hint ?? "Run again when the organization is at rest. If it stays, report this message.",
    fatal: true,
  });
}

/** Ends a sync that would look like mass removal. */
export function heldError(drops: readonly Drop[]): BatonError {
  return new BatonError({
    code: heldCode,
    status: Status.failedPrecondition,
    exitCode: resultExitCodes.held,
    message: `Held: far fewer than in the last complete sync: ${inWords(drops)}.`,
    effect: "Nothing of this run was kept; the last good file stays as it is.",
    hint: "Check in the product whether so many are really gone. If they are, run once with --accept-changes or BATON_ACCEPT_CHANGES=true.",
    fatal: true,
  });
}

const incompleteCode = "BATON-INCOMPLETE";
const heldCode = "BATON-HELD";

/** The word for a run that ended with an error; undefined errors are any others. */
export function resultOfError(error: BatonError): SyncResult {
  if (error.code === incompleteCode) return "Incomplete";
  return error.code === heldCode ? "Held" : "Failed";
}

/** True when what was read must not be gone on with. */
export function keepsNothing(error: BatonError): boolean {
  return resultOfError(error) !== "Failed";
}

/** Names shown of what fell away, and ids kept of it. */
const sampledNames = 20;
const mostGone = 5000;

/** What decides, and whom to tell. */
export interface HoldOptions {
  readonly warnings: { add(warning: SyncWarning): void };
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
