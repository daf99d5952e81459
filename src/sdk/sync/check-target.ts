/** A file belongs to the target that was synced into it first: another one must not look like its next state. */
import type { C1zWriter } from "../c1z/write/writer.ts";
import type { RunDescription, TargetIdentity } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";

/** What is known besides the file. */
export interface TargetCheck {
  /** As the user calls the file. */
  readonly path: string;
  /** Undefined where the connector does not say what it reads. */
  readonly description: RunDescription | undefined;
  /** What the last run record says. */
  readonly recorded: TargetIdentity | undefined;
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
  const isElsewhere = known !== undefined && (known.root.resource !== root.resource || known.host !== host);
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
