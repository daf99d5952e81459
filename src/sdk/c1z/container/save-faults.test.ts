import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Operation, PowerLossFiles } from "../../../../test/support/power-loss-files.ts";
import { openWriter, temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { replaceFile } from "./save.ts";

const parts = ["the ", "new ", "content"].map((text) => Buffer.from(text));
const wanted = "the new content";
/** Exists nowhere on the real disk; only its directory is looked at. */
const path = "/a.c1z";

function save(files: PowerLossFiles): Promise<number> {
  return replaceFile(
    path,
    async (file) => {
      let position = 0;
      for (const part of parts) {
        for (let done = 0; done < part.length; ) {
          const { bytesWritten } = await file.write(part, done, part.length - done, position + done);
          done += bytesWritten;
        }
        position += part.length;
      }
      return position;
    },
    { files },
  );
}

const old = { "a.c1z": "the old" };

test("T-10: after a loss of power at any moment of a save the file is the old one or the whole new one", async () => {
  for (const before of [old, {}]) {
    const files = new PowerLossFiles(before);
    await save(files);
    const oldText = "a.c1z" in before ? "the old" : undefined;
    assert.deepEqual([...files.possibleAfterPowerLoss("a.c1z")].toSorted(), [oldText, wanted].toSorted());
    assert.equal(files.survives("a.c1z"), wanted, "once it is said to be saved, it stays");
    assert.deepEqual(files.operations.slice(-4), ["sync", "close", "rename", "sync directory"]);
  }
});

test("T-10: the check for a loss of power notices a save that does not sync before it renames", async () => {
  const files = new PowerLossFiles(old);
  const file = await files.create("/x.tmp");
  await file.write(Buffer.from(wanted), 0, wanted.length, 0);
  await files.rename("/x.tmp", path);
  await files.syncDirectory();
  assert.ok(files.possibleAfterPowerLoss("a.c1z").has(""), "an empty file was possible");
});

const faults: readonly (readonly [operation: Operation, errno: string, code: string])[] = [
  ["create", "EACCES", "FILE-PERMISSION"],
  ["create", "EROFS", "FILE-READ-ONLY"],
  ["create", "EMFILE", "BATON-OPEN-FILES"],
  ["create", "ENAMETOOLONG", "FILE-NAME-TOO-LONG"],
  ["sync", "EIO", "FILE-IO"],
  ["sync", "ENOSPC", "FILE-DISK-FULL"],
  ["close", "EIO", "FILE-IO"],
  ["close", "EDQUOT", "FILE-DISK-FULL"],
  ["rename", "EXDEV", "FILE-MOUNTED"],
  ["rename", "EPERM", "FILE-PERMISSION"],
  ["rename", "EBUSY", "FILE-MOUNTED"],
];

for (const [operation, code, expected] of faults) {
  test(`T-09: when ${operation} fails with ${code} no success is reported and the old file stays`, async () => {
    const files = new PowerLossFiles(old, { operation, code });
    await assert.rejects(save(files), { code: expected, effect: /unchanged/, hint: /\w/ });
    assert.deepEqual(files.now(), old);
  });
}

test("T-09: when only the directory cannot be synced, the error says that the new file is in place", async () => {
  const files = new PowerLossFiles(old, { operation: "sync directory", code: "EIO" });
  await assert.rejects(save(files), { code: "FILE-IO", effect: /new file is in place/ });
  assert.deepEqual(files.now(), { "a.c1z": wanted });
});

test("T-07: a disk that is full after any number of bytes leaves the old file alone", async () => {
  for (let room = 0; room < wanted.length; room++) {
    const files = new PowerLossFiles(old, { operation: "write", code: "ENOSPC", afterBytes: room });
    await assert.rejects(save(files), { code: "FILE-DISK-FULL" });
    assert.deepEqual(files.now(), old);
  }
});

/** Runs `script` with a directory of `kib` KiB at $PLACE; undefined where this user may not mount one. */
function onSmallDisk(kib: number, script: string, directory: string): string | undefined {
  const node = `"${process.execPath}" --input-type=module -e "$SCRIPT"`;
  const command = `mount -t tmpfs -o size=${kib}k tmpfs "$PLACE" && cp "$OLD" "$PLACE/sync.c1z" && ${node}; ls "$PLACE"`;
  const result = spawnSync("unshare", ["-rm", "bash", "-c", command], {
    env: { ...process.env, SCRIPT: script, PLACE: join(directory, "disk"), OLD: join(directory, "old.c1z") },
    encoding: "utf8",
  });
  return result.status === 0 ? result.stdout : undefined;
}

test("T-07: on a disk that is too small the old file stays, byte for byte, and nothing beside it", async (context) => {
  const directory = temporaryDirectory(context);
  const [oldFile, disk, scratch] = ["old.c1z", "disk", "scratch"].map((name) => join(directory, name));
  if (oldFile === undefined || disk === undefined || scratch === undefined) throw new TypeError("three names");
  mkdirSync(disk);
  mkdirSync(scratch);
  await writeSync(oldFile, scratch);
  if (onSmallDisk(64, "console.log('mounted')", directory) === undefined) {
    return context.skip("this user may not mount a file system here");
  }
  const sample = join(import.meta.dirname, "../../../../test/support/sample-c1z.ts");
  const script = `
    import { readFileSync } from "node:fs";
    import { writeSync } from ${JSON.stringify(sample)};
    const file = ${JSON.stringify(join(disk, "sync.c1z"))};
    const before = readFileSync(file);
    const users = Array.from({ length: 5000 }, (_, index) => "user" + index * 7919);
    await writeSync(file, ${JSON.stringify(scratch)}, { users })
      .then(() => console.log("saved"), (error) => console.log(error.code));
    console.log(before.equals(readFileSync(file)) ? "same" : "changed");`;
  const seen = new Set<string>();
  for (let kib = 12; kib <= 512; kib += 20) {
    const said = onSmallDisk(kib, script, directory);
    assert.ok(
      said === "FILE-DISK-FULL\nsame\nsync.c1z\n" || said === "saved\nchanged\nsync.c1z\n",
      `${kib} KiB: ${said}`,
    );
    seen.add(said);
  }
  assert.equal(seen.size, 2, "some disks were too small and some were not");
  assert.deepEqual(readdirSync(scratch), [], "the scratch space is given back");
});

test("T-08: a name that is too long is refused before anything is read", async (context) => {
  const directory = temporaryDirectory(context);
  const long = join(directory, `${"x".repeat(246)}.c1z`);
  await assert.rejects(openWriter(long, directory), { code: "FILE-NAME-TOO-LONG", hint: /shorter/ });
  assert.deepEqual(readdirSync(directory), []);
});

test("T-08: a link to a file elsewhere is locked and saved where it leads", async (context) => {
  const directory = temporaryDirectory(context);
  const [real, scratch] = [join(directory, "real"), join(directory, "scratch")];
  mkdirSync(real);
  mkdirSync(scratch);
  await writeSync(join(real, "sync.c1z"), scratch);
  const before = readFileSync(join(real, "sync.c1z"));
  symlinkSync(join(real, "sync.c1z"), join(directory, "link.c1z"));
  using writer = await openWriter(join(directory, "link.c1z"), scratch);
  await assert.rejects(openWriter(join(real, "sync.c1z"), scratch), { code: "FILE-BUSY" });
  writer.startSync("full");
  writer.endSync();
  await writer.save();
  assert.notDeepEqual(readFileSync(join(real, "sync.c1z")), before);
});
