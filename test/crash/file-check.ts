/**
 * Says whether a c1z is whole, by the program's own inspection, and for version 1 by plain zstd and SQLite that share no
 * code with it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { formatOf } from "../../src/sdk/c1z/container/container.ts";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { readRows } from "../e2e/stored-rows.ts";
import { openPlainC1z } from "../support/plain-c1z.ts";

/** What a whole file holds. */
export interface FileContent {
  /** Of the bytes. */
  readonly hash: string;
  /** Ids of the finished syncs, the newest last. */
  readonly finished: readonly string[];
  /** Hash of the rows of the newest finished sync, without ids and times of the run; "" when there is none. */
  readonly rows: string;
}

const magic = Buffer.from("C1ZF\0");
const dataTables = ["v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"] as const;
/** What differs between two runs over the same organization. */
const volatile = new Set(["id", "sync_id", "discovered_at"]);

/** Reads the file; undefined when it is not there. Throws when anything about it is not as it should be. */
export async function checkFile(path: string): Promise<FileContent | undefined> {
  if (!existsSync(path)) return undefined;
  const inspection = await inspectC1z(path);
  assert.equal(inspection.sound, true, JSON.stringify(inspection.problems));
  const bytes = readFileSync(path);
  if ((await formatOf(path)) === "v3") return { hash: hashOf(bytes), ...(await contentOfV3(path)) };
  assert.ok(bytes.subarray(0, magic.length).equals(magic), "the file begins as a c1z");
  using db = openPlainC1z(path);
  assert.deepEqual({ ...db.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
  const query = "select sync_id from v1_sync_runs where ended_at is not null order by id";
  const finished = db
    .prepare(query)
    .all()
    .map((row) => String(row["sync_id"]));
  return { hash: hashOf(bytes), finished, rows: rowsHash(db, finished.at(-1)) };
}

async function contentOfV3(path: string): Promise<Omit<FileContent, "hash">> {
  using file = await openC1z(path);
  const finished = file.syncs.filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id);
  return { finished, rows: hashOf(Buffer.from(JSON.stringify(await readRows(path)))) };
}

/** Id of the unfinished sync in a killed run's scratch directory that the next run must go on with, if there is one. */
export function unfinishedIn(scratch: string): string | undefined {
  const owner = join(scratch, "owner.json");
  if (!existsSync(owner) || !readFileSync(owner, "utf8").includes('"source"')) return undefined;
  const copy = mkdtempSync(join(tmpdir(), "crash-copy-"));
  try {
    cpSync(scratch, copy, { recursive: true });
    const db = new DatabaseSync(join(copy, "db"));
    try {
      const tables = db.prepare("select count(*) as n from sqlite_master where name = 'v1_sync_runs'").get();
      if (tables?.["n"] === 0) return undefined;
      const row = db.prepare("select sync_id from v1_sync_runs where ended_at is null order by id desc").get();
      return row && String(row["sync_id"]);
    } finally {
      db.close();
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function rowsHash(db: DatabaseSync, syncId: string | undefined): string {
  if (syncId === undefined) return "";
  const hash = createHash("sha256");
  for (const table of dataTables) {
    const rows = db.prepare(`select * from ${table} where sync_id = ?`).all(syncId);
    const texts = rows.map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([name]) => !volatile.has(name))
          .map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value]),
      ),
    );
    hash.update(`${table} ${texts.length}\n${texts.sort().join("\n")}`);
  }
  return hash.digest("hex");
}

/** SHA-256 as hex. */
function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
