import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type ExampleOptions, exampleApp, exampleConnector } from "../../../test/support/example-connector.ts";
import { exampleFeed } from "../../../test/support/example-feed.ts";
import { type MemoryIo, type MemoryIoOptions, memoryIo } from "../../../test/support/memory-io.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import type { Flag } from "../config/field.ts";
import { BatonError, Status } from "../errors.ts";
import { type ConnectorApp, defineCommand, type Invocation } from "./app.ts";
import { runCli } from "./run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "run-cli-"));
after(() => rmSync(root, { recursive: true, force: true }));

const credentials = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme" };

interface Result {
  readonly code: number;
  readonly io: MemoryIo;
  readonly cwd: string;
}

/** Runs the program in a directory of its own. */
async function run(
  argv: readonly string[],
  options: MemoryIoOptions & { files?: Record<string, string> } = {},
  app: ConnectorApp = exampleApp(),
): Promise<Result> {
  const cwd = mkdtempSync(join(root, "d-"));
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(cwd, name), text);
  const io = memoryIo({ ...options, argv, cwd });
  return { code: await runCli(app, io), io, cwd };
}

/** The last line of plain text that begins with a code. */
function plainError(io: MemoryIo): string | undefined {
  return io
    .stderrText()
    .split("\n")
    .findLast((line) => /^[A-Z][A-Z0-9]*-[A-Z0-9-]+: /.test(line));
}

