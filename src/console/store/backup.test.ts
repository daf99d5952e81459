/** Back-ups: whole, for their owner alone, without the console's own key, and put back where nothing is. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { BatonError } from "../../sdk/errors.ts";
import { restoreBackup, writeBackup } from "./backup.ts";
import { openStore, type Store } from "./store.ts";

const scratch = mkdtempSync(join(tmpdir(), "console-backup-"));
after(() => rmSync(scratch, { recursive: true }));
let count = 0;
const place = (): string => join(scratch, String(count++));
const host = "https://api.example/v1";
const refused = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "CONSOLE-BACKUP";

/** A directory with a secret, a file of a run that is the current one as well, and things that are not to be taken along. */
async function directory(env: Record<string, string> = {}): Promise<string> {
  const path = place();
  for (const folder of ["runs", "connectors/c1", "scratch"]) mkdirSync(join(path, folder), { recursive: true });
  for (const file of ["runs/r-1.c1z", "connectors/c1/current.c1z"]) writeFileSync(join(path, file), "content");
  writeFileSync(join(path, "audit.ndjson"), "{}\n");
  writeFileSync(join(path, "scratch/rows"), "no");
  writeFileSync(join(path, "console.sqlite"), "");
  const store = await open(path, env);
  store.secrets.set("c1", "api-key", "secret-of-the-back-up", host);
  store.facts.set("kept", "yes");
  store.close();
  return path;
}

async function open(path: string, env: Record<string, string> = {}): Promise<Store> {
  return await openStore(join(path, "console.sqlite"), {
    env,
    keyFile: undefined,
    ownKeyFile: join(path, "store.key"),
  });
}

test("a back-up is restored with store and files; what the console's own key sealed is asked for again", async () => {
  const [from, file, to] = [await directory(), place(), place()];
  const running = await open(from);
  writeBackup(from, file);
  running.close();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  restoreBackup(file, to);
  assert.equal(readFileSync(join(to, "runs/r-1.c1z"), "utf8"), "content");
  assert.equal(readFileSync(join(to, "connectors/c1/current.c1z"), "utf8"), "content");
  assert.ok(!existsSync(join(to, "scratch")) && !existsSync(join(to, "store.key")));
  const restored = await open(to);
  assert.equal(restored.facts.get("kept"), "yes");
  assert.equal(restored.secrets.storage, "encrypted", "it has a key of its own now");
  assert.equal(restored.secrets.get("c1", "api-key", host), undefined);
  restored.close();
});

test("a back-up whose path nobody can make is refused in words about it", async () => {
  const from = await directory();
  const over = place();
  symlinkSync(join(scratch, "nowhere"), over);
  for (const path of [join(scratch, "a".repeat(300)), join(from, "audit.ndjson", "x"), over]) {
    assert.throws(
      () => writeBackup(from, path),
      (caught) => caught instanceof BatonError && /^(FILE|CONSOLE)-/.test(caught.code),
    );
  }
  assert.ok(lstatSync(over).isSymbolicLink());
});

test("a back-up goes to no path that is no directory or that nobody can make", async () => {
  const [from, file] = [await directory(), place()];
  writeBackup(from, file);
  for (const path of [join(from, "audit.ndjson"), join(scratch, "a".repeat(300))]) {
    assert.throws(
      () => restoreBackup(file, path),
      (caught) => caught instanceof BatonError && /^(FILE|CONSOLE)-/.test(caught.code),
    );
  }
  assert.equal(readFileSync(join(from, "audit.ndjson"), "utf8"), "{}\n");
});

test("what a key of the user's sealed opens with it after a restore, for the same host only", async () => {
  const env = { BATON_CONSOLE_KEY: randomBytes(32).toString("hex") };
  const [from, file, to] = [await directory(env), place(), place()];
  writeBackup(from, file);
  restoreBackup(file, to);
  const restored = await open(to, env);
  assert.equal(restored.secrets.get("c1", "api-key", host), "secret-of-the-back-up");
  assert.throws(() => restored.secrets.get("c1", "api-key", "https://elsewhere.example"), BatonError);
  restored.close();
});

test("nothing is overwritten, and what is no back-up, is damaged or leads elsewhere is refused", async () => {
  const [from, file] = [await directory(), place()];
  writeBackup(from, file);
  assert.throws(() => writeBackup(from, file), refused, "the file is there");
  assert.throws(() => writeBackup(place(), place()), refused, "nothing to back up");
  assert.throws(() => restoreBackup(file, from), refused, "the directory is in use");
  const foreign = place();
  mkdirSync(foreign);
  writeFileSync(join(foreign, "letters.txt"), "mine");
  assert.throws(() => restoreBackup(file, foreign), refused, "the directory holds something else");
  assert.ok(existsSync(join(foreign, "letters.txt")));
  assert.throws(() => restoreBackup(place(), place()), refused, "no file");
  assert.throws(() => restoreBackup(join(from, "console.sqlite"), place()), refused, "no back-up");
  for (const change of [
    "update backup_files set path = '../outside' where path = 'audit.ndjson'",
    "update backup_files set path = 'store.key' where path = 'audit.ndjson'",
    "update backup_contents set bytes = x'00'",
  ]) {
    const [changed, to] = [place(), place()];
    writeFileSync(changed, readFileSync(file));
    const db = new DatabaseSync(changed);
    db.exec(change);
    db.close();
    assert.throws(() => restoreBackup(changed, to), refused, change);
    assert.ok(!existsSync(to), "nothing is left of it, so that the next try finds room");
  }
});
