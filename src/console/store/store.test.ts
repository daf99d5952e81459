import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { toEnd } from "../../reviews/to-end.ts";
import { systemClock } from "../../sdk/clock.ts";
import { BatonError } from "../../sdk/errors.ts";
import type { ConnectorRecord } from "./connector-table.ts";
import { defaultDataDirectory, openDataDirectory } from "./data-directory.ts";
import { migrate, migrations } from "./migrations.ts";
import { openStore } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "console-store-"));
after(() => rmSync(directory, { recursive: true }));
let count = 0;
const newDirectory = (): string => join(directory, `data-${count++}`);

const connector: ConnectorRecord = {
  id: "c1",
  name: "Acme",
  mode: "schedule",
  owner: "Ada",
  isSample: false,
  isPaused: false,
  settings: {
    orgSlug: "acme",
    baseUrl: "https://api.cloudsmith.io/v1",
    caFile: "",
    proxy: "",
    c1ClientId: "",
    timeoutSeconds: 300,
    requested: [],
    storageEngine: "",
  },
  key: null,
  schedule: { kind: "interval", everyMinutes: 60 },
  scheduleSinceMs: 5,
  retryAtMs: null,
  createdAtMs: 5,
  currentRunId: null,
  dismissedRunId: null,
  runsService: false,
};

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "";
  } catch (caught) {
    return caught instanceof BatonError ? caught.code : String(caught);
  }
};

test("the data directory has the place that the platform gives to such things", () => {
  const home = "/home/ada";
  const of = (platform: NodeJS.Platform, env = {}): string => defaultDataDirectory({ env, platform, home });
  assert.equal(of("linux"), "/home/ada/.local/state/baton-cloudsmith/console");
  assert.equal(of("linux", { XDG_STATE_HOME: "/state" }), "/state/baton-cloudsmith/console");
  assert.equal(of("darwin"), "/home/ada/Library/Application Support/baton-cloudsmith/console");
  assert.equal(of("win32", { LOCALAPPDATA: "/local" }), "/local/baton-cloudsmith/console");
  assert.equal(of("linux", { XDG_STATE_HOME: "relative" }), of("linux"), "never below where it was started");
});

test("a user without a home directory is told how to name a data directory, unless the system gives a place", () => {
  for (const platform of ["linux", "darwin", "win32"] as const) {
    assert.throws(() => defaultDataDirectory({ env: {}, platform, home: undefined }), /has no home directory/);
  }
  const env = { XDG_STATE_HOME: "/state" };
  assert.equal(defaultDataDirectory({ env, platform: "linux", home: undefined }), "/state/baton-cloudsmith/console");
});

for (const mask of [0o000, 0o022, 0o077]) {
  test(`nobody else may read anything, with umask ${mask.toString(8)}`, async () => {
    const before = process.umask(mask);
    const data = await openDataDirectory(newDirectory(), systemClock);
    try {
      const store = await openStore(data.database, { env: {}, keyFile: undefined, ownKeyFile: undefined });
      store.connectors.put(connector);
      data.connectorFolder("c1");
      const found = readdirSync(data.path, { recursive: true, encoding: "utf8" });
      assert.ok(found.length >= 6, String(found));
      for (const name of [".", ...found]) {
        const about = statSync(join(data.path, name));
        assert.equal((about.mode & 0o777).toString(8), about.isDirectory() ? "700" : "600", name);
      }
      store.close();
    } finally {
      process.umask(before);
      data.release();
    }
  });
}

test("a second console on the same directory is refused, until the first has gone", async () => {
  const path = newDirectory();
  const first = await openDataDirectory(path, systemClock);
  assert.equal(await codeOf(openDataDirectory(path, systemClock)), "CONSOLE-BUSY");
  first.release();
  (await openDataDirectory(path, systemClock)).release();
});

