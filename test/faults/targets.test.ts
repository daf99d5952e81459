/** A file belongs to one target, and to the run that opened it: nothing else of either kind is overwritten. */
import assert from "node:assert/strict";
import { lstatSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { parseRunRecord } from "../../src/sdk/contracts/run-record.ts";
import { type Finished, runProgram, scratchDirectory } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { openWriter, temporaryDirectory, writeSync } from "../support/sample-c1z.ts";

function assertRefused({ code, stderr }: Finished): void {
  assert.equal(code, 9, stderr);
  assert.match(stderr, /^FILE-OTHER-TARGET: /m);
}

test("a file of one organization is refused to another, by its record and by itself, until it is moved away", async () => {
  await using one = await startSandbox({ organization: { members: 12, slug: "one" } });
  await using two = await startSandbox({ organization: { members: 12, seed: 2, slug: "two" } });
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  const file = join(cwd, "sync.c1z");
  assert.equal((await runProgram([], { cwd, env: settingsFor(one) })).code, 0);
  const before = [file, `${file}.run.json`].map((path) => readFileSync(path));
  const refused = await runProgram([], { cwd, env: settingsFor(two) });
  assertRefused(refused);
  assert.match(refused.stderr, new RegExp(`${one.organization.slugPerm}.*two \\(${two.organization.slugPerm}\\)`));
  assert.deepEqual(
    [file, `${file}.run.json`].map((path) => readFileSync(path)),
    before,
  );

  rmSync(`${file}.run.json`);
  assertRefused(await runProgram([], { cwd, env: settingsFor(two) }));
  assertRefused(await runProgram(["--sync-resources", "bid:r:user/x"], { cwd, env: settingsFor(two) }));

  renameSync(file, `${file}.old`);
  assert.equal((await runProgram([], { cwd, env: settingsFor(two) })).code, 0);
  await assertHolds(file, two);
});

test("the same id on another host is another target; a new name on the same host is not, nor a new port of this machine", async () => {
  await using sandbox = await startSandbox({ organization: { members: 12 } });
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  const record = join(cwd, "sync.c1z.run.json");
  assert.equal((await runProgram([], { cwd, env: settingsFor(sandbox) })).code, 0);
  const text = readFileSync(record, "utf8");
  const { host } = new URL(sandbox.baseUrl);
  const { slugPerm } = sandbox.organization;
  assert.deepEqual(parseRunRecord(text)?.identity, {
    host,
    root: { resourceType: "organization", resource: slugPerm },
  });
  writeFileSync(record, text.replace(`"host": "${host}"`, '"host": "api.elsewhere.example"'));
  const refused = await runProgram([], { cwd, env: settingsFor(sandbox) });
  assertRefused(refused);
  assert.match(refused.stderr, /api\.elsewhere\.example/);
  // As after a new start of a sandbox.
  writeFileSync(record, text.replace(`"host": "${host}"`, '"host": "localhost:1"'));
  assert.equal((await runProgram([], { cwd, env: settingsFor(sandbox) })).code, 0);
  Object.assign(sandbox.organization, { slug: "renamed", name: "Renamed" });
  const renamed = await runProgram([], { cwd, env: settingsFor(sandbox) });
  assert.equal(renamed.code, 0, renamed.stderr);
});

test("a link in the place of the record is replaced, and what it leads to is left alone", async () => {
  await using sandbox = await startSandbox({ organization: { members: 5 } });
  using scratch = scratchDirectory();
  const other = join(scratch.path, "other");
  writeFileSync(other, "not to be touched");
  const record = join(scratch.path, "sync.c1z.run.json");
  symlinkSync(other, record);
  assert.equal((await runProgram([], { cwd: scratch.path, env: settingsFor(sandbox) })).code, 0);
  assert.equal(readFileSync(other, "utf8"), "not to be touched");
  assert.ok(lstatSync(record).isFile());
});

/** What others do to the file while a run is on it. */
const changes: readonly (readonly [what: string, change: (path: string, other: string) => void])[] = [
  ["is written by somebody", (path) => writeFileSync(path, "newer")],
  [
    "is replaced by another file",
    (path, other) => {
      writeFileSync(`${path}.new`, readFileSync(other));
      renameSync(`${path}.new`, path);
    },
  ],
  [
    "becomes a link to another file",
    (path, other) => {
      rmSync(path);
      symlinkSync(other, path);
    },
  ],
];

async function refusesToSave(context: TestContext, open: string, change: () => void): Promise<void> {
  using writer = await openWriter(open, temporaryDirectory(context));
  writer.startSync("full");
  writer.endSync();
  change();
  await assert.rejects(writer.save(), { code: "FILE-CHANGED", exitCode: 10 });
}

for (const [what, change] of changes) {
  test(`a file that ${what} while the run is under way is not overwritten`, async (context) => {
    const directory = temporaryDirectory(context);
    const [path, other] = [join(directory, "sync.c1z"), join(directory, "other")];
    await writeSync(path, directory);
    writeFileSync(other, "not to be touched");
    let changed = "";
    await refusesToSave(context, path, () => {
      change(path, other);
      changed = readFileSync(path, "latin1");
    });
    assert.equal(readFileSync(path, "latin1"), changed);
    assert.equal(readFileSync(other, "utf8"), "not to be touched");
  });
}

test("a link that leads elsewhere by the end of the run is not followed; one that stays is", async (context) => {
  const directory = temporaryDirectory(context);
  const [link, first, second] = ["link.c1z", "first.c1z", "second.c1z"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await writeSync(first, directory);
  await writeSync(second, directory);
  symlinkSync(first, link);
  await writeSync(link, directory);
  assert.ok(lstatSync(link).isSymbolicLink());
  const before = [first, second].map((path) => readFileSync(path));
  await refusesToSave(context, link, () => {
    rmSync(link);
    symlinkSync(second, link);
  });
  assert.deepEqual(
    [first, second].map((path) => readFileSync(path)),
    before,
  );
});

test("a file that appears where there was none is not overwritten", async (context) => {
  const path = join(temporaryDirectory(context), "sync.c1z");
  await refusesToSave(context, path, () => writeFileSync(path, "somebody else's"));
  assert.equal(readFileSync(path, "utf8"), "somebody else's");
});
