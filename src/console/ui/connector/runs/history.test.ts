/** Runs that ended: their line in the history, all that one recorded, and the lines of the log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../../test/browser/page-parts.ts";
import { failureOf, noonMs, runOf } from "../../../../../test/browser/page-samples.ts";
import type { LogLine, RunDetail, RunSummary } from "../../../contract/runs.ts";
import { PagedRows, type RowPage } from "../../rows/paged-rows.ts";

const { runColumns } = await import("./history-tab.tsx");
const { RunInFull } = await import("./run-view.tsx");
const { LogList } = await import("./log-list.tsx");

async function lineOf(run: RunSummary): Promise<string[]> {
  return Promise.all(runColumns.map(async (column) => (await drawn(() => column.cell(run), {})).text));
}

test("a run has a line with when, by whom, how it ended, how much it read, and its file", async () => {
  assert.deepEqual(await lineOf(runOf({ startedBy: "schedule" })), [
    ...["30 Nov 2026, 12:59 CET Schedule", "Complete", "1 min", "1,200", "30", "2,400", "0", "1.4 MB"],
  ]);
});

test("one that failed has its code in the place of a file, and no figures", async () => {
  const failed = runOf({ result: "Failed", totals: null, file: null, durationMs: null, errorCode: "CS-AUTH-401" });
  assert.deepEqual((await lineOf(failed)).slice(1), ["Failed", "", "–", "–", "–", "0", "CS-AUTH-401"]);
  assert.equal((await lineOf(runOf({ file: null }))).at(-1), "None kept");
  assert.equal((await lineOf(runOf({ result: null })))[1], "Running");
});

function full(more: Partial<RunDetail> = {}) {
  const run: RunDetail = {
    ...runOf({ retries: 3 }),
    syncId: "s2",
    resumed: false,
    phaseMs: { members: 61_000 },
    signals: [],
    warnings: [],
    completeness: null,
    failure: null,
    drop: null,
    ...more,
  };
  return drawn(RunInFull, { run });
}

test("a run in full: its facts, its file, and the way to its access and its log", async () => {
  const { text, elements } = await full();
  assert.match(text, /Requests 12, 3 of them again Taken up again No Key fp Sync id s2 SHA-256 0123456789abcdef/);
  assert.match(text, /Time by phase members 1 min 1 s$/);
  const links = elements("a").map(({ href }) => href);
  for (const link of ["/connectors/c1/logs?run=r1", "/api/runs/r1/file", "/sources/run%3Ar1/people"])
    assert.ok(links.includes(link), link);
});

test("without a file there is no way to one, and its figures lead nowhere", async () => {
  const { elements, text } = await full({ file: null });
  assert.deepEqual(
    elements("a").map(({ href }) => href),
    ["/connectors/c1/logs?run=r1"],
  );
  assert.match(text, /SHA-256 No file kept/);
});

test("what was compared can be added up by a reader, list by list, and what was not read is named", async () => {
  const counted = { announced: 240, read: 241, distinct: 240, added: 240 };
  const list = { ...counted, list: "members", title: "Members", resourceType: "user" };
  const { text, texts } = await full({
    completeness: {
      lists: [
        { ...list, passes: 2, sweeps: 1, moved: true, startedAt: new Date(noonMs).toISOString(), endedAt: null },
        {
          ...list,
          list: "teams",
          title: "Teams",
          resourceType: "team",
          announced: null,
          passes: 1,
          sweeps: 1,
          moved: false,
          startedAt: "2026-11-30T12:00:00Z",
          endedAt: "2026-11-30T12:01:00Z",
        },
      ],
      keyOwner: { kind: "service", role: "Manager", seesAll: true },
      keyKind: "token",
      notRead: [{ what: "services", title: "service accounts", reason: "not-chosen" }],
    },
  });
  assert.deepEqual(texts("td").slice(0, 9), [
    ...["240", "241", "240", "240", "2", "1", "Yes", "30 Nov 2026, 13:00 CET", "Not read to its end"],
  ]);
  assert.equal(texts("td")[9], "Nothing");
  assert.match(
    text,
    /Kind of key Short-lived token Owner of the key A service account Role of the key's owner Manager/,
  );
  assert.match(text, /Not read service accounts/);
});

test("signals and warnings stand with their codes, or it is said that there are none", async () => {
  const calm = await full();
  assert.match(calm.text, /No sign that anything is hidden\. Warnings No warnings\./);
  const { html, text } = await full({
    signals: [{ id: "FEWER", level: "incomplete", count: 7, message: "Fewer than before" }],
    warnings: [{ code: "W-1", severity: "partial", count: 1200, message: "Names are missing" }],
    failure: failureOf("held"),
  });
  assert.match(text, /^It did not work/);
  assert.match(text, /FEWER incomplete 7 Fewer than before/);
  assert.match(text, /W-1 partial 1,200 Names are missing/);
  assert.match(html, /chip-bad">incomplete/);
  assert.match(html, /chip-warn">partial/);
});

function line(seq: number, more: Partial<LogLine> = {}): LogLine {
  return { seq, timeMs: noonMs, level: "info", message: `Line ${seq}`, fields: {}, runId: null, ...more };
}

/** The list, as it is once the first page of so many lines is there. */
async function log(page: RowPage<LogLine> | undefined, isSearch = false) {
  const rows = new PagedRows<LogLine>({
    fetchPage: async () => page ?? (await new Promise<never>(() => {})),
    onChange: () => {},
  });
  rows.need(0, 0);
  await new Promise((resolve) => setImmediate(resolve));
  return await drawn(LogList, { log: rows, isSearch });
}

test("a line of the log has its time to the millisecond, its level in words, and its details", async () => {
  const { texts, elements } = await log({
    rows: [line(2, { level: "warn", message: "Slow", fields: { path: "/v1", took: { ms: 7 } } })],
    total: 1,
  });
  assert.deepEqual(texts("button"), ['13:00:00.000 warn Slow path=/v1 took={"ms":7}']);
  assert.equal(elements("time")[0]?.["datetime"], "2026-11-30T12:00:00.000Z");
});

test("of a long log only lines near the window are in the document", async () => {
  const rows = Array.from({ length: 200 }, (_, at) => line(5000 - at));
  assert.ok((await log({ rows, total: 5000 })).elements("button").length < 40);
});

test("a log without lines says whether none was written, none matches, or they are on their way", async () => {
  assert.match((await log({ rows: [], total: 0 })).text, /^No lines yet/);
  assert.match((await log({ rows: [], total: 0 }, true)).text, /^No line matches/);
  assert.equal((await log(undefined)).text, "Loading");
});
