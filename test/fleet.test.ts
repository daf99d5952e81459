/** `fleet` over run records that the program itself wrote, on this machine and in object storage. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startSandbox } from "../sandbox/server.ts";
import { runProgram, scratchDirectory } from "./e2e/program.ts";
import { settingsFor } from "./e2e/sandbox-run.ts";
import { S3Server } from "./object-store/s3-server.ts";

interface Fleet {
  readonly total: number;
  readonly attention: number;
  readonly rows: readonly { readonly target: string; readonly concerns: readonly string[]; readonly grants: number }[];
}

test("fleet tells of every organization below a directory, and its exit code of those that need attention", async () => {
  await using one = await startSandbox({ organization: { members: 8, slug: "one" } });
  await using two = await startSandbox({ organization: { members: 8, seed: 2, slug: "two" } });
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  for (const slug of ["one", "two"]) mkdirSync(join(cwd, "data", slug), { recursive: true });
  const sync = (env: Readonly<Record<string, string>>, slug: string) =>
    runProgram(["-f", `data/${slug}/sync.c1z`], { cwd, env });
  assert.equal((await sync(settingsFor(one), "one")).code, 0);
  assert.equal((await sync(settingsFor(two, "member"), "two")).code, 0);
  const told = await runProgram(["fleet", "data"], { cwd });
  assert.equal(told.code, 23, told.stderr);
  assert.match(told.stdout, /^two +partial +\d{4}-.*Partial roster/m);
  assert.match(told.stdout, /^one +ok .*8 user.*Owner|^one +ok/m);
  assert.match(told.stdout, /^2 targets, 1 need attention$/m);

  assert.equal((await sync(settingsFor(two), "two")).code, 0);
  assert.equal((await runProgram(["fleet", "data"], { cwd })).code, 0);

  // A failed run does not hide when the last good one was.
  const { code } = await sync({ ...settingsFor(one), BATON_API_KEY: "0".repeat(40) }, "one");
  assert.equal(code, 16);
  one.addFault({ kind: "status", status: 403, match: { path: "/members/" }, times: Number.POSITIVE_INFINITY });
  assert.notEqual((await sync(settingsFor(one), "one")).code, 0);
  const failed = await runProgram(["fleet", "data", "--json"], { cwd });
  assert.equal(failed.code, 23);
  const fleet = JSON.parse(failed.stdout) as Fleet;
  assert.deepEqual([fleet.total, fleet.attention], [2, 1]);
  assert.deepEqual([fleet.rows[0]?.target, fleet.rows[0]?.concerns], ["one", ["failed"]]);
  assert.ok((fleet.rows[0]?.grants ?? 0) > 0);
});

test("fleet refuses what holds no record, follows no link, and shows nothing that a terminal would act upon", async () => {
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  mkdirSync(join(cwd, "data"));
  for (const [argv, message] of [
    [["data"], "FLEET-EMPTY"],
    [["nowhere"], "FLEET-DIRECTORY"],
    [[], "BATON-USAGE"],
    [["data", "more"], "BATON-USAGE"],
    [["gs://bucket/x"], "BATON-FILE-URL"],
    [["s3://x"], "BATON-S3-ADDRESS"],
    [["data", "--stale-after", "0"], "BATON-CONFIG-INVALID"],
  ] as const) {
    const { code, stderr } = await runProgram(["fleet", ...argv], { cwd });
    assert.ok(code !== 0 && stderr.includes(`${message}: `), `${argv.join(" ")}: ${stderr}`);
  }
  writeFileSync(join(cwd, "elsewhere.run.json"), "{}");
  symlinkSync(join(cwd, "elsewhere.run.json"), join(cwd, "data", "link.c1z.run.json"));
  const record = { schemaVersion: 2, result: "Failed", target: "evil\u001b[2J\nok", warnings: [], endedAt: "x" };
  writeFileSync(join(cwd, "data", "a.c1z.run.json"), JSON.stringify(record));
  const { stdout } = await runProgram(["fleet", "data"], { cwd });
  assert.match(stdout, /^1 target, 1 need attention$/m);
  assert.ok(!stdout.includes("\u001b"));
});

test("fleet reads the records of a bucket, page by page", async () => {
  await using sandbox = await startSandbox({ organization: { members: 5, slug: "one" } });
  await using s3 = await S3Server.start();
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  const env = { ...settingsFor(sandbox), ...s3.settings };
  assert.equal((await runProgram(["-f", "s3://files/org/one.c1z"], { cwd, env })).code, 0);
  assert.equal((await runProgram(["-f", "copy.c1z"], { cwd, env })).code, 0);
  // An answer that breaks off is asked for again: the target is no reason for an alarm.
  let cuts = 0;
  s3.fault = ({ method, path }) =>
    method === "GET" && path.endsWith(".run.json") && cuts++ === 0 ? "cut the reply" : undefined;
  const all = await runProgram(["fleet", "s3://files/org/", "--json"], { cwd, env });
  assert.ok(cuts > 1);
  assert.equal(all.code, 0, all.stderr);
  const fleet = JSON.parse(all.stdout) as Fleet;
  assert.deepEqual(
    fleet.rows.map(({ target }) => target),
    ["one"],
  );
  assert.equal((await runProgram(["fleet", "s3://files/other"], { cwd, env })).code, 5);
  assert.ok(readFileSync(join(cwd, "copy.c1z.run.json"), "utf8").length > 0);
});
