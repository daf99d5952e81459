import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { goldenDirectory } from "../../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { BatonError } from "../../sdk/errors.ts";
import { FilePool, keyOf } from "./file-pool.ts";
import { openSource } from "./file-questions.ts";
import type { OpenSource } from "./open-source.ts";

const golden = join(goldenDirectory, "minimal-v1.c1z");
const other = join(goldenDirectory, "two-syncs-v1.c1z");

interface Bench {
  readonly pool: FilePool<OpenSource>;
  readonly clock: VirtualClock;
  /** A copy of a golden file. */
  file(name: string, from?: string): string;
  /** Number of files that lie unpacked. */
  unpacked(): number;
}

function prepare(context: TestContext): Bench {
  const directory = mkdtempSync(join(tmpdir(), "file-pool-"));
  const scratch = mkdtempSync(join(tmpdir(), "file-pool-scratch-"));
  const before = process.env["BATON_TMPDIR"];
  process.env["BATON_TMPDIR"] = scratch;
  const clock = new VirtualClock();
  const pool = new FilePool({ clock, open: (path, key) => openSource(path, key) });
  context.after(() => {
    void pool.close();
    if (before === undefined) delete process.env["BATON_TMPDIR"];
    else process.env["BATON_TMPDIR"] = before;
    for (const path of [directory, scratch]) rmSync(path, { recursive: true, force: true });
  });
  return {
    pool,
    clock,
    file(name, from = golden) {
      const path = join(directory, name);
      copyFileSync(from, path);
      return path;
    },
    unpacked: () => readdirSync(scratch).length,
  };
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

const same = (open: OpenSource): OpenSource => open;

test("a file is unpacked once, however many ask at the same time and later", async (context) => {
  const { pool, file, unpacked } = prepare(context);
  const path = file("a.c1z");
  const [first, second] = await Promise.all([pool.use(path, same), pool.use(path, same)]);
  assert.equal(first, second);
  assert.equal(await pool.use(path, same), first);
  assert.equal(unpacked(), 1);
});

test("a file that is replaced is opened anew; who was reading reads the old one to the end", async (context) => {
  const { pool, file, unpacked } = prepare(context);
  const path = file("a.c1z");
  await pool.use(path, async (old) => {
    renameSync(file("b.c1z", other), path);
    const syncs = await pool.use(path, ({ reader }) => reader.syncs.length);
    assert.equal(syncs, 2);
    assert.equal(old.reader.syncs.length, 1);
    assert.ok([...old.view.resources()].length > 0);
  });
  assert.equal(pool.size, 1);
  assert.equal(unpacked(), 1);
});

test("four files are open at most; the one that was used longest ago makes room", async (context) => {
  const { pool, clock, file, unpacked } = prepare(context);
  const paths = ["a", "b", "c", "d", "e"].map((name) => file(`${name}.c1z`));
  const opened: OpenSource[] = [];
  for (const path of paths) {
    clock.advance(1);
    opened.push(await pool.use(path, same));
  }
  assert.equal(pool.size, 4);
  assert.equal(unpacked(), 4);
  assert.equal(await pool.use(paths[1] ?? "", same), opened[1]);
  assert.notEqual(await pool.use(paths[0] ?? "", same), opened[0]);
});

test("files in use are never taken away, be they more than four", async (context) => {
  const { pool, file } = prepare(context);
  const paths = ["a", "b", "c", "d", "e", "f"].map((name) => file(`${name}.c1z`));
  const nested = async (rest: readonly string[]): Promise<number> => {
    const [path, ...more] = rest;
    if (path === undefined) return 0;
    return await pool.use(path, async ({ view }) => (await nested(more)) + [...view.resourceTypes()].length);
  };
  const [first] = paths;
  const types = await pool.use(first ?? "", ({ view }) => [...view.resourceTypes()].length);
  assert.equal(await nested(paths), 6 * types);
});

test("a file that nobody asked about for ten minutes is let go", async (context) => {
  const { pool, clock, file, unpacked } = prepare(context);
  const path = file("a.c1z");
  await pool.use(path, same);
  clock.advance(10 * 60_000);
  pool.sweep();
  assert.equal(pool.size, 1);
  clock.advance(1);
  pool.sweep();
  assert.equal(pool.size, 0);
  assert.equal(await pool.use(path, ({ reader }) => reader.syncs.length), 1);
  assert.equal(unpacked(), 1);
});

test("a file that cannot be opened is tried again by the next who asks", async (context) => {
  const { pool, file } = prepare(context);
  const path = file("a.c1z", join(goldenDirectory, "model.json"));
  const isCorrupt = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "FILE-CORRUPT";
  await assert.rejects(pool.use(path, same), isCorrupt);
  await assert.rejects(pool.use(path, same), isCorrupt);
  assert.equal(pool.size, 0);
  renameSync(file("good.c1z"), path);
  assert.equal(await pool.use(path, ({ reader }) => reader.syncs.length), 1);
});

test("the hash that is told of a file is of the one that was opened, however often it is replaced meanwhile", async (context) => {
  const { file } = prepare(context);
  const path = file("a.c1z");
  const syncsOf = new Map([golden, other].map((one, index) => [sha256(one), index + 1]));
  const done = new AbortController();
  const replacing = (async () => {
    for (let count = 0; !done.signal.aborted; count++) {
      renameSync(file("next.c1z", count % 2 === 0 ? other : golden), path);
      await setTimeout(5 * (count % 4));
    }
  })();
  for (let count = 0; count < 5; count++) {
    try {
      const { identity, reader } = await openSource(path, await keyOf(path));
      assert.equal(syncsOf.get(identity.sha256), reader.syncs.length);
      reader.close();
    } catch (caught) {
      assert.ok(caught instanceof BatonError && caught.code === "FILE-READ-CHANGED", String(caught));
    }
  }
  done.abort();
  await replacing;
});

test("closing lets answers under way come to their end", async (context) => {
  const { pool, file, unpacked } = prepare(context);
  await pool.use(file("a.c1z"), ({ view }) => {
    void pool.close();
    assert.ok([...view.resources()].length > 0);
  });
  while (unpacked() > 0) await new Promise(setImmediate);
  assert.equal(pool.size, 0);
});
