/** What needs attention, over HTTP: GET /attention. */
import { Hono } from "hono";
import type { Clock } from "../../../sdk/clock.ts";
import type { Connectors } from "../../connectors/connectors.ts";
import type { Attention } from "../../contract/attention.ts";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import type { AttentionFacts } from "../../sources/attention.ts";
import type { Figures, Sources } from "../../sources/sources.ts";
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

/** The route. No file is opened for it: figures that are not there yet come with an event. */
export function attentionRoutes(parts: AttentionParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get("/attention", async (context) => {
    const nowMs = parts.clock.nowMs();
    const all = await Promise.all(
      parts.connectors.list().map(async (connector) => {
        const { figures, earlier } = await figuresOf(connector, parts);
        const pending = figures?.kind === "pending" ? [connector.name] : [];
        return { matters: mattersOf(connector, figures, earlier, nowMs), pending };
      }),
    );
    const matters = inOrder(all.flatMap((one) => one.matters));
    return context.json({ matters, pending: all.flatMap((one) => one.pending) } satisfies Attention);
  });
}

/** Of the current file, where it is a good one, and of the kept runs before it. */
async function figuresOf(
  { id, lastGoodRun }: ConnectorSummary,
  { connectors, sources }: AttentionParts,
): Promise<{ readonly figures: Figures | undefined; readonly earlier: readonly AttentionFacts[] }> {
  if (!lastGoodRun?.file) return { figures: undefined, earlier: [] };
  const runIds = connectors.archive.goodRunsBefore(lastGoodRun.runId, seriesLength);
  const [figures, ...answers] = await Promise.all([
    sources.figures(id),
    ...runIds.map((runId) => sources.known(`run:${runId}`, "attention", {})),
  ]);
  return { figures, earlier: answers.filter((one) => one !== undefined) };
}
