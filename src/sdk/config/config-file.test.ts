import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { BatonError } from "../errors.ts";
import { readConfigFile } from "./config-file.ts";
import type { FieldValue } from "./field.ts";
import { resolveConfig } from "./resolve.ts";

const root = mkdtempSync(join(tmpdir(), "config-file-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** A directory with files. */
function directory(files: Record<string, string>): string {
  const path = mkdtempSync(join(root, "d-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function assertRefused(cwd: string, env: Record<string, string>, message: RegExp): Promise<void> {
  await assert.rejects(readConfigFile({ cwd, env, pipeWaitMs: 50 }), (error: unknown) => {
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

test("a file in UTF-16 with its mark, as PowerShell writes it, is read as one in UTF-8", async () => {
  const cwd = directory({});
  const text = Buffer.from("\ufefforg: müller\r\n", "utf16le");
  for (const bytes of [text, Buffer.from(text).swap16()]) {
    writeFileSync(join(cwd, ".baton.yaml"), bytes);
    const file = await readConfigFile({ cwd, env: {} });
    assert.equal(file?.values.get("org"), "müller");
  }
});

test("a link that leads nowhere is a lost configuration, not a missing one", async () => {
  const cwd = directory({ ".baton.yml": "org: other\n" });
  symlinkSync("/nowhere/baton.yaml", join(cwd, ".baton.yaml"));
  await assertRefused(cwd, {}, /\.baton\.yaml cannot be read \(ENOENT\)/);
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

test("a directory, a device without an end and a pipe in place of the file are refused", async () => {
  const cwd = directory({});
  mkdirSync(join(cwd, "folder.yaml"));
  await assertRefused(cwd, { BATON_CONFIG_PATH: "folder.yaml" }, /folder\.yaml cannot be read \(EISDIR\)$/);
  symlinkSync("/dev/zero", join(cwd, "endless.yaml"));
  await assertRefused(cwd, { BATON_CONFIG_PATH: "endless.yaml" }, /endless\.yaml is longer than 1024 KiB$/);
  assert.equal(spawnSync("mkfifo", [join(cwd, ".baton.yaml")]).status, 0);
  await assertRefused(cwd, {}, /\.baton\.yaml is a pipe that nobody writes to$/);
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

test("a key that is there twice, in capital and in small letters, is refused", async () => {
  await assertRefused(directory({ ".baton.yaml": "org: x\nORG: y\n" }), {}, /has a key twice/);
});

test("a list in place of a map is refused", async () => {
  await assertRefused(directory({ ".baton.yaml": "- org\n" }), {}, /is not a map of keys to values$/);
});

test("a key called __proto__ is a key like any other", async () => {
  const file = await readConfigFile({ cwd: directory({ ".baton.yaml": "__proto__:\n  org: evil\n" }), env: {} });
  assert.equal(file?.values.get("org"), undefined);
  assert.equal(({} as { org?: string }).org, undefined);
});

test("a text stays as it is written where a text is wanted, and a number is one where a number is wanted", async () => {
  const lines = ["org: 0042", "key: 1e3", "file: 2026-01-02", "level: yes", "flag: True", "hex: 0x1F", "real: 1.50"];
  const yaml = [...lines, "many: [007, 1_000, false, .5]", "none: ~", "count: 30", 'quoted: "08"'].join("\n");
  const file = await readConfigFile({ cwd: directory({ ".baton.yaml": yaml }), env: {} });
  const text = (name: string): FieldValue => {
    const fields = [{ kind: name === "many" ? "stringSlice" : "string", name } as const];
    return resolveConfig({ fields, relations: [], argv: new Map(), env: {}, file }).get(name).value;
  };
  const expected = {
    org: "0042",
    key: "1e3",
    file: "2026-01-02",
    level: "yes",
    flag: "True",
    hex: "0x1F",
    real: "1.50",
  };
  for (const [name, value] of Object.entries({ ...expected, none: "", quoted: "08" })) assert.equal(text(name), value);
  assert.deepEqual(text("many"), ["007", "1_000", "false", ".5"]);
  const numbers = [{ kind: "int", name: "count" } as const, { kind: "bool", name: "flag" } as const];
  const read = resolveConfig({ fields: numbers, relations: [], argv: new Map(), env: {}, file });
  assert.equal(read.int("count"), 30);
  assert.equal(read.bool("flag"), true);
});

test("an anchor gives the text that it stands for, as it is written", async () => {
  const cwd = directory({ ".baton.yaml": "a: &slug 0042\norg: *slug\n" });
  const file = await readConfigFile({ cwd, env: {} });
  const fields = [{ kind: "string", name: "org" } as const];
  assert.equal(resolveConfig({ fields, relations: [], argv: new Map(), env: {}, file }).string("org"), "0042");
});

test("nothing of a key that YAML can hold and JavaScript cannot gets into the output", () => {
  const cwd = directory({ ".baton.yaml": "{a: canary-secret}: b\n" });
  const url = pathToFileURL(join(import.meta.dirname, "config-file.ts")).href;
  const code = `import(${JSON.stringify(url)}).then((m) => m.readConfigFile({ cwd: ${JSON.stringify(cwd)}, env: {} }))`;
  const run = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  assert.doesNotMatch(run.stdout + run.stderr, /canary/);
});

const isRoot = process.getuid?.() === 0;

/** Reads as another user; root may read everything. */
function readAsStranger(cwd: string, env: Record<string, string>): string {
  const url = pathToFileURL(join(import.meta.dirname, "config-file.ts")).href;
  const code = `import(${JSON.stringify(url)}).then(async (m) => {
    process.setgid(54321);
    process.setgroups([]);
    process.setuid(54321);
    const read = m.readConfigFile({ cwd: ${JSON.stringify(cwd)}, env: ${JSON.stringify(env)} });
    console.log(await read.then((file) => file?.path ?? "none", (error) => error.code + " " + error.message));
  })`;
  return spawnSync(process.execPath, ["-e", code], { encoding: "utf8" }).stdout.trim();
}

test("a directory that may not be entered holds no configuration file, unless one in it is named", {
  skip: !isRoot && "needs root, to become another user",
}, () => {
  chmodSync(root, 0o755);
  const locked = directory({ ".baton.yaml": "org: a\n" });
  chmodSync(locked, 0o700);
  assert.equal(readAsStranger(locked, {}), "none");
  const named = join(locked, ".baton.yaml");
  assert.match(readAsStranger(locked, { BATON_CONFIG_PATH: named }), /^BATON-CONFIG-FILE .*EACCES/);
});

test("a file that is there and may not be read is an error: it must not look like none", {
  skip: !isRoot && "needs root, to become another user",
}, () => {
  chmodSync(root, 0o755);
  const open = directory({ ".baton.yaml": "org: a\n" });
  chmodSync(open, 0o755);
  chmodSync(join(open, ".baton.yaml"), 0o600);
  assert.match(readAsStranger(open, {}), /^BATON-CONFIG-FILE .*EACCES/);
});
