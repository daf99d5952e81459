import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory, writeSync } from "../testing/sample-c1z.ts";
import { decoderLimits, unpackDatabase } from "./container.ts";

const users = 40_000;

/** Writes the same sync with its scratch space on a disk of so many bytes; undefined where this user may not mount one. */
function writeOnDiskOf(bytes: number, directory: string): string | undefined {
  const disk = join(directory, "disk");
  const script = `
    import { writeSync } from ${JSON.stringify(join(import.meta.dirname, "../testing/sample-c1z.ts"))};
    const users = Array.from({ length: ${users} }, (_, index) => "user" + index * 7919);
    await writeSync(${JSON.stringify(join(directory, "again.c1z"))}, ${JSON.stringify(disk)}, { users })
      .then(() => console.log("saved"), (error) => console.log(error.code));`;
  const command = `mount -t tmpfs -o size=${bytes} tmpfs "$PLACE" && "${process.execPath}" --input-type=module -e "$SCRIPT"`;
  const result = spawnSync("unshare", ["-rm", "bash", "-c", command], {
    env: { ...process.env, SCRIPT: script, PLACE: disk },
    encoding: "utf8",
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

test("the scratch space of a sync is at most three times the database that it makes", async (context) => {
  const directory = temporaryDirectory(context);
  for (const name of ["disk", "scratch"]) mkdirSync(join(directory, name));
  const [file, database] = [join(directory, "sync.c1z"), join(directory, "db")];
  const names = Array.from({ length: users }, (_, index) => `user${index * 7919}`);
  await writeSync(file, join(directory, "scratch"), { users: names });
  await unpackDatabase(file, database, decoderLimits({}));
  const { size } = statSync(database);
  const said = writeOnDiskOf(3 * size, directory);
  if (said === undefined) return context.skip("this user may not mount a file system here");
  assert.equal(said, "saved");
  assert.equal(writeOnDiskOf(size / 2, directory), "FILE-DISK-FULL", "the disk is what bounds it");
});
