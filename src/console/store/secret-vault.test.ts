import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BatonError } from "../../sdk/errors.ts";
import { seal, unseal } from "./sealed-text.ts";
import { openStore, type Store } from "./store.ts";
import { newSalt, readStoreKey } from "./store-key.ts";

const directory = mkdtempSync(join(tmpdir(), "console-vault-"));
after(() => rmSync(directory, { recursive: true }));
let count = 0;
const newPath = (): string => join(directory, `store-${count++}.sqlite`);
const secret = ["csa", "0123456789abcdef0123456789abcdCanary"].join("_");
const host = "https://api.example/v1";
const key = randomBytes(32);
const withKey = { BATON_CONSOLE_KEY: key.toString("base64") };

const open = (path: string, env: Record<string, string> = withKey): Promise<Store> =>
  openStore(path, { env, keyFile: undefined, ownKeyFile: undefined });

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
    return "";
  } catch (caught) {
    return caught instanceof BatonError ? caught.code : String(caught);
  }
}

test("T-83: a sealed secret survives a restart and is nowhere in the files as it is", async () => {
  const path = newPath();
  const first = await open(path);
  first.secrets.set("c1", "api-key", secret, host);
  assert.equal(first.secrets.storage, "encrypted");
  first.close();
  for (const file of [path, `${path}-wal`]) {
    const bytes = readFileSync(file, { flag: "a+" });
    assert.ok(!bytes.includes(secret) && !bytes.includes(secret.slice(-8)), file);
  }
  const second = await open(path);
  assert.equal(second.secrets.get("c1", "api-key", host), secret);
  assert.equal(second.secrets.place("c1", "api-key"), "encrypted");
  second.close();
});

