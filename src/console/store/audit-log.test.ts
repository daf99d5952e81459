import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { auditLines } from "../../../test/support/audit-lines.ts";
import { brokenLine, chainedLines } from "../../sdk/chained-lines.ts";
import { BatonError } from "../../sdk/errors.ts";
import { actingAs, openAuditLog } from "./audit-log.ts";

const directory = mkdtempSync(join(tmpdir(), "console-audit-"));
after(() => rmSync(directory, { recursive: true }));
const isRefused = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "CONSOLE-AUDIT";

test("an action stands in it before and after, in UTC, with who, what, on what and how it went", async () => {
  const path = join(directory, "audit.ndjson");
  const audit = openAuditLog(path, () => Date.UTC(2026, 0, 2));
  const sync = { action: "sync", target: "connector:1", details: { n: 1 } };
  assert.equal(await actingAs("Ada", () => audit.around(sync, async () => 7)), 7);
  const failing = new BatonError({ code: "CONSOLE-RUNNING", status: 6, message: "no" });
  await assert.rejects(
    audit.around(sync, () => Promise.reject(failing)),
    failing,
  );
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.equal(brokenLine(chainedLines(readFileSync(path))), undefined);
  const { before, ...first } = JSON.parse(lines[0] ?? "") as Record<string, unknown>; // an object is what is logged
  assert.equal(before, createHash("sha256").digest("hex"));
  assert.deepEqual(first, {
    time: "2026-01-02T00:00:00.000Z",
    actor: "Ada",
    action: "sync",
    target: "connector:1",
    result: "requested",
    details: { n: 1 },
  });
  assert.deepEqual(
    auditLines(directory).map(({ result }) => result),
    ["requested", "done", "requested", "failed: CONSOLE-RUNNING"],
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
  audit.close();
});

test("what cannot be written down is refused, and the work is not done", async () => {
  // A disk that is full: what is written to this device does not fit.
  const audit = openAuditLog("/dev/full", () => 0);
  let done = false;
  await assert.rejects(
    audit.around({ action: "sync", target: "" }, () => {
      done = true;
    }),
    isRefused,
  );
  assert.equal(done, false);
  assert.throws(() => audit.record({ action: "x", target: "" }, "done"), isRefused);
  audit.close();
});

test("a log that cannot be opened keeps the console from starting", () => {
  assert.throws(() => openAuditLog(join(directory, "none", "audit.ndjson"), () => 0), isRefused);
});

test("names with line ends stay on one line", () => {
  const path = join(directory, "lines.ndjson");
  const audit = openAuditLog(path, () => 0);
  audit.record({ action: "opened", target: "a\nb\r\u2028c" }, "done");
  const [line = "", ...others] = readFileSync(path, "utf8").split("\n");
  assert.deepEqual(others, [""]);
  assert.ok(line.includes(String.raw`"a\nb\r`));
  audit.close();
});
