import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { BatonError } from "../errors.ts";
import { type Field, secretSourceFields } from "./field.ts";
import { type ResolvedConfig, resolveConfig } from "./resolve.ts";
import { readSecrets, splitCommandLine } from "./secret-source.ts";

const cwd = mkdtempSync(join(tmpdir(), "secrets ü "));
after(() => rmSync(cwd, { recursive: true, force: true }));
const node = `'${process.execPath}'`;

const fields: readonly Field[] = [
  {
    kind: "string",
    name: "api-key",
    secret: true,
    required: true,
    secretSources: true,
    fallbackEnvironment: ["OTHER_KEY"],
  },
  ...secretSourceFields("api-key", "API key"),
];

interface Given {
  readonly argv?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Keys of a `.baton.yaml` in the current directory. */
  readonly found?: Readonly<Record<string, string>>;
  readonly commandTimeoutMs?: number;
}

async function load({ argv = {}, env = {}, found, commandTimeoutMs }: Given): Promise<ResolvedConfig> {
  const inputs = {
    fields,
    relations: [],
    argv: new Map(Object.entries(argv).map(([name, text]) => [name, [text]])),
    env,
    file: found && {
      path: ".baton.yaml",
      foundInWorkingDirectory: true,
      values: new Map(Object.entries(found)),
      texts: new Map(Object.entries(found)),
    },
  };
  const place = { cwd, env, ...(commandTimeoutMs !== undefined && { commandTimeoutMs }) };
  return resolveConfig({ ...inputs, secrets: await readSecrets(inputs, place) });
}

function put(name: string, text: string, mode = 0o600): string {
  writeFileSync(join(cwd, name), text);
  chmodSync(join(cwd, name), mode);
  return name;
}

async function assertRefused(given: Given, code: string, message: RegExp): Promise<void> {
  await assert.rejects(load(given), (error: unknown) => {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, code);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, message);
    assert.doesNotMatch(`${error.message}${error.effect}${error.hint}`, /canary/);
    return true;
  });
}

for (const [ending, text] of [
  ["no newline", "canary-key"],
  ["a newline", "canary-key\n"],
  ["a Windows newline and a byte order mark", "\uFEFFcanary-key\r\n"],
] as const) {
  test(`a key is read from a file with ${ending} and counts as given`, async () => {
    const config = await load({ env: { BATON_API_KEY_FILE: put("key", text) } });
    assert.equal(config.string("api-key"), "canary-key");
    assert.deepEqual(config.secrets(), ["canary-key"]);
    assert.equal(config.source("api-key"), "file key");
  });
}

test("a key file that everybody can read and that is one's own is named; a closed one is not", async () => {
  const open = await load({ argv: { "api-key-file": put("open", "canary-key", 0o644) } });
  assert.match(open.notices.join("\n"), /^open holds a secret and other users of the machine can read it/);
  const closed = await load({ argv: { "api-key-file": put("closed", "canary-key", 0o640) } });
  assert.deepEqual(closed.notices, []);
});

test("a key file that is missing, empty, a directory or endless is an error that names it", async () => {
  mkdirSync(join(cwd, "directory"));
  for (const [path, problem] of [
    ["nowhere", /^the file for api-key, nowhere, cannot be read \(ENOENT\)$/],
    [put("blank", " \n"), /^the file for api-key, blank, is empty$/],
    ["directory", /directory, cannot be read \(EISDIR\)$/],
    ["/dev/zero", /is longer than 64 KiB$/],
  ] as const) {
    await assertRefused({ env: { BATON_API_KEY_FILE: path } }, "BATON-SECRET-FILE", problem);
  }
});

test("a key file that may not be read is an error", {
  skip: process.getuid?.() === 0 && "root reads all",
}, async () => {
  const path = put("locked", "canary-key", 0);
  await assertRefused({ env: { BATON_API_KEY_FILE: path } }, "BATON-SECRET-FILE", /EACCES/);
});

test("a systemd credential is taken when nothing else is set, and is beaten by any setting", async () => {
  mkdirSync(join(cwd, "credentials"));
  put("credentials/api-key", "canary-credential\n");
  const env = { CREDENTIALS_DIRECTORY: join(cwd, "credentials"), OTHER_KEY: "canary-other" };
  const config = await load({ env });
  assert.equal(config.string("api-key"), "canary-credential");
  assert.equal(config.source("api-key"), "systemd credential api-key");
  assert.equal((await load({ env: { ...env, BATON_API_KEY: "canary-set" } })).string("api-key"), "canary-set");
  const file = { BATON_API_KEY_FILE: put("key", "canary-file") };
  assert.equal((await load({ env: { ...env, ...file } })).string("api-key"), "canary-file");
});

