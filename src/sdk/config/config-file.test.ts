import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BatonError } from "../errors.ts";
import { readConfigFile } from "./config-file.ts";

const root = mkdtempSync(join(tmpdir(), "config-file-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** A directory with files. */
function directory(files: Record<string, string>): string {
  const path = mkdtempSync(join(root, "d-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function assertRefused(cwd: string, env: Record<string, string>, message: RegExp): Promise<void> {
  await assert.rejects(readConfigFile({ cwd, env }), (error: unknown) => {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, "BATON-CONFIG-FILE");
    assert.equal(error.exitCode, 2);
    assert.match(error.message, message);
    return true;
  });
}

test("without a file in the current directory there is no configuration file", async () => {
  assert.equal(await readConfigFile({ cwd: directory({}), env: {} }), undefined);
});

test(".baton.yaml in the current directory is read before .baton.yml, keys in lower case", async () => {
  const both = directory({ ".baton.yaml": "Org: a\nAPI-Key: b\n", ".baton.yml": "org: z\n" });
  const file = await readConfigFile({ cwd: both, env: {} });
  assert.deepEqual(file?.values, new Map(Object.entries({ org: "a", "api-key": "b" })));
  assert.equal(file?.path, ".baton.yaml");
  assert.equal(file?.foundInWorkingDirectory, true);
  const second = await readConfigFile({ cwd: directory({ ".baton.yml": "org: z\n" }), env: {} });
  assert.equal(second?.values.get("org"), "z");
});

test("BATON_CONFIG_PATH names the file, relative to the current directory, and the default is not looked at", async () => {
  const cwd = directory({ "my.yml": "org: named\n", ".baton.yaml": "org: default\n" });
  const file = await readConfigFile({ cwd, env: { BATON_CONFIG_PATH: "my.yml" } });
  assert.equal(file?.values.get("org"), "named");
  assert.equal(file?.foundInWorkingDirectory, false);
});

test("an empty file and a file of comments hold nothing", async () => {
  const file = await readConfigFile({ cwd: directory({ ".baton.yaml": "# nothing\n" }), env: {} });
  assert.equal(file?.values.size, 0);
});

test("a name without a .yaml or .yml extension is refused", async () => {
  await assertRefused(directory({}), { BATON_CONFIG_PATH: "x.json" }, /^a \.yaml or \.yml extension was expected/);
});

test("a named file that does not exist is refused", async () => {
  await assertRefused(
    directory({}),
    { BATON_CONFIG_PATH: "x.yaml" },
    /^the configuration file x\.yaml does not exist$/,
  );
});

test("a directory in place of the file is refused", async () => {
  const cwd = directory({});
  mkdirSync(join(cwd, "folder.yaml"));
  await assertRefused(cwd, { BATON_CONFIG_PATH: "folder.yaml" }, /folder\.yaml cannot be read \(EISDIR\)$/);
});

test("malformed YAML is refused with the line, and the line's text is not shown", async () => {
  const cwd = directory({ ".baton.yaml": 'org: x\napi-key: "canary-secret\n' });
  await assertRefused(cwd, {}, /^the configuration file \.baton\.yaml is not valid YAML \(line \d+, [A-Z_]+\)$/);
});

test("an alias that leads nowhere is refused, and the file's text is not shown", async () => {
  for (const text of ["<<: *canary", "a: *canary", "a: &canary [*canary2]"]) {
    await assertRefused(
      directory({ ".baton.yaml": text }),
      {},
      /^the configuration file \.baton\.yaml has an alias \(\*name\) that cannot be used$/,
    );
  }
});

test("a list in place of a map is refused", async () => {
  await assertRefused(directory({ ".baton.yaml": "- org\n" }), {}, /is not a map of keys to values$/);
});

test("a key called __proto__ is a key like any other", async () => {
  const file = await readConfigFile({ cwd: directory({ ".baton.yaml": "__proto__:\n  org: evil\n" }), env: {} });
  assert.equal(file?.values.get("org"), undefined);
  assert.equal(({} as { org?: string }).org, undefined);
});
