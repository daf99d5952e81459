import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../sdk/clock.ts";
import { type RunRecord, runRecordPath } from "../../sdk/contracts/run-record.ts";
import { newConnector } from "../connectors/new-connector.ts";
import { emptySettings } from "../connectors/settings-input.ts";
import { openDataDirectory } from "../store/data-directory.ts";
import { openStore } from "../store/store.ts";
import { keptFiles, RunArchive } from "./run-archive.ts";
import { RunFiles } from "./run-files.ts";
import { newRun } from "./run-results.ts";

const directory = mkdtempSync(join(tmpdir(), "run-archive-"));
const data = await openDataDirectory(directory, systemClock);
const store = await openStore(data.database, { env: {}, keyFile: undefined, ownKeyFile: undefined });
const files = new RunFiles(data);
const archive = new RunArchive(store, files, systemClock);
after(() => {
  store.close();
  data.release();
  rmSync(directory, { recursive: true });
});

function addConnector(id: string): void {
  const key = { source: "entered", sourceName: "entered here", lastFour: "", fingerprint: "f", owner: null } as const;
  store.connectors.put({
    ...newConnector({ id, name: "Acme", mode: "once", owner: "", isSample: false, key, nowMs: 0 }),
    settings: { ...emptySettings, orgSlug: "acme" },
  });
}

/** Ends a run as a sync leaves it: a file of its own in the working place, and a record beside it. */
function endRun(connectorId: string, runId: string, result: RunRecord["result"], content = runId): void {
  const working = files.working(connectorId);
  const written = `${working}.new`;
  writeFileSync(written, content);
  // Replaced as a whole, as the engine does.
  rmSync(working, { force: true });
  writeFileSync(working, content);
  rmSync(written);
  const record: RunRecord = {
    schemaVersion: 2,
    completeness: null,
    result,
    replaced: true,
    signals: [],
    warnings: [],
    error: null,
    drop: null,
    syncId: "s",
    syncType: "full",
    resumed: false,
    startedAt: "2026-01-01T00:00:00Z",
    endedAt: "2026-01-01T00:00:01Z",
    durationMs: 1,
    phaseMs: {},
    requests: 1,
    retries: 0,
    counts: null,
    file: { path: working, bytes: content.length, sha256: runId },
    key: { source: "x", fingerprint: "f" },
    target: "acme",
    connector: { name: "x", version: "0" },
  };
  rmSync(runRecordPath(working), { force: true });
  writeFileSync(runRecordPath(working), JSON.stringify(record));
  const run = newRun({ runId, connectorId, startedBy: "person", startedAtMs: 1 });
  store.runs.put(run);
  archive.end(run, { endedAtMs: 2, record, totals: null, error: null, wasCancelled: false });
}

const contentOf = (path: string | undefined): string => readFileSync(path ?? assert.fail("no file"), "utf8");

test("the files of the last fifty runs are kept, older ones go, and the runs themselves stay", () => {
  addConnector("many");
  const total = keptFiles + 3;
  for (let i = 0; i < total; i++) endRun("many", `many-${i}`, "Complete");
  assert.equal(files.ofRun("many-2"), undefined);
  assert.equal(contentOf(files.ofRun("many-3")), "many-3");
  assert.equal(archive.run("many-2").file, null);
  assert.equal(archive.run("many-3").file?.sha256, "many-3");
  assert.equal(readdirSync(join(directory, "runs")).filter((name) => name.endsWith(".c1z")).length, keptFiles);
  const page = archive.page("many", { limit: 500 });
  assert.equal(page.rows.length, total);
  assert.equal(contentOf(files.current("many")), `many-${total - 1}`);
});

test("a file that is kept is no second copy, and stays what it is when the next run writes", () => {
  addConnector("linked");
  endRun("linked", "linked-1", "Complete");
  const kept = files.ofRun("linked-1") ?? assert.fail();
  assert.equal(statSync(kept).ino, statSync(files.current("linked") ?? "").ino);
  endRun("linked", "linked-2", "Complete");
  assert.equal(contentOf(kept), "linked-1");
});

test("after a partial run the next one begins from the good file, and with none at all from the partial one", () => {
  addConnector("partial");
  endRun("partial", "partial-0", "Partial roster");
  assert.equal(contentOf(files.current("partial")), "partial-0");
  endRun("partial", "partial-1", "Partial roster");
  assert.equal(contentOf(files.current("partial")), "partial-1");
  endRun("partial", "good", "Complete");
  endRun("partial", "partial-2", "Partial roster");
  assert.equal(contentOf(files.current("partial")), "good");
  assert.equal(contentOf(files.working("partial")), "good");
  assert.equal(contentOf(files.ofRun("partial-2")), "partial-2");
  assert.equal(archive.lastGoodRun(store.connectors.get("partial") ?? assert.fail())?.runId, "good");
});

test("failures in a row are counted up to the first run that was none", () => {
  addConnector("failing");
  endRun("failing", "f-0", "Complete");
  const connector = store.connectors.get("failing") ?? assert.fail();
  for (let i = 1; i <= 3; i++) {
    const run = newRun({ runId: `f-${i}`, connectorId: "failing", startedBy: "schedule", startedAtMs: i });
    store.runs.put(run);
    const error = { code: "CS-SERVER-503", status: 14, message: "x", candidates: [], facts: [] };
    archive.end(run, { endedAtMs: i, record: undefined, totals: null, error, wasCancelled: false });
    assert.equal(archive.consecutiveFailures(connector), i);
  }
  assert.equal(archive.run("f-3").failure?.state, "server-error");
});