function logLines(io: MemoryIo): Record<string, unknown>[] {
  const lines = io.stderrText().split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("--version prints name and version", async () => {
  for (const argv of [["--version"], ["-v"], ["version"], ["-f", "x", "--version"]]) {
    const { code, io } = await run(argv);
    assert.deepEqual([code, io.stdoutText(), io.stderrText()], [0, "baton-example version 1.2.3\n", ""]);
  }
});

interface Refusal {
  readonly argv: readonly string[];
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly code: number;
  readonly text: string;
}

const refusals: readonly Refusal[] = [
  { argv: ["--bogus"], code: 2, text: "BATON-USAGE: unknown flag: --bogus" },
  { argv: ["bogus"], code: 2, text: 'BATON-USAGE: unknown command "bogus" for "baton-example"' },
  { argv: ["--provisioning", "false"], code: 2, text: 'BATON-USAGE: unknown command "false" for "baton-example"' },
  { argv: ["config", "--api-key", "x"], code: 2, text: "BATON-USAGE: unknown flag: --api-key" },
  { argv: ["config", "--version"], code: 2, text: "BATON-USAGE: unknown flag: --version" },
  { argv: ["help", "bogus"], code: 2, text: 'BATON-USAGE: unknown command "bogus" for "baton-example"' },
  { argv: [], code: 2, text: 'BATON-CONFIG-REQUIRED: required flag(s) "api-key", "org" not set' },
  {
    argv: [],
    env: { BATON_ORG: "" },
    code: 2,
    text: 'BATON-CONFIG-REQUIRED: required flag(s) "api-key", "org" not set',
  },
  { argv: ["--org="], env: credentials, code: 2, text: "BATON-CONFIG-INVALID: errors found:" },
  {
    argv: [],
    env: { ...credentials, BATON_WORKERS: "ten" },
    code: 2,
    text: 'BATON-CONFIG-VALUE: environment BATON_WORKERS: "ten" is not a whole number for workers',
  },
  {
    argv: ["--client-id", "x"],
    env: credentials,
    code: 2,
    text: "BATON-CONFIG-GROUP: the flags in the group [client-id client-secret] belong together; missing [client-secret]",
  },
  {
    argv: ["--version"],
    env: { BATON_CONFIG_PATH: "x.json" },
    code: 2,
    text: "BATON-CONFIG-FILE: a .yaml or .yml extension was expected: BATON_CONFIG_PATH is x.json",
  },
  {
    argv: [],
    files: { ".baton.yaml": "api-key: canary-api-key\norg: acme\nbase-url: https://evil.test\n" },
    code: 2,
    text: "BATON-CONFIG-UNTRUSTED: .baton.yaml in the current directory sets base-url, which is not trusted there: its host is not example.com or below",
  },
  { argv: ["--http-timeout-seconds", "1801"], env: credentials, code: 2, text: "BATON-CONFIG-INVALID: errors found:" },
  { argv: ["--task-concurrency", "0"], env: credentials, code: 2, text: "BATON-CONFIG-INVALID: errors found:" },
  { argv: ["--storage-engine", "rocks"], env: credentials, code: 2, text: "BATON-CONFIG-INVALID: errors found:" },
  {
    argv: ["--c1z-temp-dir", "nowhere"],
    env: credentials,
    code: 2,
    text: "BATON-TEMP-DIR: the temporary directory nowhere does not exist",
  },
  {
    argv: [],
    env: { ...credentials, BATON_TMPDIR: "nowhere" },
    code: 2,
    text: "BATON-TEMP-DIR: the temporary directory nowhere does not exist",
  },
  {
    argv: [],
    env: { ...credentials, BATON_KEEP_SYNC_COUNT: "0" },
    code: 2,
    text: 'BATON-CONFIG-VALUE: environment BATON_KEEP_SYNC_COUNT: "0" is not a whole number above 0',
  },
  {
    argv: ["--log-path", "nowhere/x.log"],
    env: credentials,
    code: 2,
    text: "BATON-LOG-PATH: the log file nowhere/x.log cannot be opened (ENOENT)",
  },
  {
    argv: ["--client-id", "a@b/c", "--client-secret", "canary-api-key"],
    env: credentials,
    code: 2,
    text: "C1-CLIENT-SECRET: invalid client secret: it does not hold a version 1 key",
  },
  {
    argv: ["--sync-resources", "bid:r:repo/1"],
    env: credentials,
    code: 2,
    text: "BATON-TARGET-TYPE: there is no resource type 'repo', of which '1' was to be read",
  },
  {
    argv: ["--sync-resources", "user/1"],
    env: credentials,
    code: 2,
    text: "BATON-ID: invalid Baton id: 'bid:r:' is expected here",
  },
  {
    argv: ["--skip-grants"],
    env: credentials,
    code: 2,
    text: "BATON-SKIP-GRANTS: leaving out grants works only within a targeted sync",
  },
  {
    argv: ["--auth-method", "oauth"],
    env: credentials,
    code: 2,
    text: "BATON-UNSUPPORTED: --auth-method chooses between ways to authenticate, and this connector has only one",
  },
  {
    argv: ["--external-resource-traits", "user"],
    env: credentials,
    code: 2,
    text: "BATON-EXTERNAL-MISSING: external principals are to be chosen, but there is no external file",
  },
  { argv: ["--diff-syncs"], env: credentials, code: 2, text: "BATON-USAGE: unknown flag: --diff-syncs" },
  {
    argv: ["--log-event-log"],
    env: credentials,
    code: 12,
    text: "BATON-UNSUPPORTED: --log-event-log writes to the event log of Windows, which this program does not do; --log-path names a file",
  },
  {
    argv: ["--compact-syncs", "--compact-file-paths", "a.c1z"],
    env: credentials,
    code: 12,
    text: "BATON-UNSUPPORTED: --compact-file-paths merges files, which this program does not do",
  },
];

for (const { argv, env = {}, files = {}, code, text } of refusals) {
  const given = [...argv, ...Object.keys(env), ...Object.keys(files)].join(" ") || "nothing";
  test(`${given}: exit ${code}, ${text}`, async () => {
    const { code: actual, io, cwd } = await run(argv, { env, files });
    assert.equal(plainError(io), text);
    assert.equal(actual, code);
    assert.equal(io.stdoutText(), "");
    assert.ok(!existsSync(join(cwd, "sync.c1z")), "no file is written");
    assert.ok(!io.stderrText().includes("canary-api-key"), "no secret is printed");
    assert.doesNotMatch(io.stderrText(), /^ {4}at /m, "no stack trace is printed");
    assert.equal(logLines(io).at(-1)?.["msg"], "error running connector");
  });
}

const tasks: readonly (readonly [argv: readonly string[], code: number, text: string | undefined])[] = [
  [["--grant-entitlement", "e", "--grant-principal", "p"], 12, "BATON-UNIMPLEMENTED"],
  [["--revoke-grant", "g"], 12, "BATON-UNIMPLEMENTED"],
  [["--create-account-login", "x"], 12, "BATON-UNIMPLEMENTED"],
  [["--create-account-profile", "{}"], 12, "BATON-UNIMPLEMENTED"],
  [["--create-account-email", "x@example.com"], 12, "BATON-UNIMPLEMENTED"],
  [["--delete-resource", "x", "--delete-resource-type", "user"], 12, "BATON-UNIMPLEMENTED"],
  [["--rotate-credentials", "x", "--rotate-credentials-type", "user"], 12, "BATON-UNIMPLEMENTED"],
  [["--create-ticket", "--ticket-template-path", "x"], 12, "BATON-UNIMPLEMENTED"],
  [["--bulk-create-ticket", "--bulk-ticket-template-path", "x"], 12, "BATON-UNIMPLEMENTED"],
  [["--get-ticket", "--ticket-id", "x"], 12, "BATON-UNIMPLEMENTED"],
  [["--list-ticket-schemas"], 12, "BATON-UNIMPLEMENTED"],
  [["--invoke-action", "x"], 5, "BATON-ACTION-UNKNOWN"],
  [["--list-action-schemas"], 0, undefined],
  [["--list-resource-actions", "user"], 12, "BATON-UNSUPPORTED"],
  [["--invoke-resource-action", "x"], 12, "BATON-UNSUPPORTED"],
  [["--event-feed", "true"], 5, "BATON-FEED-UNKNOWN"],
  [["--event-feed", "banana"], 2, "BATON-USAGE"],
];

test("--event-feed prints one event a line, page by page, and logs where to go on", async () => {
  const feed = exampleFeed(undefined, {
    // Pages of two, whatever is asked for.
    list: (options) => exampleFeed().list({ ...options, pageSize: 2 }),
  });
  const createConnector = async () => ({ ...exampleConnector(), eventFeeds: [feed] });
  const app = exampleApp({}, { createConnector, hasEventFeeds: true });
  const env = credentials;
  const all = await run(["--event-feed", "true", "--event-feed-start-at", "1970-01-01T00:00:02Z"], { env }, app);
  assert.equal(all.code, 0, all.io.stderrText());
  const events = all.io
    .stdoutText()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; occurredAt: string });
  assert.deepEqual(
    events.map(({ id, occurredAt }) => [id, occurredAt]),
    [2, 3, 4].map((second) => [`e${second}`, `1970-01-01T00:00:0${second}Z`]),
  );
  assert.equal(logLines(all.io).findLast(({ msg }) => msg === "events read")?.["cursor"], "4");
  const rest = await run(["--event-feed", "1", "--event-feed-cursor", "4"], { env }, app);
  assert.deepEqual([rest.code, rest.io.stdoutText()], [0, ""]);
  const wrong = await run(["--event-feed", "1", "--event-feed-start-at", "yesterday"], { env }, app);
  assert.deepEqual([wrong.code, plainError(wrong.io)?.split(":")[0]], [2, "BATON-USAGE"]);
  const capable = await run(["capabilities"], {}, app);
  assert.match(capable.io.stdoutText(), /"CAPABILITY_EVENT_FEED_V2"/);
});

