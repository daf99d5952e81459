// T-80: secrets are looked for in everything that the program leaves, prints, sends or shows while it runs, in all the
// encodings in which they might slip through. The keys are the sandbox's, or one of odd characters that all encodings
// change; the searched-for texts are made by test/trust/secret-forms.ts alone.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startJourney } from "../../sandbox/c1/journey.ts";
import type { FaultKind } from "../../sandbox/faults/faults.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type Finished, type RunningProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";
import { OtlpReceiver } from "../support/otlp-receiver.ts";
import { type Channel, filesBelow, formsOf, hitsIn } from "./secret-forms.ts";

const sandbox = await startSandbox({ organization: { members: 12, teams: 3 } });
after(() => sandbox.close());
/** All of its forms differ from each other. */
const oddKey = 'csa_"Ca\\nary+/=%&<K>~:?#0123456789';
let scanned = 0;

const debug = ["--log-level", "debug"];

interface Watched extends Finished {
  readonly channels: readonly Channel[];
}

/** Command lines of a process and of all below it, as everybody on the machine can read them. */
function commandLines(pid: number): string {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return [readFileSync(`/proc/${pid}/cmdline`, "utf8"), ...children.map((one) => commandLines(Number(one)))].join(
      "\n",
    );
  } catch {
    return ""; // ended meanwhile, or not Linux
  }
}

/** Runs a command, and looks at process list and temporary files at every request that it makes. */
async function watch(
  directory: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { at = sandbox, whenUp }: { at?: Sandbox; whenUp?: (program: RunningProgram) => Promise<void> } = {},
): Promise<Watched> {
  const scratch = join(directory, "scratch");
  mkdirSync(scratch, { recursive: true });
  const seen: Channel[] = [];
  const program = startProgram(argv, { cwd: directory, env: { BATON_TMPDIR: scratch, ...env } });
  const off = at.onRequest(({ path }) => {
    seen.push({ name: "the process list", content: commandLines(program.pid) }, { name: "a URL", content: path });
    for (const { name, content } of filesBelow(scratch)) seen.push({ name: `temporary file ${name}`, content });
    return undefined;
  });
  await whenUp?.(program);
  const finished = await program.finished;
  off();
  const { stdout, stderr } = finished;
  return {
    ...finished,
    channels: [
      { name: "stdout", content: stdout },
      { name: "stderr", content: stderr },
      ...seen,
      ...filesBelow(directory),
    ],
  };
}

/** Fails when a secret is anywhere; `given` are files that the test itself put it in. */
function assertClean(
  { channels }: Pick<Watched, "channels">,
  secrets: Readonly<Record<string, string>>,
  given: readonly string[] = [],
): void {
  scanned++;
  const searched = channels.filter(({ name }) => !given.includes(name));
  assert.deepEqual(hitsIn(searched, secrets), []);
}

test("T-80: the search finds a secret in every encoding, in a packed file, and within other text", () => {
  using scratch = scratchDirectory();
  for (const [form, text] of formsOf(oddKey)) {
    writeFileSync(join(scratch.path, "x.log"), `before ${text} behind`);
    assert.ok(hitsIn(filesBelow(scratch.path), { key: oddKey }).length > 0, form);
  }
  for (let offset = 0; offset < 3; offset++) {
    const packed = Buffer.from(`${"u".repeat(offset)}${oddKey}:p`).toString("base64");
    assert.ok(hitsIn([{ name: "x", content: packed }], { key: oddKey }).length > 0, `base64 at offset ${offset}`);
  }
});

