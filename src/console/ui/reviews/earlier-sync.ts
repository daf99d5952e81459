/** Whether a file holds what it can be compared with by itself. Pure. */
import type { SourceInfo } from "../../contract/sources.ts";

/** Whether there is a finished sync of the same type before the one that is shown. */
export function hasEarlierSync({ syncs, sync }: Pick<SourceInfo, "syncs" | "sync">): boolean {
  const at = syncs.findIndex(({ id }) => id === sync?.id);
  return syncs.slice(0, Math.max(at, 0)).some(({ type, isFinished }) => isFinished && type === sync?.type);
}