for (const [argv, code, errorCode] of tasks) {
  test(`the task ${argv.join(" ")} is answered with exit ${code} and syncs nothing`, async () => {
    const {
      code: actual,
      io,
      cwd,
    } = await run([...argv, "-f", "old.c1z"], {
      env: credentials,
      files: { "old.c1z": "C1ZF" },
    });
    assert.equal(actual, code);
    assert.equal(plainError(io)?.split(":")[0], errorCode);
    assert.ok(!existsSync(join(cwd, "sync.c1z")));
  });
}

test("a grant without a synced file is refused because there is no sync", async () => {
  const { code, io } = await run(["--revoke-grant", "g"], { env: credentials });
  assert.equal(code, 9);
  assert.equal(plainError(io), "BATON-NO-SYNC: no current sync: sync.c1z does not exist or is empty");
});

test("two tasks at once are refused", async () => {
  const { code, io } = await run(["--revoke-grant", "g", "--create-account-login", "x"], { env: credentials });
  assert.equal(code, 2);
  assert.match(plainError(io) ?? "", /\[create-account-login revoke-grant\] were all set$/);
});

test("listing action schemas logs that there are none", async () => {
  const { io } = await run(["--list-action-schemas"], { env: credentials });
  const { msg, count, schemas } = logLines(io).at(-1) ?? {};
  assert.deepEqual({ msg, count, schemas }, { msg: "Action Schemas", count: 0, schemas: null });
});

const failures: readonly (readonly [what: string, options: ExampleOptions, code: number, text: string])[] = [
  [
    "an error of the connector",
    {
      onValidate() {
        throw new BatonError({
          code: "EX-AUTH-401",
          status: Status.unauthenticated,
          message: "key refused",
          hint: "new key",
        });
      },
    },
    16,
    "EX-AUTH-401: key refused",
  ],
  [
    "a plain error with the secret and an escape sequence in it",
    {
      onValidate() {
        throw new Error("server said canary-api-key \u001b[2J");
      },
    },
    2,
    "BATON-UNEXPECTED: server said [REDACTED] \\u001b[2J",
  ],
];

for (const [what, options, code, text] of failures) {
  test(`${what} ends with exit ${code} and its text`, async () => {
    const { code: actual, io } = await run([], { env: credentials }, exampleApp(options));
    assert.equal(actual, code);
    assert.equal(plainError(io), text);
    assert.ok(!io.stderrText().includes("canary"));
  });
}

