import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openWriter, temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { followLink, type OpenFile, replaceFile } from "./save.ts";

async function writeText(file: OpenFile, text: string): Promise<void> {
  await file.write(Buffer.from(text), 0, text.length, 0);
}

test("T-82: a file is replaced as a whole, for its owner alone", async (context) => {
  const path = join(temporaryDirectory(context), "file");
  writeFileSync(path, "old", { mode: 0o644 });
  const result = await replaceFile(path, async (file) => {
    await writeText(file, "new");
    assert.equal(readFileSync(path, "utf8"), "old", "nobody sees half of it");
    return 3;
  });
  assert.equal(result, 3);
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("a process that exits while it writes leaves the old file and nothing else", (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "file");
  writeFileSync(path, "old");
  const script = `import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, "save.ts"))};
    await replaceFile(${JSON.stringify(path)}, () => process.exit(130));`;
  assert.equal(spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", script]).status, 130);
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(directory), ["file"]);
});

test("a failure while writing leaves the old file and nothing else", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "file");
  writeFileSync(path, "old");
  const full = replaceFile(path, async (file) => {
    await writeText(file, "half of the ne");
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  });
  await assert.rejects(full, { code: "FILE-DISK-FULL", message: /no space is left.*ENOSPC/, hint: /Free space/ });
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(directory), ["file"]);
});

test("T-08: a symbolic link stays one", async (context) => {
  const directory = temporaryDirectory(context);
  const [target, link] = [join(directory, "target"), join(directory, "link")];
  writeFileSync(target, "old");
  symlinkSync("target", link);
  await replaceFile(await followLink(link), (file) => writeText(file, "new"));
  assert.equal(readlinkSync(link), "target");
  assert.equal(readFileSync(target, "utf8"), "new");
});

test("a symbolic link whose file is not there yet stays one as well", async (context) => {
  const directory = temporaryDirectory(context);
  const [disk, linked] = [join(directory, "disk"), join(directory, "linked")];
  mkdirSync(join(disk, "inside"), { recursive: true });
  symlinkSync(join(disk, "inside"), linked);
  symlinkSync("second", join(disk, "inside", "first"));
  symlinkSync("../target", join(disk, "inside", "second"));
  await replaceFile(await followLink(join(linked, "first")), (file) => writeText(file, "new"));
  assert.equal(readFileSync(join(disk, "target"), "utf8"), "new");
  assert.equal(readFileSync(join(linked, "first"), "utf8"), "new");
});

test("a link into a directory that is missing, such as a disk that is not mounted, is found out before the work", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  symlinkSync(join(directory, "not-mounted", "sync.c1z"), path);
  await assert.rejects(openWriter(path, directory), { code: "FILE-DIRECTORY-MISSING" });
  assert.deepEqual(readdirSync(directory), ["sync.c1z"]);
});

test("a path that ends as one of a directory is no file, though nothing is there", async (context) => {
  const directory = temporaryDirectory(context);
  await assert.rejects(openWriter(`${directory}/new/`, directory), { code: "FILE-IS-DIRECTORY" });
  assert.deepEqual(readdirSync(directory), []);
});

test("a device is never replaced", async () => {
  await assert.rejects(
    replaceFile("/dev/null", (file) => writeText(file, "x")),
    { code: "FILE-NOT-REGULAR" },
  );
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("T-08: a missing directory is found out before the work, and named", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "not", "there.c1z");
  await assert.rejects(openWriter(path, directory), {
    code: "FILE-DIRECTORY-MISSING",
    exitCode: 2,
    message: new RegExp(path),
  });
  assert.deepEqual(readdirSync(directory), []);
});

test("T-08: a directory in the place of the file is found out before the work", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "folder.c1z");
  mkdirSync(path);
  await assert.rejects(openWriter(path, directory), { code: "FILE-IS-DIRECTORY" });
});

test("T-08: a directory that this user may not write to is found out before the work", async (context) => {
  if (process.getuid?.() === 0) return context.skip("root may write everywhere");
  const directory = temporaryDirectory(context);
  const locked = join(directory, "locked");
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  await assert.rejects(openWriter(join(locked, "sync.c1z"), directory), { code: "FILE-PERMISSION" });
});

test("T-08: a scratch directory that does not exist is said by name", async (context) => {
  const directory = temporaryDirectory(context);
  const tempDir = join(directory, "missing");
  await assert.rejects(openWriter(join(directory, "sync.c1z"), tempDir), {
    code: "FILE-TEMPDIR-MISSING",
    message: new RegExp(tempDir),
  });
});

test("T-08: a directory that vanishes during the sync fails the save and gives the scratch space back", async (context) => {
  const directory = temporaryDirectory(context);
  const data = join(directory, "data");
  mkdirSync(data);
  const writer = await openWriter(join(data, "sync.c1z"), directory);
  writer.startSync("full");
  writer.endSync();
  rmSync(data, { recursive: true });
  await assert.rejects(writer.save(), { code: "FILE-DIRECTORY-MISSING" });
  writer.close();
  assert.deepEqual(readdirSync(directory), []);
});

/** Runs a sync of 20,000 users in a process that may write files of `blocks` KiB at most. */
function syncWithFileLimit(path: string, directory: string, blocks: number): { status: number; output: string } {
  const sample = join(import.meta.dirname, "../../../../test/support/sample-c1z.ts");
  const script = `
    import { writeSync } from ${JSON.stringify(sample)};
    const users = Array.from({ length: 20000 }, (_, index) => "user" + index * 7919);
    writeSync(${JSON.stringify(path)}, ${JSON.stringify(directory)}, { users }).then(
      () => console.log("saved"),
      (error) => { console.log(error.name, error.code); process.exitCode = 1; },
    );`;
  const node = `exec "${process.execPath}" --input-type=module -e "$SCRIPT"`;
  const result = spawnSync("bash", ["-c", `ulimit -f ${blocks}; ${node}`], {
    env: { ...process.env, SCRIPT: script },
    encoding: "utf8",
  });
  return { status: result.status ?? -1, output: result.stdout + result.stderr };
}

test("T-07: a file too large for the process leaves the old one byte for byte", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  await writeSync(path, directory);
  const before = readFileSync(path);
  // The scratch database does not fit.
  const { status, output } = syncWithFileLimit(path, directory, 200);
  assert.equal(status, 1, output);
  assert.match(output, /BatonError FILE-(TOO-LARGE|DISK-FULL|IO)/);
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(readdirSync(directory), ["sync.c1z"]);
});
