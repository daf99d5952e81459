/** What needs attention, over HTTP: GET /attention. */
import { Hono } from "hono";
import type { Clock } from "../../../sdk/clock.ts";
import type { Connectors } from "../../connectors/connectors.ts";
import type { Attention } from "../../contract/attention.ts";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import type { AttentionFacts } from "../../sources/attention.ts";
import type { Sources } from "../../sources/sources.ts";
import { inOrder, mattersOf } from "../attention.ts";
import type { ConsoleEnv } from "../console-env.ts";

/** Runs whose figures are looked at. */
const seriesLength = 20;

/** What these routes need. */
export interface AttentionParts {
  readonly connectors: Connectors;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** The route. Figures are those that were worked out when each run ended: no file is opened for it. */
export function attentionRoutes(parts: AttentionParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get("/attention", async (context) => {
    const { connectors, clock } = parts;
    const lists = await Promise.all(
      connectors.list().map(async (one) => mattersOf(one, await factsOf(one, parts), clock.nowMs())),
    );
    return context.json({ matters: inOrder(lists.flat()) } satisfies Attention);
  });
}

/** Of the current file first, then of the kept runs before it. */
async function factsOf(
  { id, lastGoodRun }: ConnectorSummary,
  { connectors, sources }: AttentionParts,
): Promise<readonly AttentionFacts[]> {
  if (!lastGoodRun) return [];
  const { runs } = connectors.archive.page(id, { limit: seriesLength });
  const at = runs.findIndex(({ runId }) => runId === lastGoodRun.runId);
  const kept = runs.slice(Math.max(at, 0)).filter(({ file, result }) => file !== null && isWhole(result));
  const answers = await Promise.all(kept.map(({ runId }) => sources.known(`run:${runId}`, "attention", {})));
  return answers.filter((one) => one !== undefined);
}

/** A partial roster lacks owners who are there all the same. */
function isWhole(result: string | null): boolean {
  return result === "Complete" || result === "Complete with warnings";
}