test("the plain text is the end of standard error, the log line before it carries the same in fields", async () => {
  const { io } = await run(["--bogus"]);
  assert.ok(
    io
      .stderrText()
      .endsWith(
        "\nBATON-USAGE: unknown flag: --bogus\n  Nothing was started.\n  Run with --help to see what there is.\n",
      ),
  );
  const { ts: _ts, caller: _caller, ...line } = logLines(io)[0] ?? {};
  assert.deepEqual(line, {
    level: "error",
    msg: "error running connector",
    connector: "baton-example",
    error: "unknown flag: --bogus",
    code: "BATON-USAGE",
    grpc_code: "unknown",
    effect: "Nothing was started.",
    hint: "Run with --help to see what there is.",
  });
});

test("on a terminal an error is plain text only", async () => {
  const { io } = await run(["--bogus"], { stderrIsTty: true });
  assert.match(io.stderrText(), /^BATON-USAGE: unknown flag: --bogus\n/);
});

test("service mode waits for ConductorOne until it is told to stop, and ends with 0", async () => {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const key = Buffer.from(JSON.stringify(jwk)).toString("base64url");
  const secret = `secret-token:example.com:v1:${key}`;
  const clock = new VirtualClock();
  const io = memoryIo({
    // Nobody listens on port 1.
    argv: ["--client-id", "name@127.0.0.1:1/x", "--client-secret", secret, "--health-check", "--revoke-grant=g"],
    env: credentials,
    cwd: root,
    clock,
  });
  const done = runCli(exampleApp(), io);
  while (clock.sleeps.length < 4) await setImmediate();
  io.sendSignal("SIGTERM");
  assert.equal(await done, 0);
  assert.deepEqual(clock.sleeps.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  assert.ok(!io.stderrText().includes(key));
  assert.doesNotMatch(io.stderrText(), /in service mode only/);
  assert.match(io.stderrText(), /--revoke-grant has no effect in service mode/);
  assert.ok(io.argumentsHidden());
});

test("a command reads no flag that it does not declare, nor as another kind: such a program does not compile", async () => {
  const declared = { name: "typed", summary: "", settings: "none", options: [{ kind: "int", name: "port" }] } as const;
  const elsewhere = async ({ options }: Invocation<Flag<"int", "port"> | Flag<"bool", "json">>): Promise<number> =>
    options.bool("json") ? options.int("port") : 0;
  const wrong = [
    // @ts-expect-error: no flag has that name
    defineCommand({ ...declared, run: async ({ options }) => options.int("prot") }),
    // @ts-expect-error: it is a number
    defineCommand({ ...declared, run: async ({ options }) => options.string("port").length }),
    // @ts-expect-error: --json is not declared
    defineCommand({ ...declared, run: async (invocation) => await elsewhere(invocation) }),
  ];
  for (const command of wrong) {
    const { code, io } = await run(["typed", "--port", "1"], {}, exampleApp({}, { commands: [command] }));
    assert.equal(code, Status.unknown);
    assert.match(io.stderrText(), /BATON-UNEXPECTED/);
  }
});

test("commands of the program get their flags and operands, and their errors become exit codes", async () => {
  const calls: unknown[] = [];
  const app = exampleApp(
    {},
    {
      commands: [
        defineCommand({
          name: "extra",
          summary: "Do more",
          operands: "WHAT",
          settings: "none",
          options: [
            { kind: "int", name: "port", description: "Where" },
            { kind: "bool", name: "fail", description: "Fail" },
          ],
          about: (program) => `What ${program} does more.`,
          async run({ options, flags }) {
            calls.push([options.int("port"), flags.operands]);
            if (options.bool("fail")) {
              throw new BatonError({ code: "EX-FAIL", status: Status.notFound, message: "gone" });
            }
            return 3;
          },
        }),
      ],
    },
  );
  assert.equal((await run(["extra", "--port", "1", "x"], {}, app)).code, 3);
  const failed = await run(["extra", "--fail"], {}, app);
  assert.equal(failed.code, 5);
  assert.equal(plainError(failed.io), "EX-FAIL: gone");
  assert.deepEqual(calls, [
    [1, ["x"]],
    [0, []],
  ]);
  assert.equal((await run(["extra", "--api-key", "k"], {}, app)).code, 2, "settings are no flags of it");
  for (const argv of [
    ["help", "extra"],
    ["extra", "--help"],
  ]) {
    const help = (await run(argv, {}, app)).io.stdoutText();
    assert.match(help, /^Do more\n\nUsage:\n {2}baton-example extra WHAT \[flags\]\n\nWhat baton-example does more\./);
    assert.match(help, /^ {6}--port int +Where$/m);
    assert.doesNotMatch(help, /Global Flags/);
  }
  assert.match((await run(["--help"], {}, app)).io.stdoutText(), /^ {2}extra +Do more$/m);
  const script = (await run(["completion", "bash"], {}, app)).io.stdoutText();
  assert.match(script, /extra/);
  assert.match(script, /--fail/);
});
