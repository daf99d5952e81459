// What stands in the new file is held against what was written, to the last byte and to the last moment.
import assert from "node:assert/strict";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { core, member, teamType, temporaryDirectory, user, userType } from "../../../../../test/support/sample-c1z.ts";
import { encodeResourceType, viewOf, writeEntitlement, writeResource } from "../../../wire/encode.ts";
import type { ReadableTarget } from "../../container/appended-file.ts";
import { inspectC1z } from "../../inspect/inspect.ts";
import { migrate } from "../../scratch/migrate.ts";
import type { RunToWrite } from "./envelope.ts";
import { SyncSource } from "./sync-source.ts";
import { writeStore } from "./write-store.ts";

const at = { seconds: 1_700_000_000, nanos: 0 };
const run: RunToWrite = {
  id: "2abcdefghijklmnopqrstuvwxyz",
  type: "full",
  parentId: "",
  startedAt: at,
  endedAt: at,
  supportsDiff: true,
  stats: {
    resourceTypes: 2,
    resources: 2,
    entitlements: 1,
    grants: 1,
    resourcesByResourceType: { team: 1, user: 1 },
    entitlementsByResourceType: { team: 1 },
    grantsByResourceType: { team: 1 },
  },
  isClean: true,
};

function source(): SyncSource {
  const db = new DatabaseSync(":memory:");
  migrate(db);
  const tail = `'${run.id}', '2026-01-01 00:00:00'`;
  const into = (table: string, columns: string, values: readonly (string | null | Uint8Array)[]): void => {
    const marks = values.map(() => "?").join(", ");
    const sql = `insert into ${table} (${columns}, sync_id, discovered_at) values (${marks}, ${tail})`;
    db.prepare(sql).run(...values);
  };
  for (const type of [teamType, userType]) {
    into("v1_resource_types", "external_id, data", [type.id, encodeResourceType(type)]);
  }
  for (const resource of [core, user("ada")]) {
    const { id, parentResourceId: parent } = resource;
    into("v1_resources", "resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data", [
      id.resourceType,
      `${id.resourceType}:${id.resource}`,
      parent?.resourceType ?? null,
      parent?.resource ?? null,
      new Uint8Array(viewOf(resource, writeResource)),
    ]);
  }
  const data = new Uint8Array(viewOf(member, writeEntitlement));
  into("v1_entitlements", "resource_type_id, resource_id, external_id, data", ["team", "core", member.id, data]);
  const codes = {
    entitlements: [["team", "core", member.id]] as const,
    principals: [["user", "ada"]] as const,
    entitlementOf: Uint32Array.of(0),
    principalOf: Uint32Array.of(0),
    rowOf: Uint32Array.of(0),
  };
  return new SyncSource(db, run.id, codes, at);
}

/** A file in which byte `place` turns into another one right after the last write, which is that of the beginning. */
function turning(file: FileHandle, place: number): ReadableTarget {
  let started = false;
  return {
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
    sync: () => file.sync(),
    write: async (bytes, offset, length, position) => {
      const written = await file.write(bytes, offset, length, position);
      if (position > 0) started = true;
      else if (started) {
        const byte = Buffer.alloc(1);
        await file.read(byte, 0, 1, place);
        await file.write(Buffer.from([(byte[0] ?? 0) ^ 16]), 0, 1, place);
      }
      return written;
    },
  };
}

test("a byte that changes after it was written and read back is found before the file is taken for good", async (context) => {
  const path = join(temporaryDirectory(context), "new.c1z");
  const data = source();
  await using file = await open(path, "w+");
  const { bytes } = await writeStore(file, run, data);
  const { sound, problems } = await inspectC1z(path);
  assert.deepEqual([sound, problems], [true, []]);
  const places = Array.from({ length: bytes }, (_, place) => place).filter((place) => place % 41 === 0);
  for (const place of [...places, bytes - 1]) {
    await file.truncate(0);
    await assert.rejects(writeStore(turning(file, place), run, data), { code: "EREADBACK" }, `byte ${place}`);
  }
  await file.truncate(0);
  const more = turning(file, bytes);
  await assert.rejects(writeStore(more, run, data), { code: "EREADBACK" }, "a byte behind the end");
});
