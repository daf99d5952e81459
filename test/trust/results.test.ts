import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expectedCounts } from "../../sandbox/organization/organization.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { parseRunRecord, type RunRecord } from "../../src/sdk/contracts/run-record.ts";
import { logLines, runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { sealedSyncIds } from "../e2e/stored-rows.ts";
import { syncRunsOf } from "../support/plain-c1z.ts";
import { nobodyShown, syncSandbox } from "./sandbox-sync.ts";

function recordOf(file: string): RunRecord {
  return parseRunRecord(readFileSync(`${file}.run.json`, "utf8")) ?? assert.fail("no record");
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function removeMost({ organization, edit }: Sandbox): void {
  const leavers = organization.members.slice(20).map(({ user }) => user);
  for (const user of leavers) edit.removeMember(user);
}

test("a complete run exits 0 and leaves a record that agrees with the file and the organization", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const argv = ["-f", file, "--strict", "--page-size", "40"];
  const run = await runProgram(argv, { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(sandbox.requests.some(({ path, query }) => path.endsWith("/members/") && /page_size=40\b/.test(query)));
  assert.equal(logLines(run).at(-1)?.["result"], "Complete");
  const record = recordOf(file);
  const expected = expectedCounts(sandbox.organization);
  assert.deepEqual(
    [record.result, record.replaced, record.signals, record.warnings, record.error],
    ["Complete", true, [], [], null],
  );
  assert.deepEqual(record.counts?.resourcesByResourceType, {
    organization: 1,
    user: expected.members,
    team: expected.teams,
  });
  assert.equal(record.counts.grants, expected.members + expected.teamMemberships + expected.teamManagerMemberships);
  assert.deepEqual(record.file, { path: file, bytes: statSync(file).size, sha256: sha256(file) });
  assert.deepEqual(sealedSyncIds(file), [record.syncId]);
  assert.equal(record.requests, sandbox.requests.length);
  assert.equal(record.target, sandbox.organization.slug);
  assert.match(record.key?.source ?? "", /BATON_API_KEY/);
  assert.match(record.connector.name, /^baton-cloudsmith$/);
  assert.ok(Date.parse(record.endedAt) >= Date.parse(record.startedAt));
  assert.equal(statSync(`${file}.run.json`).mode & 0o777, 0o600);
  assert.ok(!readFileSync(`${file}.run.json`, "utf8").includes(sandbox.keys.service));
});

/** Rows that the lists of a record added, by resource type. */
function sumOf({ completeness }: RunRecord): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const { resourceType, added } of completeness?.lists ?? []) sum[resourceType] = (sum[resourceType] ?? 0) + added;
  return sum;
}

test("the sum of what was compared can be done again from the record, whatever the lists hold", async () => {
  for (const isActiveSemantics of ["H1", "H2", "H3"] as const) {
    await using sandbox = await startSandbox({ isActiveSemantics });
    using scratch = scratchDirectory();
    const file = join(scratch.path, "roster.c1z");
    const run = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
    assert.equal(run.code, 0, run.stderr);
    const record = recordOf(file);
    const { organization: _, ...resources } = record.counts?.resourcesByResourceType ?? {};
    assert.deepEqual(sumOf(record), resources, isActiveSemantics);
    for (const { list, announced, distinct, endedAt } of record.completeness?.lists ?? []) {
      assert.deepEqual([announced, endedAt !== null], [distinct, true], list);
    }
    assert.deepEqual(record.completeness?.keyOwner, { kind: "service", role: "Manager", seesAll: true });
    const closing = logLines(run).at(-1) ?? {};
    assert.deepEqual([closing["key_kind"], closing["key_owner"], closing["key_role"]], ["key", "service", "Manager"]);
    assert.deepEqual(
      closing["lists"],
      record.completeness?.lists.map(({ title: _, resourceType: _type, ...list }) => list),
    );
  }
});

test("a partial roster is written, exits 0, and with --strict 20", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const file = join(scratch.path, "part.c1z");
  for (const [argv, code] of [
    [[], 0],
    [["--strict"], 20],
  ] as const) {
    const run = await runProgram(["-f", file, ...argv], { cwd: scratch.path, env: settingsFor(sandbox, "member") });
    assert.equal(run.code, code, run.stderr);
    assert.equal(logLines(run).at(-1)?.["result"], "Partial roster");
    const record = recordOf(file);
    assert.deepEqual([record.result, record.replaced], ["Partial roster", true]);
    assert.deepEqual(
      record.signals.map(({ id, level }) => [id, level]),
      [
        ["R1", "partial"],
        ["R2", "partial"],
      ],
    );
  }
  assert.equal(sealedSyncIds(file).length, 2);
});