test("T-80: no command, at debug level, leaves or prints the key, in any form", async () => {
  using scratch = scratchDirectory();
  const { BATON_STORAGE_ENGINE: _, ...env } = settingsFor(sandbox);
  const secrets = { "API key": env.BATON_API_KEY };
  const [member = assert.fail()] = sandbox.organization.members;
  const [team = assert.fail()] = sandbox.organization.teams;
  const logged = ["--log-path", "stderr", "--log-path", "run.log", ...debug];
  const reports = ["offboarding", "dormant", "two-factor", "owners", "team-managers", "roster", "grants"];
  const commands: readonly (readonly string[])[] = [
    logged,
    [...logged, "--log-format", "console"],
    ["--strict", ...debug],
    ["validate", ...debug],
    ["validate", "--output", "json", ...debug],
    ["doctor", ...debug],
    ["doctor", "--json", "--bundle", "bundle.json"],
    ["inspect", "sync.c1z"],
    ["inspect", "sync.c1z", "--json"],
    ...reports.map((name) => ["report", name]),
    ["report", "access", member.user, "--output", "json", "--out", "access.json"],
    ["report", "members", team.slug, "--output", "csv", "--out", "members.csv"],
    ["report", "roster", "--output", "xlsx", "--out", "roster.xlsx"],
    ["report", "changes", "--output", "json"],
    ["evidence", "--out", "evidence.zip"],
    ["--sync-resources", `bid:r:team/${team.slugPerm}`, "-f", "team.c1z", ...debug],
    ["config"],
    ["capabilities"],
    ["completion", "bash"],
    ["help"],
    ["version"],
  ];
  for (const argv of commands) {
    const run = await watch(scratch.path, argv, env);
    assert.equal(run.code, 0, `${argv.join(" ")}: ${run.stderr}`);
    assertClean(run, secrets);
  }
  for (const file of ["run.log", "sync.c1z.run.json", "bundle.json", "evidence.zip", "roster.xlsx", "members.csv"]) {
    assert.ok(existsSync(join(scratch.path, file)), `${file} was there to be searched`);
  }
  assert.match(readFileSync(join(scratch.path, "run.log"), "utf8"), /"level":"debug"/);
});

test("T-80: wherever the key comes from, it is in nothing that the program leaves or prints", async () => {
  const { BATON_API_KEY: key, ...env } = settingsFor(sandbox);
  const sources: readonly (readonly [
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    given: readonly string[],
  ])[] = [
    [["--api-key", key], {}, []],
    [[`--api-key=${key}`], {}, []],
    [[], { BATON_API_KEY: ` ${key}\n` }, []],
    [[], { BATON_API_KEY: `Bearer ${key}` }, []],
    [[], { CLOUDSMITH_API_KEY: key }, []],
    [["--api-key-file", "key.txt"], {}, ["key.txt"]],
    [["--api-key-command", "/bin/cat key.txt"], {}, ["key.txt"]],
    [[], { BATON_CONFIG_PATH: "settings.yaml" }, ["settings.yaml"]],
  ];
  for (const [argv, more, given] of sources) {
    using scratch = scratchDirectory();
    if (given.includes("key.txt")) writeFileSync(join(scratch.path, "key.txt"), `${key}\n`, { mode: 0o600 });
    if (given.includes("settings.yaml"))
      writeFileSync(join(scratch.path, "settings.yaml"), `api-key: ${key}\n`, { mode: 0o600 });
    const run = await watch(scratch.path, [...argv, ...debug], { ...env, ...more });
    assert.equal(run.code, 0, run.stderr);
    assertClean(run, { "API key": key }, given);
  }
});

