// T-103: a preload reports every name that the program looks up and every address that it connects to; nothing but the
// hosts that it was told of may be among them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { type RunningProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";
import { OtlpReceiver } from "../support/otlp-receiver.ts";

const sandbox = await startSandbox({ organization: { members: 12, teams: 2 } });
after(() => sandbox.close());

const preload = `
import dns from "node:dns";
import net from "node:net";
import dgram from "node:dgram";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const note = (text) => appendFileSync(process.env.OUTBOUND_LOG, text + "\\n");
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const { host = "localhost", port, path } = typeof options === "object" ? options : { port: options, host: args[1] };
  note(path ? "path " + path : "tcp " + host + ":" + port);
  return connect.apply(this, args);
};
for (const owner of [dns, dns.promises]) {
  for (const name of ["lookup", "resolve", "resolve4", "resolve6", "resolveTxt", "resolveSrv"]) {
    const real = owner[name];
    owner[name] = function (host, ...rest) {
      note("name " + host);
      return real.call(this, host, ...rest);
    };
  }
}
const createSocket = dgram.createSocket;
dgram.createSocket = (...args) => {
  note("udp");
  return createSocket(...args);
};
syncBuiltinESMExports();
`;

interface Outbound {
  readonly code: number;
  readonly stderr: string;
  /** What was looked up or connected to, each once. */
  readonly contacted: readonly string[];
}

async function outboundOf(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  whenUp?: (program: RunningProgram) => Promise<void>,
): Promise<Outbound> {
  using scratch = scratchDirectory();
  const script = join(scratch.path, "preload.mjs");
  const log = join(scratch.path, "outbound.log");
  writeFileSync(script, preload);
  writeFileSync(log, "");
  const options = { NODE_OPTIONS: `--import=${pathToFileURL(script).href}`, OUTBOUND_LOG: log };
  const program = startProgram(argv, { cwd: scratch.path, env: { ...env, ...options } });
  await whenUp?.(program);
  const { code, stderr } = await program.finished;
  const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
  return { code, stderr, contacted: [...new Set(lines)].toSorted() };
}

const api = `tcp 127.0.0.1:${sandbox.port}`;

test("T-103: what is watched for is seen: another host in the settings is among what is contacted", async () => {
  const env = { ...settingsFor(sandbox), BATON_BASE_URL: "https://nobody.invalid/v1" };
  const { contacted } = await outboundOf(["doctor"], env);
  assert.ok(contacted.includes("name nobody.invalid"), contacted.join());
});

for (const argv of [[], ["validate"], ["doctor", "--json"], ["--log-level", "debug"]]) {
  test(`T-103: ${argv.join(" ") || "a sync"} contacts the API's host and nobody else`, async () => {
    const { code, stderr, contacted } = await outboundOf(argv, settingsFor(sandbox));
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      contacted.filter((line) => line !== "name 127.0.0.1"),
      [api],
    );
  });
}

for (const argv of [["capabilities"], ["config"], ["--help"], ["version"], ["completion", "bash"]]) {
  test(`T-103: ${argv.join(" ")} contacts nobody`, async () => {
    const { code, stderr, contacted } = await outboundOf(argv, settingsFor(sandbox));
    assert.equal(code, 0, stderr);
    assert.deepEqual(contacted, []);
  });
}

test("T-103: with a collector, that is contacted as well, and nobody else", async () => {
  await using receiver = await OtlpReceiver.start();
  const argv = ["--otel-collector-endpoint", receiver.endpoint, "--otel-collector-endpoint-tls-insecure"];
  const { code, stderr, contacted } = await outboundOf(argv, settingsFor(sandbox));
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    contacted.filter((line) => !line.startsWith("name ")),
    [api, `tcp ${receiver.endpoint}`].toSorted(),
  );
});

test("T-103: service mode contacts C1's host and the API's, and nobody else", async () => {
  using uploads = scratchDirectory();
  await using journey = await startJourney({ everySeconds: 3600, uploadDirectory: uploads.path }, () => {});
  const { c1, report } = journey;
  c1.pace.nextPollMs = 20;
  const env = {
    ...settingsFor(sandbox),
    BATON_CLIENT_ID: report.clientId,
    BATON_CLIENT_SECRET: report.clientSecret,
    BATON_C1_API_HOST: report.host,
    NODE_EXTRA_CA_CERTS: report.caFile,
  };
  const { code, stderr, contacted } = await outboundOf([], env, async (program) => {
    let ended = false;
    void program.finished.then(() => {
      ended = true;
    });
    await eventually(() => c1.finished.length > 0 || ended, { what: "a finished task", everyMs: 0 });
    program.kill("SIGTERM");
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    contacted.filter((line) => !line.startsWith("name ")),
    [api, `tcp ${report.host}`].toSorted(),
  );
});