test("a credentials directory without this credential changes nothing", async () => {
  const env = { CREDENTIALS_DIRECTORY: cwd };
  assert.equal((await load({ env: { ...env, OTHER_KEY: "canary-other" } })).string("api-key"), "canary-other");
  await assertRefused({ env }, "BATON-CONFIG-REQUIRED", /"api-key" not set/);
});

test("two settings for one secret are refused, whatever gives them", async () => {
  const env = { BATON_API_KEY: "canary-key", BATON_API_KEY_FILE: put("key", "canary-key") };
  await assertRefused({ env }, "BATON-SECRET-SOURCE", /^api-key and api-key-file are both set/);
  const mixed = { argv: { "api-key-file": "key" }, env: { BATON_API_KEY_COMMAND: "true" } };
  await assertRefused(mixed, "BATON-SECRET-SOURCE", /^api-key-file and api-key-command are both set/);
});

test("a command's output is the key; its arguments may be quoted, and no shell is involved", async () => {
  const command = `${node} -e "process.stdout.write('canary-$HOME;' + process.argv[1] + String.fromCharCode(10))" 'a b'`;
  const config = await load({ argv: { "api-key-command": command } });
  assert.equal(config.string("api-key"), "canary-$HOME;a b");
  assert.equal(config.source("api-key"), "command of --api-key-command");
});

for (const [what, script, problem] of [
  ["fails", "console.log('canary'); console.error('canary'); process.exit(3)", /ended with exit code 3$/],
  ["prints nothing", "", /printed nothing$/],
  ["prints too much", "console.log('canary'.repeat(20000))", /printed more than 64 KiB$/],
  ["never ends", "setInterval(() => console.log('canary'), 5)", /did not end within 10 seconds and was ended$/],
] as const) {
  test(`a command that ${what} is an error without its output`, async () => {
    const argv = { "api-key-command": `${node} -e "${script}"` };
    const limit = what === "never ends" ? { commandTimeoutMs: 400 } : {};
    await assertRefused({ argv, ...limit }, "BATON-SECRET-COMMAND", problem);
  });
}

test("a command that does not exist or cannot be split is an error", async () => {
  const given = (command: string) => ({ argv: { "api-key-command": command } });
  await assertRefused(given("/nowhere/tool"), "BATON-SECRET-COMMAND", /cannot be started \(ENOENT\)$/);
  await assertRefused(given("tool 'open"), "BATON-SECRET-COMMAND", /a quote without its partner$/);
});

test("T-84: a configuration file in the current directory may not name a command to run", async () => {
  await assertRefused({ found: { "api-key-command": "anything" } }, "BATON-CONFIG-UNTRUSTED", /would be run$/);
});

for (const [text, words] of [
  ["a b  c", ["a", "b", "c"]],
  [`a 'b "c"' "d 'e'" f'g h'i`, ["a", 'b "c"', "d 'e'", "fg hi"]],
  ["C:\\tools\\key.exe /x", ["C:\\tools\\key.exe", "/x"]],
  ["a ''", ["a", ""]],
  ["  ", []],
  ["a 'b", undefined],
] as const) {
  test(`${JSON.stringify(text)} is split into ${JSON.stringify(words)}`, () => {
    assert.deepEqual(splitCommandLine(text), words);
  });
}

test("a key file is found by a quoted path and by one from the home directory, and may be UTF-16", async () => {
  put("key-elsewhere", "value\n");
  for (const path of [
    '"key-elsewhere"',
    "'key-elsewhere'",
    "~/key-elsewhere",
    pathToFileURL(join(cwd, "key-elsewhere")).href,
  ]) {
    const config = await load({ argv: { "api-key-file": path }, env: { HOME: cwd } });
    assert.equal(config.string("api-key"), "value", path);
  }
  const littleEndian = Buffer.from("\ufeffvalue\r\n", "utf16le");
  for (const bytes of [littleEndian, Buffer.from(littleEndian).swap16()]) {
    writeFileSync(join(cwd, "key-of-windows"), bytes, { mode: 0o600 });
    const config = await load({ argv: { "api-key-file": "key-of-windows" } });
    assert.equal(config.string("api-key"), "value");
  }
});

test("a pipe is read to its end, and one that nobody writes to is given up", async () => {
  const pipe = join(cwd, "pipe");
  assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
  const given = { env: { BATON_API_KEY_FILE: "pipe" }, commandTimeoutMs: 300 };
  await assertRefused(given, "BATON-SECRET-FILE", /pipe, is a pipe that nobody writes to/);
  const writer = spawn("sh", ["-c", 'exec 3>"$1"; printf one- >&3; sleep 0.1; printf two >&3', "sh", pipe]);
  const written = once(writer, "close");
  const config = await load({ ...given, commandTimeoutMs: 60_000 });
  assert.equal(config.string("api-key"), "one-two");
  await written;
});