/** Everything that a server or a proxy may say, with the key in it in every form. */
const echoed = formsOf(oddKey).map(([, text]) => text);
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, "?");
const echoes: readonly (readonly [name: string, fault: FaultKind])[] = [
  ...[400, 401, 402, 403, 404, 409, 501].map((status): readonly [string, FaultKind] => [
    `an error ${status}`,
    { kind: "status", status, body: JSON.stringify({ detail: echoed.join(" "), fields: { key: echoed } }) },
  ]),
  ["an error page", { kind: "status", status: 403, body: `<html>${echoed.join("\n")}</html>` }],
  ["a page with status 200", { kind: "garbage", body: `<html>${echoed.join("\n")}</html>` }],
  ["JSON of another shape", { kind: "garbage", body: JSON.stringify({ [oddKey]: echoed }) }],
  ["a content type", { kind: "wrong-content-type", contentType: `text/${printable(encodeURIComponent(oddKey))}` }],
  [
    "a redirect",
    {
      kind: "redirect",
      location: `https://x.example/${encodeURIComponent(oddKey)}?k=${Buffer.from(oddKey).toString("hex")}`,
    },
  ],
  [
    "a redirect to a host of that name",
    { kind: "redirect", location: `https://${Buffer.from(oddKey).toString("hex").slice(0, 60)}.example/` },
  ],
  ["a broken header", { kind: "raw", bytes: `HTTP/1.1 200 OK\r\nX Key: ${oddKey}\r\n\r\n` }],
  ["a reason phrase", { kind: "raw", bytes: `HTTP/1.1 418 ${oddKey}\r\nContent-Length: 0\r\n\r\n` }],
  ["Retry-After", { kind: "throttle", retryAfter: `${encodeURIComponent(oddKey)}` }],
];

test("T-80: a key that the server sends back, in whatever form, is printed and kept nowhere", async () => {
  for (const [name, fault] of echoes) {
    await using mirror = await startSandbox({ organization: { members: 3, teams: 1 } });
    using scratch = scratchDirectory();
    // The odd key is nobody's, so the answers are the test's own.
    mirror.addFault({ ...fault, times: Number.POSITIVE_INFINITY });
    const env = { ...settingsFor(mirror), BATON_API_KEY: oddKey, BATON_MAX_WAIT: "1" };
    const argv =
      fault.kind === "throttle" ? ["validate", ...debug] : ["--log-path", "stderr", "--log-path", "run.log", ...debug];
    const run = await watch(scratch.path, argv, env, {
      at: mirror,
      whenUp: async (program) => {
        // An unreadable Retry-After is a minute; nobody has to wait for it here.
        if (fault.kind === "throttle") setTimeout(() => program.kill("SIGTERM"), 1500);
      },
    });
    assert.notEqual(run.code, 0, name);
    assert.ok(
      Object.values(mirror.counters.faultsFired).some((times) => times > 0),
      name,
    );
    assertClean(run, { "API key": oddKey });
  }
});

/** What goes wrong on the way, each once. */
const mishaps: readonly FaultKind[] = [
  ...[401, 403, 404, 500, 503].map((status): FaultKind => ({ kind: "status", status })),
  { kind: "throttle", retryAfter: "0" },
  { kind: "cut" },
  { kind: "reset" },
  { kind: "slow", chunkBytes: 4000, everyMs: 1 },
  { kind: "stall", at: "body", ms: 50 },
  { kind: "garbage", body: "[{]" },
  { kind: "html" },
  { kind: "empty" },
  { kind: "wrong-content-type" },
  { kind: "wrong-length", delta: 3 },
  { kind: "gzip-bomb", bytes: 100_000_000 },
  { kind: "big-header", bytes: 20_000 },
  { kind: "redirect", location: "https://elsewhere.example/" },
  { kind: "repeat-page" },
  { kind: "skip-page" },
  { kind: "empty-page" },
];
/** The key, the organization with the role, the first pages of three lists. */
const askedFor = 6;
/** CANARIES=all: every mishap at every request, with both log formats; else each at one of them with one. */
const rounds = process.env["CANARIES"] === "all" ? 2 * askedFor : 1;

test("T-80: whatever goes wrong at whichever request, the key is in nothing that the run leaves or prints", async () => {
  for (let round = 0; round < rounds; round++) {
    for (const [index, fault] of mishaps.entries()) {
      const nth = ((index + round) % askedFor) + 1;
      await using faulty = await startSandbox({ organization: { members: 6, teams: 2 } });
      using scratch = scratchDirectory();
      faulty.addFault({ ...fault, match: { nth } });
      const env = settingsFor(faulty);
      const format = (index + (round < askedFor ? 0 : 1)) % 2 === 0 ? "json" : "console";
      const argv = ["--log-path", "stderr", "--log-path", "run.log", "--log-format", format, ...debug];
      const run = await watch(scratch.path, argv, env, { at: faulty });
      assert.equal(faulty.counters.faultsFired[fault.kind], 1, `${fault.kind} at request ${nth}`);
      assertClean(run, { "API key": env.BATON_API_KEY });
    }
  }
});

