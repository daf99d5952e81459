/** Opens a version 3 c1z: the one sync of its Pebble store. */
import type { DecoderLimits } from "../../container/decoder-limits.ts";
import { readSyncRun } from "../../pebble/sync-run.ts";
import type { Scratch } from "../../scratch/scratch.ts";
import type { ReadEngine } from "../sync-view.ts";
import { PebbleView } from "./pebble-view.ts";
import { PebbleStore } from "./store.ts";
import { openStoreFiles, storeError } from "./store-files.ts";

/** @throws BatonError `FILE-CORRUPT`, `FILE-V3`, `FILE-DECODER-LIMIT`, or what the system refused. */
export async function openPebble(path: string, scratch: Scratch, limits: DecoderLimits): Promise<ReadEngine> {
  const { files, close, limits: suited } = await openStoreFiles(path, scratch, limits);
  try {
    const store = new PebbleStore(files, suited);
    const sync = readSyncRun(store);
    return { syncs: sync ? [sync] : [], view: (one) => new PebbleView(store, path, one), close };
  } catch (caught) {
    close();
    throw storeError(caught, path);
  }
}
