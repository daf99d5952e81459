/** Runs, their files and logs over HTTP. Mounted under /api; knows nothing of how they come about. */
import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { BatonError, Status } from "../../../sdk/errors.ts";
import type { Connectors } from "../../connectors/connectors.ts";
import { type LogLine, logLevels } from "../../contract/runs.ts";
import { inSlices } from "../../sources/in-slices.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { sendFile } from "../download-response.ts";
import { readChoice, readNumber } from "../query-values.ts";

const pageOfRuns = { from: 1, to: 200, absent: 50 };
const anyOffset = { from: 0, to: 1e9, absent: 0 };
const pageOfLines = { from: 1, to: 500, absent: 200 };

/** The routes /runs, and /runs and /logs of a connector. */
export function runRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/connectors/:id/runs", (context) => {
      const { offset, limit } = context.req.query();
      const part = { offset: readNumber(offset, "offset", anyOffset), limit: readNumber(limit, "limit", pageOfRuns) };
      return context.json(connectors.archive.page(connectors.existing(context.req.param("id")), part));
    })
    .get("/runs/:runId", (context) => context.json(connectors.archive.run(context.req.param("runId"))))
    .get("/runs/:runId/file", (context) => downloadFile(connectors, context, context.req.param("runId")))
    .get("/connectors/:id/logs", async (context) => {
      const query = (name: string): string | undefined => context.req.query(name) || undefined;
      const asOf = query("asOf");
      const page = connectors.logs.page(connectors.existing(context.req.param("id")), {
        level: readChoice(query("level"), "level", logLevels),
        q: query("q")?.slice(0, 1000),
        runId: query("runId"),
        asOf: asOf === undefined ? undefined : readNumber(asOf, "asOf", { from: 0, to: 1e15, absent: 0 }),
        offset: readNumber(query("offset"), "offset", anyOffset),
        limit: readNumber(query("limit"), "limit", pageOfLines),
      });
      return context.json(await inSlices(page));
    })
    .get("/connectors/:id/logs/download", (context) => {
      const id = context.req.param("id");
      const day = new Date().toISOString().slice(0, 10);
      const lines = connectors.logs.all(connectors.existing(id));
      connectors.audit.record({ action: "log-downloaded", target: `connector:${id}` }, "done");
      const name = `${connectors.nameOf(id)}-${day}-log`;
      const stream = Readable.from(ndjson(lines));
      return sendFile(context, { stream, name, extension: "ndjson", type: "application/x-ndjson" });
    });
}

function downloadFile(connectors: Connectors, context: Context, runId: string): Response {
  const run = connectors.archive.run(runId);
  const kept = connectors.archive.runFile(runId);
  if (!kept || !run.file) throw notKept();
  connectors.audit.record({ action: "file-downloaded", target: `run:${runId}`, details: run.file }, "done");
  const started = new Date(run.startedAtMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const name = `${connectors.nameOf(run.connectorId)}-${started}Z`;
  context.header("x-content-sha256", run.file.sha256);
  const [stream, { size: bytes }] = [createReadStream(kept.path), statSync(kept.path)];
  return sendFile(context, { stream, bytes, name, extension: "c1z", type: "application/octet-stream" });
}

function* ndjson(lines: Iterable<LogLine>): Generator<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}

function notKept(): BatonError {
  return new BatonError({
    code: "CONSOLE-NO-FILE",
    status: Status.notFound,
    message: "This run wrote no file, or it is not kept any more.",
    effect: "There is nothing to download.",
    hint: "Choose a later run.",
  });
}