test("T-80: a collector gets neither the key nor a form of it", async () => {
  await using receiver = await OtlpReceiver.start();
  using scratch = scratchDirectory();
  const env = settingsFor(sandbox);
  const argv = ["--otel-collector-endpoint", receiver.endpoint, "--otel-collector-endpoint-tls-insecure", ...debug];
  const run = await watch(scratch.path, argv, env);
  assert.equal(run.code, 0, run.stderr);
  assert.ok(receiver.text().includes("sync"), "there was something to search");
  assertClean(
    { channels: [...run.channels, { name: "the collector", content: receiver.text() }] },
    { "API key": env.BATON_API_KEY },
  );
});

test("T-80: the API as a connector server says nothing of the key", async () => {
  using scratch = scratchDirectory();
  const env = settingsFor(sandbox);
  const run = await watch(scratch.path, ["serve", ...debug], env, {
    whenUp: async (program) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      program.kill("SIGTERM");
    },
  });
  assert.equal(run.code, 0, run.stderr);
  assertClean(run, { "API key": env.BATON_API_KEY });
});

test("T-80: service mode sends C1 a sync and a debug log without key, client secret and tokens, and keeps none of them", async () => {
  using scratch = scratchDirectory();
  using uploads = scratchDirectory();
  await using journey = await startJourney({ everySeconds: 3600, uploadDirectory: uploads.path }, () => {});
  const { c1, report } = journey;
  c1.pace.nextPollMs = 20;
  const tokens: string[] = [];
  const answer = c1.tokens.answer.bind(c1.tokens);
  c1.tokens.answer = async (form) => {
    const given = await answer(form);
    const { access_token: token } = given.body as { access_token?: string }; // of a token endpoint
    if (token !== undefined) tokens.push(token);
    return given;
  };
  c1.addTask({ debug: true, taskType: { case: "syncFull", value: {} } });
  const env = {
    ...settingsFor(sandbox),
    BATON_CLIENT_ID: report.clientId,
    BATON_CLIENT_SECRET: report.clientSecret,
    BATON_C1_API_HOST: report.host,
    BATON_HOST_ID: "canaries",
    NODE_EXTRA_CA_CERTS: report.caFile,
  };
  const run = await watch(scratch.path, debug, env, {
    whenUp: async (program) => {
      let ended = false;
      void program.finished.then(() => {
        ended = true;
      });
      await eventually(() => c1.finished.length > 0 || ended, { what: "a finished task", everyMs: 0 });
      program.kill("SIGTERM");
    },
  });
  assert.equal(run.code, 0, run.stderr);
  const [token = assert.fail("no token was given")] = tokens;
  const secret = report.clientSecret.split(":").at(-1) ?? "";
  const { d: signingKey } = JSON.parse(Buffer.from(secret, "base64url").toString()) as { d: string }; // a JWK
  const told = JSON.stringify([c1.hellos, c1.finished, c1.calls], (_key, value: unknown) =>
    typeof value === "bigint"
      ? String(value)
      : value instanceof Uint8Array
        ? Buffer.from(value).toString("latin1")
        : value,
  );
  const sent = filesBelow(uploads.path);
  assert.ok(sent.some(({ name }) => name.endsWith(".log")) && sent.some(({ name }) => name.endsWith("unpacked")));
  assertClean(
    { channels: [...run.channels, ...sent, { name: "what C1 was told", content: told }] },
    { "API key": env.BATON_API_KEY, "client secret": secret, "signing key": signingKey, "access token": token },
  );
});

test("T-80: enough runs were looked at to say so", (context) => {
  context.diagnostic(`${scanned} runs of the program, all their channels`);
  assert.ok(scanned >= (rounds > 1 ? 200 : 60));
});
