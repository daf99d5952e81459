import assert from "node:assert/strict";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { goldenDirectory, temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { openC1z } from "../read/reader.ts";
import { readV3Manifest } from "./v3-manifest.ts";

const minimal = join(goldenDirectory, "minimal-v3.c1z");

test("the header of a version 3 file tells its sync and counts", async () => {
  const manifest = await readV3Manifest(minimal);
  assert.equal(manifest.engine, "pebble3");
  assert.deepEqual(manifest.syncs, [
    {
      id: "3MVpFCfmiKKwEjXf4cbW0xcTSOX",
      type: "full",
      startedAt: { seconds: Date.UTC(2026, 10, 23, 14, 51, 22) / 1000, nanos: 869_496_531 },
      endedAt: { seconds: Date.UTC(2026, 10, 23, 14, 51, 22) / 1000, nanos: 933_770_519 },
      stats: {
        resourceTypes: 3,
        resources: 9,
        entitlements: 8,
        grants: 18,
        resourcesByResourceType: { org: 1, team: 3, user: 5 },
        entitlementsByResourceType: { org: 2, team: 6 },
        grantsByResourceType: { org: 9, team: 9 },
      },
    },
  ]);
});

test("T-12: a header broken off anywhere is a plain error", async (context) => {
  const path = join(temporaryDirectory(context), "broken.c1z");
  const { length } = readFileSync(minimal);
  for (let size = 5; size < length - 12_500; size += 997) {
    copyFileSync(minimal, path);
    truncateSync(path, size);
    await assert.rejects(openC1z(path), { code: "FILE-CORRUPT" }, `${size} bytes`);
  }
});

test("T-12: a header that claims to be huge is refused without being read", async (context) => {
  const path = join(temporaryDirectory(context), "huge.c1z");
  writeFileSync(path, Buffer.from([...Buffer.from("C1Z3\0"), 0xff, 0xff, 0xff, 0xff, 1]));
  await assert.rejects(openC1z(path), { code: "FILE-CORRUPT" });
});
