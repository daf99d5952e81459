import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { unpackDatabase } from "../container/container.ts";
import { decoderLimits } from "../container/decoder-limits.ts";

const users = 40_000;

/** Runs a shell line as the root of a namespace of its own, where a file system may be mounted. */
function runWithMounts(line: string, env: Readonly<Record<string, string>>): SpawnSyncReturns<string> {
  return spawnSync("unshare", ["-rm", "sh", "-c", line], { env: { ...process.env, ...env }, encoding: "utf8" });
}

const mount = (bytes: number): string => `mount -t tmpfs -o size=${bytes} tmpfs "$PLACE"`;

/** Writes the same sync with its scratch space on a disk of so many bytes; returns "saved" or the error's code. */
function writeOnDiskOf(bytes: number, directory: string): string {
  const disk = join(directory, "disk");
  const script = `
    import { writeSync } from ${JSON.stringify(join(import.meta.dirname, "../../../../test/support/sample-c1z.ts"))};
    const users = Array.from({ length: ${users} }, (_, index) => "user" + index * 7919);
    await writeSync(${JSON.stringify(join(directory, "again.c1z"))}, ${JSON.stringify(disk)}, { users })
      .then(() => console.log("saved"), (error) => console.log(error.code));`;
  const line = `${mount(bytes)} && "${process.execPath}" --input-type=module -e "$SCRIPT"`;
  const { status, stdout, stderr } = runWithMounts(line, { SCRIPT: script, PLACE: disk });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

test("the scratch space of a sync is at most three times the database that it makes", async (context) => {
  const directory = temporaryDirectory(context);
  for (const name of ["disk", "scratch"]) mkdirSync(join(directory, name));
  const [file, database] = [join(directory, "sync.c1z"), join(directory, "db")];
  const names = Array.from({ length: users }, (_, index) => `user${index * 7919}`);
  await writeSync(file, join(directory, "scratch"), { users: names });
  await unpackDatabase(file, database, decoderLimits({}));
  const { size } = statSync(database);
  if (runWithMounts(mount(size), { PLACE: join(directory, "disk") }).status !== 0) {
    return context.skip("this user may not mount a file system here");
  }
  assert.equal(writeOnDiskOf(3 * size, directory), "saved");
  assert.equal(writeOnDiskOf(size / 2, directory), "FILE-DISK-FULL", "the disk is what bounds it");
});