test("an incomplete run exits 21 and leaves the good file as it was, byte for byte, and nothing where there was none", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const options = { cwd: scratch.path, env: settingsFor(sandbox) };
  const [good, fresh] = [join(scratch.path, "good.c1z"), join(scratch.path, "new.c1z")];
  assert.equal((await runProgram(["-f", good], options)).code, 0);
  const before = sha256(good);
  sandbox.addFault(nobodyShown);
  for (const file of [good, fresh]) {
    const run = await runProgram(["-f", file], options);
    assert.equal(run.code, 21, run.stderr);
    assert.match(run.stderr, /^BATON-INCOMPLETE: Incomplete: /m);
    assert.match(run.stderr, /^ +Waiting will not help\./m, "nothing moves");
    const record = recordOf(file);
    assert.deepEqual([record.result, record.replaced, record.counts], ["Incomplete", false, null]);
    assert.equal(record.error?.code, "BATON-INCOMPLETE");
    assert.ok(
      record.completeness?.lists.some(({ endedAt }) => endedAt === null),
      "it says how far it got",
    );
    assert.deepEqual(
      record.signals.map(({ id, level }) => [id, level]),
      [["R5", "incomplete"]],
    );
  }
  assert.equal(sha256(good), before);
  assert.equal(recordOf(good).file?.sha256, before);
  // What stands in the file was compared by the run that wrote it.
  const { stdout } = await runProgram(["report", "owners", "-f", good], options);
  assert.match(stdout, /^Result +Complete$/m);
  assert.match(stdout, /^Read with +key of a service account, role Manager$/m);
  assert.match(stdout, /^Compared +active members: announced .*, whole at 2/m);
  assert.ok(!existsSync(fresh));
  assert.equal(recordOf(fresh).file, null);
  assert.deepEqual(readdirSync(scratch.path).sort(), ["good.c1z", "good.c1z.run.json", "new.c1z.run.json"]);
});

test("a held run exits 22 and leaves the file as it was, until --accept-changes lets it through", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const options = { cwd: scratch.path, env: settingsFor(sandbox) };
  assert.equal((await runProgram(["-f", file], options)).code, 0);
  const before = sha256(file);
  removeMost(sandbox);
  for (let again = 0; again < 2; again++) {
    const held = await runProgram(["-f", file], options);
    assert.equal(held.code, 22, held.stderr);
    assert.match(held.stderr, /^BATON-HELD: Held: .*user 120 → 20/m);
    assert.equal(sha256(file), before);
    assert.deepEqual([recordOf(file).result, recordOf(file).replaced], ["Held", false]);
    assert.deepEqual(
      recordOf(file).signals.map(({ id }) => id),
      ["R8"],
    );
  }
  const accepted = await runProgram(["-f", file, "--accept-changes"], options);
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.deepEqual([recordOf(file).result, recordOf(file).replaced], ["Complete with warnings", true]);
  assert.equal(recordOf(file).counts?.resourcesByResourceType["user"], 20);
});

test("BATON_ACCEPT_CHANGES lets a held run through as well, and every run with it says that the guard is off", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const options = { cwd: scratch.path, env: settingsFor(sandbox) };
  assert.equal((await runProgram(["-f", file], options)).code, 0);
  removeMost(sandbox);
  const env = { ...options.env, BATON_ACCEPT_CHANGES: "true" };
  const accepted = await runProgram(["-f", file], { ...options, env });
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.equal(recordOf(file).counts?.resourcesByResourceType["user"], 20);
  assert.ok(logLines(accepted).some((line) => line["level"] === "warn" && /is not held/.test(String(line["msg"]))));
  const mistaken = await runProgram(["-f", file], { ...options, env: { ...env, BATON_ACCEPT_CHANGES: "perhaps" } });
  assert.match(mistaken.stderr, /BATON-CONFIG-VALUE: environment BATON_ACCEPT_CHANGES/);
});

