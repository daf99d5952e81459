/**
 * Back-ups of a data directory: one SQLite file that holds a copy of the store, as it was at one moment, and the files
 * beside it. It can be made while a console runs. The console's own key is never in it: secrets that it sealed are asked
 * for again after a restore, those that a key of the user's sealed open with that key.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileError } from "../../sdk/c1z/container/file-errors.ts";
import { BatonError, errnoOf, Status } from "../../sdk/errors.ts";
import { makeDirectory } from "./data-directory.ts";
import { checkVersion } from "./migrations.ts";

const database = "console.sqlite";
const ownKey = "store.key";
/** What is taken along, and what a back-up may hold: nothing outside of these places is ever written. */
const places =
  /^(?:audit\.ndjson|reviews\/\w+\.review|runs\/[\w-]+\.c1z(?:\.run\.json)?|connectors\/[\w-]+\/(?:current|working)\.c1z(?:\.run\.json)?)$/;

/** Writes a back-up of the directory, for its owner alone. @throws BatonError `CONSOLE-BACKUP`, and what the disk refused. */
export function writeBackup(dataDir: string, path: string): void {
  if (!existsSync(join(dataDir, database))) throw notMade(`${dataDir} holds no console's data`);
  makeNew(path);
  try {
    using source = new DatabaseSync(join(dataDir, database));
    source.prepare("vacuum into ?").run(path);
    using copy = new DatabaseSync(path);
    copy.exec(`create table backup_files (path text primary key, hash text not null) strict;
      create table backup_contents (hash text primary key, bytes blob not null) strict;`);
    const addFile = copy.prepare("insert into backup_files (path, hash) values (?, ?)");
    const addContent = copy.prepare("insert or ignore into backup_contents (hash, bytes) values (?, ?)");
    copy.exec("begin");
    for (const [name, bytes] of filesOf(dataDir)) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      addContent.run(hash, bytes);
      addFile.run(name, hash);
    }
    // What the own key sealed can be opened by nobody without it.
    if (existsSync(join(dataDir, ownKey))) {
      copy.exec("delete from secrets; delete from facts where name = 'key-check'");
    }
    copy.exec("commit");
  } catch (caught) {
    rmSync(path, { force: true });
    throw notWritten(path, caught);
  }
}

function makeNew(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (caught) {
    throw errnoOf(caught) === "EEXIST" ? notMade(`${path} is there already`) : notWritten(path, caught);
  }
}

function notWritten(path: string, cause: unknown): BatonError {
  return fileError(cause, `write the back-up ${path}`, "No back-up was made; the data directory stays as it is.");
}

/** Puts a back-up into a directory that is empty or not there. @throws BatonError `CONSOLE-BACKUP`, and what the disk refused. */
export function restoreBackup(path: string, dataDir: string): void {
  const target = join(dataDir, database);
  const isThere = existsSync(dataDir);
  if (isThere && !isEmptyDirectory(dataDir)) throw notMade(`${dataDir} is no directory, or holds something already`);
  try {
    using backup = openBackup(path);
    makeDirectory(dataDir);
    const rows = backup
      .prepare("select path, bytes, f.hash from backup_files f join backup_contents using (hash)")
      .all();
    for (const row of rows) {
      const [name, bytes, hash] = [String(row["path"]), row["bytes"], row["hash"]];
      if (!places.test(name) || !(bytes instanceof Uint8Array)) throw notMade(`${path} is no back-up of this program`);
      if (createHash("sha256").update(bytes).digest("hex") !== hash) throw notMade(`${path} is damaged`);
      const file = join(dataDir, name);
      makeDirectory(dirname(file));
      writeFileSync(file, bytes, { mode: 0o600 });
    }
    copyFileSync(path, target);
    chmodSync(target, 0o600);
    using copy = new DatabaseSync(target);
    copy.exec("drop table backup_files; drop table backup_contents; vacuum");
  } catch (caught) {
    // All that is in it is a part of the back-up.
    for (const name of existsSync(dataDir) ? readdirSync(dataDir) : [])
      rmSync(join(dataDir, name), { recursive: true });
    if (!isThere && existsSync(dataDir)) rmdirSync(dataDir);
    throw fileError(caught, `restore ${path} in ${dataDir}`, "Nothing of it was restored.");
  }
}

function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (caught) {
    if (errnoOf(caught) === "ENOTDIR") return false;
    throw fileError(caught, `look into ${path}`, "Nothing was restored.");
  }
}

/** Opens it, and sees that it is whole and not of a later version. */
function openBackup(path: string): DatabaseSync {
  if (!existsSync(path) || !statSync(path).isFile()) throw notMade(`there is no file ${path}`);
  const backup = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = backup
      .prepare("select name from sqlite_master where type = 'table'")
      .all()
      .map(({ name }) => name);
    const isBackup = ["backup_files", "backup_contents", "connectors", "runs"].every((name) => tables.includes(name));
    const found = isBackup ? backup.prepare("pragma quick_check").get()?.["quick_check"] : undefined;
    if (found !== "ok") throw notMade(`${path} is ${isBackup ? "damaged" : "no back-up of this program"}`);
    checkVersion(backup, path);
    return backup;
  } catch (caught) {
    backup.close();
    throw caught instanceof BatonError ? caught : notMade(`${path} is no back-up of this program`, caught);
  }
}

function* filesOf(dataDir: string): Generator<readonly [name: string, bytes: Uint8Array]> {
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = relative(dataDir, file).split(sep).join("/");
    // Files are replaced by others as a whole: one that is gone by now has a later one in its place.
    if (places.test(name)) yield [name, readFileSync(file)];
  }
}

function notMade(problem: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "CONSOLE-BACKUP",
    status: Status.failedPrecondition,
    message: `The back-up cannot be made or restored: ${problem}.`,
    effect: "The data directory was not changed by it.",
    hint: "Back up into a new file. Restore into a --data-dir that is empty or not there.",
    cause,
  });
}
