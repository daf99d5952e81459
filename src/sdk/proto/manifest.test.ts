/** Holds proto/c1/c1z/v3/manifest.proto against a version 3 file that Go wrote. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { C1ZManifestV3Schema, PayloadEncoding, SyncType } from "./gen/c1/c1z/v3/manifest_pb.ts";

const magicBytes = 5;

test("the manifest of a version 3 file names its engine, its sync and how many rows it has", () => {
  const file = readFileSync(join(import.meta.dirname, "../../../test/golden/minimal-v3.c1z"));
  const start = magicBytes + 4;
  const manifest = fromBinary(C1ZManifestV3Schema, file.subarray(start, start + file.readUInt32BE(magicBytes)));
  assert.equal(manifest.engine, "pebble3");
  assert.equal(manifest.payloadEncoding, PayloadEncoding.INDEXED_ZSTD);
  const [sync, ...others] = manifest.syncRuns;
  assert.equal(others.length, 0);
  assert.equal(sync?.syncId, "3MVpFCfmiKKwEjXf4cbW0xcTSOX");
  assert.equal(sync?.type, SyncType.FULL);
  assert.ok(sync?.startedAt && sync.endedAt && timestampDate(sync.startedAt) <= timestampDate(sync.endedAt));
  assert.deepEqual(
    [sync.stats?.resourceTypes, sync.stats?.resources, sync.stats?.entitlements, sync.stats?.grants],
    [3n, 9n, 8n, 18n],
  );
  assert.deepEqual(sync.stats?.resourcesByResourceType, { org: 1n, team: 3n, user: 5n });
});
