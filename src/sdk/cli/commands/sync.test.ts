import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type ExampleOptions, exampleApp, exampleConnector } from "../../../../test/support/example-connector.ts";
import { type MemoryIo, type MemoryIoOptions, memoryIo } from "../../../../test/support/memory-io.ts";
import { rowsOf, syncRunsOf } from "../../../../test/support/plain-c1z.ts";
import type { ConnectorApp } from "../app.ts";
import { runCli } from "../run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "sync-command-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** With files that tests can look into by SQL. */
const credentials = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme", BATON_STORAGE_ENGINE: "sqlite" };

interface Result {
  readonly code: number;
  readonly io: MemoryIo;
  /** The written file, or undefined. */
  readonly file: Buffer | undefined;
}

async function sync(
  argv: readonly string[] = [],
  options: MemoryIoOptions = {},
  example: ExampleOptions & { sendTo?: (io: MemoryIo) => void } = {},
): Promise<Result> {
  const cwd = mkdtempSync(join(root, "d-"));
  const path = join(cwd, "out.c1z");
  const io = memoryIo({ env: credentials, ...options, argv: ["--file", path, ...argv], cwd });
  const { sendTo, ...rest } = example;
  const app = exampleApp({ ...rest, ...(sendTo && { onList: () => sendTo(io) }) });
  const code = await runCli(app, io);
  return { code, io, file: read(path) };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // Not written.
    return undefined;
  }
}

/** Control sequences on standard error, without the escape character. */
function sequences(io: MemoryIo): string[] {
  return io.stderrText().split("\u001b").slice(1);
}