test("a run that another began and that turns out incomplete is forgotten: the next one begins anew", async () => {
  await using sandbox = await startSandbox({ organization: { members: 130, inactiveShare: 0 } });
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const stop = new AbortController();
  let requests = 0;
  const off = sandbox.onRequest(() => {
    if (++requests === 8) stop.abort();
    return undefined;
  });
  const stopped = await syncSandbox(sandbox, file, { pageSize: 25, concurrency: 1, signal: stop.signal });
  assert.deepEqual([stopped.end.result, stopped.error?.code], ["Failed", "BATON-INTERRUPTED"]);
  assert.equal(syncRunsOf(file).length, 1);
  off();
  sandbox.addFault(nobodyShown);
  const incomplete = await syncSandbox(sandbox, file, { pageSize: 25 });
  assert.deepEqual([incomplete.end.result, incomplete.end.sync?.resumed], ["Incomplete", true]);
  assert.deepEqual(syncRunsOf(file), []);
  sandbox.clearFaults();
  const whole = await syncSandbox(sandbox, file, { pageSize: 25 });
  assert.deepEqual([whole.end.result, whole.end.sync?.resumed], ["Complete", false]);
});

test("what a stopped run warned of is not forgotten by the one that goes on", async () => {
  await using sandbox = await startSandbox({ organization: { members: 130, inactiveShare: 0 } });
  using scratch = scratchDirectory();
  const file = join(scratch.path, "roster.c1z");
  const [first] = sandbox.organization.members.toSorted((a, b) => (a.userName < b.userName ? -1 : 1));
  Object.assign(first ?? {}, { overrides: { role: "Auditor" } });
  const stop = new AbortController();
  let requests = 0;
  sandbox.onRequest(() => {
    if (++requests === 8) stop.abort();
    return undefined;
  });
  const stopped = await syncSandbox(sandbox, file, { pageSize: 25, concurrency: 1, signal: stop.signal });
  assert.deepEqual(stopped.codes, ["CS-ROLE-UNKNOWN"]);
  const resumed = await syncSandbox(sandbox, file, { pageSize: 25 });
  assert.deepEqual([resumed.end.sync?.resumed, resumed.end.result], [true, "Complete with warnings"]);
  assert.deepEqual(resumed.codes, ["CS-ROLE-UNKNOWN"]);
});

for (const flag of ["--strict", "--accept-changes"]) {
  test(`${flag} is refused in service mode, where it would mean nothing`, async () => {
    using scratch = scratchDirectory();
    const env = { BATON_API_KEY: "k".repeat(40), BATON_ORG_SLUG: "acme" };
    const argv = [flag, "--client-id=robot@tenant.example/ccx", "--client-secret=secret-token:conductorone.com:v1:x"];
    const run = await runProgram(argv, { cwd: scratch.path, env });
    assert.equal(run.code, 12, run.stderr);
    assert.match(run.stderr, /BATON-UNSUPPORTED/);
  });
}

test("T-33: 401, 403 or 404 after any number of answers ends the run, and seals nothing; only what waits in line is still sent", async () => {
  for (const status of [401, 403, 404]) {
    for (let after = 0; after < 16; after++) {
      await using sandbox = await startSandbox({ organization: { members: 130, teams: 60 } });
      using scratch = scratchDirectory();
      const file = join(scratch.path, "roster.c1z");
      let [requests, failed, later] = [0, false, 0];
      sandbox.onRequest(() => {
        if (failed) later++;
        if (++requests <= after) return undefined;
        failed = true;
        return { status, headers: { "Content-Type": "application/json" }, body: Buffer.from('{"detail":"No."}') };
      });
      const label = `${status} after ${after}`;
      const run = await syncSandbox(sandbox, file, { key: "owner", pageSize: 25, concurrency: 1 }).catch(
        (error: unknown) => error,
      );
      if (!failed) continue;
      const isRefused = run instanceof Error || ("error" in (run as object) && (run as { error: unknown }).error);
      assert.ok(isRefused, label);
      // Three lists are asked for at once, so that two requests may be waiting. While the access is being proved, all
      // three may be, and the other kind of account and the names of the organizations that there are may be asked for.
      // A later page's 404 is the end of a list, which then does not add up and is read again.
      assert.ok(later <= (after < 3 || status === 404 ? 6 : 2), `${label}: ${later} more requests`);
      if (existsSync(file)) assert.deepEqual(sealedSyncIds(file), [], label);
    }
  }
});
