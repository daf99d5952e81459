/** Grant expansion on a large graph: a whole sync, of which only the step of expansion counts. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/sdk/clock.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import type { SyncOutcome } from "../../src/sdk/sync/events.ts";
import { runSync } from "../../src/sdk/sync/run-sync.ts";
import type { Layer } from "./layer.ts";
import { nestedGroupConnector } from "./nested-groups.ts";
import { benchDirectory } from "./sample-file.ts";

const usersPerGroup = 20;

/** A user for every member of the largest case, in groups of twenty of their own. */
export const expansionLayer: Layer = {
  name: "expansion",
  title: "expansion of nested groups; grants afterwards",
  unit: "grants",
  async prepare(members) {
    const connector = nestedGroupConnector({ groups: members / usersPerGroup, usersPerGroup });
    const path = join(benchDirectory(), "nested.c1z");
    const sync = (): Promise<SyncOutcome> =>
      runSync({ connector, path, signal: new AbortController().signal, logger: silentLogger, clock: systemClock });
    const { stats } = await sync();
    rmSync(path);
    return {
      rows: stats.grants,
      run: async () => (await sync()).phaseMs.expansion,
      reset: () => rmSync(path),
    };
  },
};