const movesCursor = /^\[\d+[AJ]/;

function messages(io: MemoryIo): string[] {
  const lines = io
    .stderrText()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

test("a sync writes the file, logs its steps on standard error and leaves standard output empty", async () => {
  const { code, io, file } = await sync();
  assert.equal(code, 0, io.stderrText());
  assert.equal(file?.subarray(0, 4).toString(), "C1ZF");
  assert.equal(io.stdoutText(), "");
  const logged = messages(io);
  for (const message of ["Syncing resource types...", "Synced resources", "Synced grants", "Sync complete."]) {
    assert.ok(logged.includes(message), message);
  }
  assert.ok(!io.stderrText().includes("canary"));
});

test("on a terminal a sync shows progress and a summary in place of log lines", async () => {
  const { code, io } = await sync([], { stderrIsTty: true, stdoutIsTty: true });
  assert.equal(code, 0, io.stderrText());
  assert.deepEqual(messages(io), []);
  assert.match(io.stderrText(), /Syncing acme: /);
  assert.match(io.stderrText(), /✔ Synced acme/);
  assert.match(io.stderrText(), /user +2/);
  assert.equal(io.stdoutText(), "");
});

for (const [name, env] of [
  ["CI", { CI: "true" }],
  ["a dumb terminal", { TERM: "dumb" }],
  ["a log level", { BATON_LOG_LEVEL: "info" }],
] as const) {
  test(`with ${name} a terminal gets log lines in place of progress`, async () => {
    const { io } = await sync([], { stderrIsTty: true, env: { ...credentials, ...env } });
    assert.ok(messages(io).includes("Sync complete."));
    assert.ok(!sequences(io).some((sequence) => movesCursor.test(sequence)), "nothing is redrawn");
  });
}

test("NO_COLOR takes the colours from progress and summary", async () => {
  const { io } = await sync([], { stderrIsTty: true, env: { ...credentials, NO_COLOR: "1" } });
  assert.match(io.stderrText(), /Synced acme/);
  assert.deepEqual(
    sequences(io).filter((sequence) => !movesCursor.test(sequence)),
    [],
  );
});

test("log files get every line even while a terminal shows progress", async () => {
  const path = join(mkdtempSync(join(root, "l-")), "run.log");
  const { io } = await sync(["--log-path", path], { stderrIsTty: true });
  assert.match(readFileSync(path, "utf8"), /"msg":"Sync complete\."/);
  assert.match(io.stderrText(), /✔ Synced acme/);
});

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} ends the run with exit ${expected}, saves what was read, and the next run completes it`, async () => {
    let sent = false;
    const { code, io, file } = await sync(
      [],
      {},
      {
        sendTo(process) {
          if (!sent) process.sendSignal(signal);
          sent = true;
        },
      },
    );
    assert.equal(code, expected, io.stderrText());
    assert.match(io.stderrText(), new RegExp(`^BATON-INTERRUPTED: stopped by ${signal}$`, "m"));
    assert.equal(file?.subarray(0, 4).toString(), "C1ZF");
    assert.deepEqual(io.exits, []);
    const path = join(mkdtempSync(join(root, "d-")), "out.c1z");
    writeFileSync(path, file ?? "");
    const again = await sync(["--file", path]);
    assert.equal(again.code, 0, again.io.stderrText());
    assert.ok(messages(again.io).includes("resumed previous sync"));
  });
}

test("a second signal ends the process at once", async () => {
  const { io } = await sync(
    [],
    {},
    {
      sendTo(process) {
        process.sendSignal("SIGINT");
        process.sendSignal("SIGINT");
      },
    },
  );
  assert.equal(io.exits[0], 130);
});

test("only the resource types asked for are read, and an unknown one is an error", async () => {
  const one = await sync(["--sync-resource-types", "user"], { stderrIsTty: true });
  assert.equal(one.code, 0, one.io.stderrText());
  assert.match(one.io.stderrText(), /user +2/);
  assert.doesNotMatch(one.io.stderrText(), /club +1/);
  const unknown = await sync(["--sync-resource-types", "nope"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.io.stderrText(), /nope/);
});

test("without entitlements and grants there are only resources", async () => {
  const { io } = await sync(["--skip-entitlements-and-grants"], { stderrIsTty: true });
  assert.match(io.stderrText(), /entitlements +0/);
  assert.match(io.stderrText(), /grants +0/);
});

for (const argv of [
  ["--workers", "2"],
  ["--workers", "-1"],
  ["--parallel-sync"],
  ["--c1z-temp-dir", root],
  ["--event-feed", "false"],
  ["--sync-resource-types", "user", "--sync-resource-types", "club"],
]) {
  test(`${argv.join(" ")} is accepted without a warning`, async () => {
    const { code, io, file } = await sync(argv);
    assert.equal(code, 0, io.stderrText());
    assert.doesNotMatch(io.stderrText(), /"level":"(warn|error)"/);
    assert.equal(file?.subarray(0, 4).toString(), "C1ZF");
  });
}

for (const [engine, magic] of [
  ["", "C1Z3"],
  ["sqlite", "C1ZF"],
  ["pebble", "C1Z3"],
] as const) {
  test(`--storage-engine ${engine || "not given"} writes a file that begins with ${magic}`, async () => {
    const { code, io, file } = await sync([], { env: { ...credentials, BATON_STORAGE_ENGINE: engine } });
    assert.equal(code, 0, io.stderrText());
    assert.doesNotMatch(io.stderrText(), /"level":"(warn|error)"/);
    assert.equal(file?.subarray(0, 4).toString(), magic);
  });
}

test("flags without effect are named in warnings, and so is a secret on the command line", async () => {
  const { code, io } = await sync(["-p", "--health-check", "--skip-full-sync", "--api-key", "canary-api-key"]);
  assert.equal(code, 0, io.stderrText());
  const logged = messages(io);
  for (const message of [
    "--provisioning changes nothing: this connector only reads",
    "--health-check has an effect in service mode only",
    "--skip-full-sync has an effect in service mode only",
    "--api-key on the command line can be read by other users of this machine; set it in the environment",
  ]) {
    assert.ok(logged.includes(message), message);
  }
  assert.ok(io.argumentsHidden());
});

for (const [flag, value] of [
  ["session-store-maximum-size", "1000"],
  ["log-level-debug-expires-at", "2030-01-01T00:00:00Z"],
] as const) {
  test(`--${flag} has no effect, and the log says why`, async () => {
    const { code, io } = await sync([`--${flag}`, value]);
    assert.equal(code, 0, io.stderrText());
    assert.ok(messages(io).some((message) => message.startsWith(`--${flag} changes nothing: `)));
  });
}

for (const [argv, workers] of [
  [[], undefined],
  [["--workers", "3"], 3],
  [["--workers", "-7"], 1],
  [["--workers", "0"], 1],
  [["--parallel-sync", "--workers", "3"], 3],
  [["--parallel-sync"], Math.min(availableParallelism(), 4)],
  [["--workers=-1"], Math.min(availableParallelism(), 4)],
] as const) {
  test(`${argv.join(" ") || "no flag"} asks for ${workers ?? "as many as the connector chooses"} workers`, async () => {
    const asked: unknown[] = [];
    const createConnector: ConnectorApp["createConnector"] = async (_config, context) => {
      asked.push(context.workers);
      return exampleConnector();
    };
    const path = join(mkdtempSync(join(root, "w-")), "out.c1z");
    const io = memoryIo({ env: credentials, argv: ["--file", path, ...argv], cwd: root });
    assert.equal(await runCli(exampleApp({}, { createConnector }), io), 0);
    assert.deepEqual(asked, [workers]);
  });
}

test("an external file that is missing ends the run with exit 2", async () => {
  const { code, io, file } = await sync(["--external-resource-c1z", "nowhere.c1z"]);
  assert.equal(code, 2);
  assert.match(io.stderrText(), /^BATON-EXTERNAL-FILE: the external file .*nowhere\.c1z cannot be used: /m);
  assert.equal(file, undefined);
});

test("of an external file nothing is taken when no grant asks for it", async () => {
  const external = join(mkdtempSync(join(root, "x-")), "external.c1z");
  await sync(["--file", external]);
  const { code, io } = await sync(["--external-resource-c1z", external, "--external-resource-traits", "user"]);
  assert.equal(code, 0, io.stderrText());
  assert.match(io.stderrText(), /no grant asks for principals of the external file/);
});

test("keys of the configuration file that no field has are named in a warning", async () => {
  const path = join(mkdtempSync(join(root, "c-")), "my.yaml");
  writeFileSync(path, "api-key: canary-api-key\norg: acme\napi_key: typo\nother: x\n");
  const { code, io } = await sync([], { env: { BATON_CONFIG_PATH: path } });
  assert.equal(code, 0, io.stderrText());
  assert.match(
    io.stderrText(),
    /"msg":"the configuration file has keys that no field has","keys":\["api_key","other"\],"meant":\["api-key"\]/,
  );
});

test("--sync-resources writes a partial sync of these resources only", async () => {
  const { code, file } = await sync(["--sync-resources", "bid:r:user/ada"], {}, { singleReads: true });
  assert.equal(code, 0);
  const path = join(mkdtempSync(join(root, "t-")), "out.c1z");
  writeFileSync(path, file ?? "");
  const [run] = syncRunsOf(path);
  assert.equal(run?.["sync_type"], "partial");
  const rows = rowsOf(path, String(run["sync_id"]));
  assert.deepEqual(
    rows["v1_resources"]?.map((row) => row["external_id"]),
    ["user:ada"],
  );
});

test("--sync-resources of a type that cannot be read one by one warns, exits 0 and writes nothing", async () => {
  for (const stderrIsTty of [false, true]) {
    const { code, io, file } = await sync(["--sync-resources", "bid:r:club/chess"], { stderrIsTty });
    assert.equal(code, 0);
    assert.equal(file, undefined);
    assert.match(io.stderrText(), /skipping resource due to unimplemented connector/);
    assert.match(io.stderrText(), /nothing was read, so that nothing was written/);
    assert.doesNotMatch(io.stderrText(), /✔ Synced/);
  }
});

test("a Baton id that cannot be read is shown with a mark under the place", async () => {
  const { code, io } = await sync(["--sync-resources", "bid:r:user/ada:x"]);
  assert.equal(code, 2);
  const [line, mark] = io.stderrText().split("\n").slice(-5);
  assert.equal(line?.indexOf("ada:") ?? -1, (mark?.indexOf("^") ?? 0) - 3);
});

test("a stopped sync of single resources leaves the file as it was, and says so", async () => {
  const argv = ["--sync-resources", "bid:r:user/ada", "--sync-resources", "bid:r:user/grace"];
  const sendTo = (process: MemoryIo): void => process.sendSignal("SIGTERM");
  const { code, io, file } = await sync(argv, {}, { singleReads: true, sendTo });
  assert.equal(code, 143);
  assert.match(io.stderrText(), /^ {2}The file is as it was\.$/m);
  assert.equal(file, undefined);
});