test("a path that is no directory is refused with its name", async () => {
  const path = newDirectory();
  writeFileSync(path, "");
  assert.equal(await codeOf(openDataDirectory(path, systemClock)), "CONSOLE-DATA-DIR");
});

test("a directory that others use stays as it is, and open to them", async () => {
  const [inUse, ofAll] = [newDirectory(), newDirectory()];
  mkdirSync(inUse);
  writeFileSync(join(inUse, "of-others"), "");
  mkdirSync(ofAll);
  for (const [path, mode] of [[inUse, 0o755] as const, [ofAll, 0o1777] as const]) {
    chmodSync(path, mode);
    const before = readdirSync(path);
    assert.equal(await codeOf(openDataDirectory(path, systemClock)), "CONSOLE-DATA-DIR");
    assert.equal(statSync(path).mode & 0o7777, mode);
    assert.deepEqual(readdirSync(path), before);
  }
});

test("a directory that was made for the console is closed to others, and one of the user's alone is taken with what is in it", async () => {
  const [made, volume, own] = [newDirectory(), newDirectory(), newDirectory()];
  for (const path of [made, volume, own]) mkdirSync(path, { mode: 0o755 });
  mkdirSync(join(volume, "lost+found"));
  writeFileSync(join(own, "tls.key"), "");
  chmodSync(own, 0o700);
  for (const path of [made, volume, own]) {
    for (let start = 0; start < 2; start++) (await openDataDirectory(path, systemClock)).release();
    assert.equal(statSync(path).mode & 0o777, 0o700);
  }
});

for (let version = 0; version < migrations.length; version++) {
  test(`a store of version ${version} becomes one of version ${migrations.length}, and what it held is still there`, async () => {
    const path = `${newDirectory()}.sqlite`;
    const old = new DatabaseSync(path);
    migrate(old, path, migrations.slice(0, version));
    if (version > 0) {
      old.exec(`insert into connectors (id, name, mode, owner, is_sample, is_paused, settings, schedule,
        schedule_since_ms, created_at_ms) values ('c1', 'Acme', 'once', '', 0, 0, '{}', '{"kind":"manual"}', 1, 1)`);
    }
    old.close();
    const store = await openStore(path, { env: {}, keyFile: undefined, ownKeyFile: undefined });
    assert.deepEqual(
      store.connectors.list().map(({ name }) => name),
      version > 0 ? ["Acme"] : [],
    );
    store.connectors.put(connector);
    assert.deepEqual(store.connectors.get("c1"), connector);
    assert.deepEqual(toEnd(store.logs.page("c1", { limit: 1 })), { rows: [], total: 0, asOf: 0 });
    store.close();
  });
}

test("a store of a later version is refused and stays as it is", async () => {
  const path = `${newDirectory()}.sqlite`;
  const later = new DatabaseSync(path);
  later.exec(`create table future (x); pragma user_version = ${migrations.length + 1}`);
  later.close();
  assert.equal(
    await codeOf(openStore(path, { env: {}, keyFile: undefined, ownKeyFile: undefined })),
    "CONSOLE-STORE-NEWER",
  );
  const again = new DatabaseSync(path);
  assert.deepEqual(
    again
      .prepare("select name from sqlite_master")
      .all()
      .map(({ name }) => name),
    ["future"],
  );
  again.close();
});

test("a step that fails leaves the version before it", () => {
  const db = new DatabaseSync(":memory:");
  assert.throws(() => migrate(db, "x", ["create table a (x)", "create table b (x); create table a (x)"]));
  assert.equal(db.prepare("pragma user_version").get()?.["user_version"], 1);
  assert.deepEqual(
    db
      .prepare("select name from sqlite_master")
      .all()
      .map(({ name }) => name),
    ["a"],
  );
  db.close();
  // SQLite itself ends the transaction of a full disk: what is said is what was first.
  const full = new DatabaseSync(":memory:");
  full.exec("pragma max_page_count = 2");
  assert.throws(() => migrate(full, "x"), { errcode: 13 });
  full.close();
});
