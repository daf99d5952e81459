/** The command `review` over files synced from the sandbox: decided, signed, and held against the next sync. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { connectorApp } from "../../src/cloudsmith/connector-app.ts";
import { evidenceCommand } from "../../src/evidence/command.ts";
import { reportCommand } from "../../src/reports/commands.ts";
import { reviewCommand } from "../../src/reviews/command.ts";
import { runCli } from "../../src/sdk/cli/run-cli.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import type { RunRecord } from "../../src/sdk/contracts/run-record.ts";
import { memoryIo } from "../support/memory-io.ts";
import { syncSandbox } from "../trust/sandbox-sync.ts";
import { scratchDirectory } from "./program.ts";
import { newestSyncId } from "./stored-rows.ts";

type ReviewRow = Readonly<Record<string, string | number | readonly string[] | null>>;
interface ReviewJson {
  readonly title: string;
  readonly rows: readonly ReviewRow[];
  readonly counts: Readonly<Record<string, number>>;
  readonly notices: readonly string[];
}

const app = { ...connectorApp("test"), commands: [reportCommand, reviewCommand, evidenceCommand] };
const scratch = scratchDirectory();
const first = join(scratch.path, "first.c1z");
const second = join(scratch.path, "second.c1z");
let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ organization: { members: 60, teams: 6, seed: 7, inactiveShare: 0.2 } });
  for (const user of ["leaver", "stayer"]) {
    sandbox.edit.addMember({ user, userName: `The ${user}`, email: `${user}@example.com`, role: "Manager" });
    sandbox.edit.addToTeam(user, sandbox.organization.teams[0]?.slug ?? "");
  }
  await syncSandbox(sandbox, first);
  sandbox.edit.removeMember("leaver");
  sandbox.edit.addMember({
    user: "newcomer",
    userName: "The newcomer",
    email: "newcomer@example.com",
    role: "Manager",
  });
  await syncSandbox(sandbox, second);
});

after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

async function review(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = memoryIo({ argv: ["review", ...argv], cwd: scratch.path, clock: systemClock });
  const code = await runCli(app, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
}

async function done(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await review(...argv);
  assert.equal(code, 0, stderr);
  return stdout;
}

async function status(...argv: readonly string[]): Promise<ReviewJson> {
  return JSON.parse(await done("status", ...argv, "--output", "json")) as ReviewJson; // the shape is what the tests assert
}

async function refused(code: RegExp, ...argv: readonly string[]): Promise<void> {
  const finished = await review(...argv);
  assert.notEqual(finished.code, 0, argv.join(" "));
  assert.match(finished.stderr, code);
}

function rowOf({ rows }: ReviewJson, email: string): ReviewRow {
  return rows.find((row) => row["email"] === email) ?? assert.fail(email);
}

let paths = 0;
function newPath(): string {
  return join(scratch.path, `r${paths++}.review`);
}

async function started(...argv: readonly string[]): Promise<string> {
  const path = newPath();
  await done("start", ...argv, "-f", first, "--out", path, "--by", "Ada");
  return path;
}

test("a review of owners and managers is decided, signed, and held against the next sync", async () => {
  const path = await started("owners", "--title", "Q4");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const before = await status(path);
  assert.equal(before.title, "Q4");
  assert.equal(before.counts["undecided"], before.rows.length);
  const [leaver, stayer] = ["leaver@example.com", "stayer@example.com"].map((email) =>
    Number(rowOf(before, email)["row"]),
  );
  await refused(/REVIEW-UNDECIDED/, "sign", path);
  await done("decide", path, "--rows", "all", "--decision", "keep", "--by", "Ada");
  await done("decide", path, "--rows", `${leaver},${stayer}`, "--decision", "revoke", "--by", "Bob");
  await done("decide", path, "--rows", String(stayer), "--note", "=asked twice", "--by", "Zoë");
  const decided = await status(path);
  const { decision, note, decidedBy } = rowOf(decided, "stayer@example.com");
  assert.deepEqual([decision, note, decidedBy], ["revoke", "=asked twice", "Zoë"]);
  assert.match(await done("sign", path, "--by", "Ada"), /2 revoke/);
  const bytes = readFileSync(path);
  await refused(/REVIEW-SIGNED/, "decide", path, "--rows", "1", "--decision", "keep");
  await refused(/REVIEW-SIGNED/, "sign", path);
  assert.deepEqual(readFileSync(path), bytes, "a signed review stays as it is");

  await refused(/REVIEW-NOT-LATER/, "status", path, "-f", first);
  const after = await status(path, "-f", second);
  const { outcome, remains } = rowOf(after, "stayer@example.com");
  assert.equal(outcome, "still there");
  assert.match(String(remains), /: manager$/, "the role was reviewed, and not the teams");
  assert.equal(rowOf(after, "leaver@example.com")["outcome"], "done");
  assert.deepEqual(
    after.rows.filter((row) => row["outcome"] === "new since the review").map((row) => row["email"]),
    ["newcomer@example.com"],
  );
  assert.deepEqual([after.counts["done"], after.counts["still there"]], [1, 1]);
  const csv = await done("status", path, "-f", second, "--output", "csv");
  assert.ok(csv.includes("'=asked twice"), "notes are safe for spreadsheets");
  await done("status", path, "--output", "xlsx", "--out", join(scratch.path, "q4.xlsx"));
  assert.equal(readFileSync(join(scratch.path, "q4.xlsx")).toString("latin1", 0, 2), "PK");
});

test("access that a later sync may lack is not called done", async () => {
  const path = await started("owners");
  await done("decide", path, "--rows", "all", "--decision", "revoke");
  const partial = join(scratch.path, "partial.c1z");
  copyFileSync(second, partial);
  const at = "2026-01-02T03:04:05.000Z";
  const record: RunRecord = {
    schemaVersion: 2,
    result: "Partial roster",
    replaced: true,
    syncId: newestSyncId(second),
    syncType: "full",
    signals: [],
    warnings: [],
    error: null,
    resumed: false,
    startedAt: at,
    endedAt: at,
    durationMs: 0,
    phaseMs: {},
    requests: null,
    retries: null,
    counts: null,
    completeness: null,
    file: null,
    key: null,
    target: null,
    connector: { name: "x", version: "0" },
  };
  writeFileSync(`${partial}.run.json`, JSON.stringify(record));
  const found = await status(path, "-f", partial);
  assert.deepEqual([found.counts["done"], found.counts["unclear"]], [0, 1]);
});

test("a list of leavers, a filter and one person's access can be reviewed, and are asked again of the next sync", async () => {
  writeFileSync(join(scratch.path, "leavers.txt"), "leaver@example.com\nstayer\nnobody\n");
  const list = await started("--list", "leavers.txt");
  assert.deepEqual(
    (await status(list)).rows.map((row) => row["found"]),
    ["found", "found", "not found"],
  );
  await done("decide", list, "--rows", "undecided", "--decision", "revoke");
  const outcomes = (await status(list, "-f", second)).rows.map((row) => [row["listed"], row["outcome"]]);
  assert.deepEqual(outcomes, [
    ["leaver@example.com", "done"],
    ["stayer", "still there"],
    ["nobody", "done"],
  ]);

  const filtered = await started("roster", "--where", "roles=manager", "--search", "LEAVER");
  assert.deepEqual(
    (await status(filtered)).rows.map((row) => row["email"]),
    ["leaver@example.com"],
  );

  const access = await started("access", "stayer");
  const { rows } = await status(access);
  const role = rows.find((row) => row["resourceType"] === "organization");
  await done("decide", access, "--rows", String(role?.["row"]), "--decision", "revoke");
  const later = (await status(access, "-f", second)).rows.filter((row) => row["outcome"] !== null);
  assert.deepEqual(
    later.map((row) => [row["entitlementId"], row["outcome"]]),
    [[role?.["entitlementId"], "still there"]],
  );
});

test("reviews are listed with how far they are", async () => {
  const path = await started("team-managers");
  await done("decide", path, "--rows", "1", "--decision", "unsure");
  const listed = JSON.parse(await done("list", "--output", "json")) as ReviewJson;
  const found = listed.rows.find((row) => path.endsWith(String(row["file"])));
  assert.deepEqual([found?.["unsure"], found?.["undecided"]], [1, Number(found?.["rows"]) - 1]);
});

test("what does not fit is refused, and nothing is written", async () => {
  const path = await started("owners");
  const bytes = readFileSync(path);
  for (const [code, ...argv] of [
    [/BATON-USAGE.*does not|BATON-USAGE.*needs to know/s],
    [/BATON-USAGE/, "campaign"],
    [/BATON-USAGE.*--out/s, "start", "owners", "-f", first],
    [/BATON-USAGE/, "start", "-f", first, "--out", "x"],
    [/BATON-USAGE/, "start", "owners", "--list", "x", "--out", "x"],
    [/BATON-USAGE.*--decision/s, "start", "owners", "--decision", "keep", "--out", "x"],
    [/REVIEW-EXISTS/, "start", "owners", "-f", first, "--out", path],
    [/REVIEW-QUESTION.*resource-types/s, "start", "resource-types", "-f", first, "--out", "x"],
    [/REVIEW-QUESTION.*no column/s, "start", "owners", "--where", "rolle=owner", "-f", first, "--out", "x"],
    [/REVIEW-QUESTION.*no rows/s, "start", "owners", "--search", "nobody at all", "-f", first, "--out", "x"],
    [/REVIEW-NOT-FOUND/, "decide", "none.review", "--rows", "1", "--decision", "keep"],
    [/REVIEW-DAMAGED/, "status", first],
    [/BATON-USAGE.*--decision is/s, "decide", path, "--rows", "1", "--decision", "maybe"],
    [/BATON-USAGE.*--rows/s, "decide", path, "--decision", "keep"],
    [/BATON-USAGE.*--rows/s, "decide", path, "--rows", "1-x", "--decision", "keep"],
    [/REVIEW-ROW/, "decide", path, "--rows", "999", "--decision", "keep"],
  ] as const) {
    await refused(code, ...(argv as readonly string[]));
  }
  assert.deepEqual(readFileSync(path), bytes);
  assert.ok(!existsSync(join(scratch.path, "x")));
});

test("a review that was changed by hand is not taken as decided", async () => {
  const path = await started("owners");
  await done("decide", path, "--rows", "1-2", "--decision", "keep", "--by", "Ada");
  await done("decide", path, "--rows", "all", "--decision", "unsure", "--by", "Ada");
  const text = readFileSync(path, "utf8");
  const changes: readonly ((text: string) => string)[] = [
    (all) => all.replace('"decision":"keep"', '"decision":"revoke"'),
    (all) => all.replace("manager", "owner"),
    (all) => all.replace('"by":"Ada"', '"by":"Bob"'),
    (all) => `${all}{"kind":"decided","rows":[1],"decision":"keep","by":"Ada","at":"2026-01-01T00:00:00Z"}\n`,
    (all) => all.split("\n").toSpliced(2, 1).join("\n"),
  ];
  for (const change of changes) {
    const changed = newPath();
    writeFileSync(changed, change(text));
    assert.notEqual(readFileSync(changed, "utf8"), text);
    await refused(/REVIEW-DAMAGED/, "status", changed);
  }
  const torn = newPath();
  writeFileSync(torn, text);
  appendFileSync(torn, '{"kind":"decided","ro');
  await done("decide", torn, "--rows", "1", "--decision", "revoke");
  assert.equal((await status(torn)).counts["revoke"], 1);
});

test("what was acknowledged is there after kill -9, and the review goes on", async () => {
  const path = await started("roster");
  const program = `
    import { ReviewFile } from ${JSON.stringify(join(import.meta.dirname, "../../src/reviews/review-file.ts"))};
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../../src/sdk/clock.ts"))};
    const file = new ReviewFile(${JSON.stringify(path)}, systemClock);
    for (let row = 1; ; row = row % 60 + 1) {
      await file.decide({ rows: [row], decision: "keep", note: "n" + row, by: "x" });
      console.log(row);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = "";
  for await (const piece of child.stdout) {
    acknowledged += String(piece);
    if (acknowledged.split("\n").length > 20) child.kill("SIGKILL");
  }
  const rows = new Set(acknowledged.split("\n").slice(0, -1).map(Number));
  const { rows: found } = await status(path);
  for (const row of rows) assert.equal(found[row - 1]?.["decision"], "keep", `row ${row}`);
  await done("decide", path, "--rows", "all", "--decision", "revoke");
  await done("sign", path);
});