test("T-83: each of 1,000 flipped bits is refused, and so is a shortened one", () => {
  const sealed = seal(secret, key, "c1/api-key");
  const bits = sealed.length * 8;
  for (let flip = 0; flip < 1000; flip++) {
    const bit = flip % bits;
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    // Beyond the first round through all bits, two at once.
    if (flip >= bits) changed[(bit * 7) % sealed.length] = (changed[(bit * 7) % sealed.length] ?? 0) ^ 0xff;
    assert.equal(unseal(changed, key, "c1/api-key"), undefined, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.equal(unseal(sealed.subarray(0, length), key, "c1/api-key"), undefined);
  }
  assert.equal(unseal(sealed, key, "c1/api-key"), secret);
});

test("what is sealed for one connector opens for no other, nor as another secret", () => {
  const sealed = seal(secret, key, "c1/api-key");
  assert.equal(unseal(sealed, key, "c2/api-key"), undefined);
  assert.equal(unseal(sealed, key, "c1/c1-client-secret"), undefined);
  assert.equal(unseal(sealed, randomBytes(32), "c1/api-key"), undefined);
});

test("T-83: no two of 100,000 saves have the same nonce", () => {
  const nonces = new Set<string>();
  for (let i = 0; i < 100_000; i++) nonces.add(seal("x", key, "o").subarray(0, 12).toString("latin1"));
  assert.equal(nonces.size, 100_000);
});

test("another key is refused in words as long as there are secrets, and taken when there are none", async () => {
  const path = newPath();
  const other = { BATON_CONSOLE_KEY: randomBytes(32).toString("hex") };
  const first = await open(path);
  first.secrets.set("c1", "api-key", secret, host);
  first.close();
  assert.equal(await codeOf(open(path, other)), "CONSOLE-WRONG-KEY");
  const again = await open(path);
  again.secrets.forget("c1", "api-key");
  again.close();
  (await open(path, other)).close();
});

test("T-83: without a key secrets stay in memory, and those that are sealed stay closed", async () => {
  const path = newPath();
  const sealed = await open(path);
  sealed.secrets.set("c1", "api-key", secret, host);
  sealed.close();
  const plain = await open(path, {});
  assert.equal(plain.secrets.storage, "memory");
  assert.equal(await codeOf(() => plain.secrets.get("c1", "api-key", host)), "CONSOLE-SEALED");
  plain.secrets.set("c2", "api-key", secret, host);
  assert.equal(plain.secrets.get("c2", "api-key", host), secret);
  assert.equal(plain.secrets.place("c2", "api-key"), "memory");
  plain.close();
  for (const file of [path, `${path}-wal`]) assert.ok(!readFileSync(file, { flag: "a+" }).includes(secret.slice(-8)));
  const restarted = await open(path, {});
  assert.equal(restarted.secrets.get("c2", "api-key", host), undefined);
  restarted.close();
});

test("a damaged secret is said to be so, and does not end the console", async () => {
  const path = newPath();
  const store = await open(path);
  store.secrets.set("c1", "api-key", secret, host);
  store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.exec("update secrets set sealed = zeroblob(60)");
  db.close();
  const damaged = await open(path);
  assert.equal(await codeOf(() => damaged.secrets.get("c1", "api-key", host)), "CONSOLE-SEALED");
  damaged.close();
});

test("keys come as bytes, hexadecimal or base64, from the environment or a file; anything else is refused", async () => {
  const salt = newSalt;
  const file = join(directory, "key");
  const read = (env: Record<string, string>, keyFile?: string) =>
    readStoreKey({ env, keyFile, salt, hasSealed: () => false, ownKeyFile: undefined });
  writeFileSync(file, "", { mode: 0o600 });
  for (const content of [key, key.toString("hex"), `${key.toString("base64")}\n`, key.toString("base64url")]) {
    writeFileSync(file, content);
    assert.deepEqual(await read({}, file), key);
    assert.deepEqual(await read({ BATON_CONSOLE_KEY_FILE: file }), key);
    if (typeof content === "string") assert.deepEqual(await read({ BATON_CONSOLE_KEY: content.trim() }), key);
  }
  assert.equal(await read({}), undefined);
  for (const env of [
    { BATON_CONSOLE_KEY: "short" },
    { BATON_CONSOLE_PASSPHRASE: "short" },
    { ...withKey, BATON_CONSOLE_PASSPHRASE: "long enough by far" },
  ]) {
    assert.equal(await codeOf(read(env)), "CONSOLE-KEY");
  }
  assert.equal(await codeOf(read({}, join(directory, "none"))), "CONSOLE-KEY");
});

test("a passphrase opens what it sealed, and another one does not", async () => {
  const path = newPath();
  const passphrase = { BATON_CONSOLE_PASSPHRASE: "correct horse battery staple" };
  const first = await open(path, passphrase);
  first.secrets.set("c1", "api-key", secret, host);
  first.close();
  const second = await open(path, passphrase);
  assert.equal(second.secrets.get("c1", "api-key", host), secret);
  second.close();
  assert.equal(await codeOf(open(path, { BATON_CONSOLE_PASSPHRASE: "another horse altogether" })), "CONSOLE-WRONG-KEY");
});

test("a secret goes to the place that it was entered for and to no other, sealed or in memory", async () => {
  for (const env of [withKey, {}]) {
    const store = await open(newPath(), env);
    store.secrets.set("c1", "api-key", secret, host);
    for (const other of ["http://api.example/v1", "https://api.example:8443/v1", "https://api.example/v2", ""]) {
      assert.equal(await codeOf(() => store.secrets.get("c1", "api-key", other)), "CONSOLE-OTHER-HOST");
      assert.equal(await codeOf(() => store.secrets.refuseElsewhere("c1", "api-key", other)), "CONSOLE-OTHER-HOST");
    }
    assert.equal(store.secrets.get("c1", "api-key", host), secret);
    store.close();
  }
});

test("a store in which somebody has changed the place gives its secret to nobody", async () => {
  const path = newPath();
  const store = await open(path);
  store.secrets.set("c1", "api-key", secret, host);
  store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.exec("update secrets set destination = 'https://elsewhere.example'");
  db.close();
  const changed = await open(path);
  assert.equal(await codeOf(() => changed.secrets.get("c1", "api-key", "https://elsewhere.example")), "CONSOLE-SEALED");
  changed.close();
});

test("what an earlier version sealed opens where its settings sent it, and is bound from then on", async () => {
  const path = newPath();
  const store = await open(path);
  store.secrets.set("c1", "api-key", secret, host);
  store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.prepare("update secrets set sealed = ?").run(seal(secret, key, "c1/api-key"));
  db.close();
  const later = await open(path);
  assert.equal(
    await codeOf(() => later.secrets.get("c1", "api-key", "https://elsewhere.example")),
    "CONSOLE-OTHER-HOST",
  );
  assert.equal(later.secrets.get("c1", "api-key", host), secret);
  later.close();
  const read = new DatabaseSync(path);
  const sealed = read.prepare("select sealed from secrets").get()?.["sealed"] as Uint8Array;
  read.close();
  assert.equal(unseal(sealed, key, "c1/api-key"), undefined);
});

test("a key of its own is made at the first start, readable by its owner alone, and found again", async () => {
  const path = newPath();
  const ownKeyFile = `${path}.key`;
  const start = (): Promise<Store> => openStore(path, { env: {}, keyFile: undefined, ownKeyFile });
  const first = await start();
  first.secrets.set("c1", "api-key", secret, host);
  first.close();
  assert.equal(statSync(ownKeyFile).mode & 0o777, 0o600);
  const second = await start();
  assert.equal(second.secrets.get("c1", "api-key", host), secret);
  second.close();
  rmSync(ownKeyFile);
  const without = await start();
  assert.equal(without.secrets.storage, "memory", "another key could not open what is there");
  without.close();
  writeFileSync(ownKeyFile, key.toString("base64"), { mode: 0o644 });
  assert.equal(await codeOf(start()), "CONSOLE-KEY");
});

for (const mode of [0o644, 0o640, 0o604, 0o660, 0o622, 0o777]) {
  test(`a key file of the mode ${mode.toString(8)} is refused, by flag, by variable and for a passphrase`, async () => {
    const file = join(directory, `open-${mode}`);
    writeFileSync(file, key.toString("base64"));
    chmodSync(file, mode);
    const read = (env: Record<string, string>, keyFile?: string) =>
      readStoreKey({ env, keyFile, salt: newSalt, hasSealed: () => false, ownKeyFile: undefined });
    assert.equal(await codeOf(read({}, file)), "CONSOLE-KEY");
    assert.equal(await codeOf(read({ BATON_CONSOLE_KEY_FILE: file })), "CONSOLE-KEY");
    assert.equal(await codeOf(read({ BATON_CONSOLE_PASSPHRASE_FILE: file })), "CONSOLE-KEY");
    chmodSync(file, 0o400);
    assert.deepEqual(await read({}, file), key);
  });
}
