/** The program where the only way out is a proxy with a password, and every host has a certificate of a private authority. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { startStandInC1 } from "../../sandbox/c1/stand-in.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { S3Server } from "../object-store/s3-server.ts";
import { eventually } from "../support/eventually.ts";
import { ForwardProxy } from "../support/forward-proxy.ts";
import { OtlpReceiver } from "../support/otlp-receiver.ts";

const canMakeNamespaces = spawnSync("unshare", ["-rn", "ip", "link", "set", "lo", "up"]).status === 0;
const skip = canMakeNamespaces ? false : "no network namespace can be made here (unshare, ip)";
const password = "pa#ss@of%25the:proxy";
const shownPassword = "pa#ss@of%the:proxy";

const directory = mkdtempSync(join(tmpdir(), "way-out-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const hosts = { api: "api.example.test", s3: "s3.amazonaws.com", otlp: "otlp.example.test", c1: "c1.example.test" };
const { authority, certificate: cert, privateKey: key } = makeCertificates([hosts.api, hosts.s3, hosts.otlp]);

const sandbox = await startSandbox({ organization: { members: 30, teams: 3 } });
after(() => sandbox.close());
const s3 = await S3Server.start();
after(() => s3[Symbol.asyncDispose]());
const collector = await OtlpReceiver.start({ tls: { key, cert } });
after(() => collector[Symbol.asyncDispose]());
const c1 = await startStandInC1({ uploadDirectory: join(directory, "uploads"), names: [hosts.c1] });
after(() => c1[Symbol.asyncDispose]());
c1.pace.nextPollMs = 50;
const s3Variables = s3.settings;
const [apiFront, s3Front] = [await frontOf(sandbox.baseUrl), await frontOf(String(s3Variables["AWS_ENDPOINT_URL_S3"]))];
const ports: Readonly<Record<string, number>> = {
  [hosts.api]: apiFront,
  [hosts.s3]: s3Front,
  [hosts.otlp]: Number(collector.endpoint.split(":")[1]),
  [hosts.c1]: Number(c1.host.split(":")[1]),
};
const socketPath = join(directory, "proxy.sock");
const proxy = await ForwardProxy.start({
  path: socketPath,
  credentials: `user:${shownPassword}`,
  to: (address) => ports[address.replace(/:\d+$/, "")] ?? 1,
});
after(() => proxy[Symbol.asyncDispose]());
const caFile = join(directory, "ca.pem");
writeFileSync(caFile, authority + c1.certificates.authority);

/** TLS in front of a plain server of this machine. */
async function frontOf(url: string): Promise<number> {
  const { port } = new URL(url);
  const front = createTlsServer({ key, cert }, (socket) => {
    const plain = connect(Number(port), "127.0.0.1");
    for (const [one, other] of [[socket, plain] as const, [plain, socket] as const]) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    socket.pipe(plain).pipe(socket);
  });
  front.listen(0, "127.0.0.1").unref();
  await once(front, "listening");
  return (front.address() as AddressInfo).port;
}

interface Program {
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  readonly ended: Promise<number | null>;
}

/** Starts the program in a namespace of its own. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const [root, program] = [join(import.meta.dirname, "..", ".."), join(import.meta.dirname, "namespace-program.mjs")];
  const command = ["-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", process.execPath, program, socketPath];
  const child = spawn("unshare", [...command, process.execPath, join(root, "bin", "baton-cloudsmith"), ...args], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      BATON_API_KEY: sandbox.keys.service,
      BATON_ORG_SLUG: sandbox.organization.slug,
      BATON_BASE_URL: `https://${hosts.api}${new URL(sandbox.baseUrl).pathname}`,
      HTTPS_PROXY: `http://user:${password}@127.0.0.1:3128`,
      SSL_CERT_FILE: caFile,
      ...env,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  return { child, output: () => text, ended: once(child, "close").then(([code]) => code as number | null) };
}

function assertNoPassword(output: string): void {
  for (const form of [password, shownPassword, encodeURIComponent(shownPassword)]) assert.ok(!output.includes(form));
  assert.ok(!output.includes(Buffer.from(`user:${shownPassword}`).toString("base64")));
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const program = start(args, { ...env, BATON_LOG_LEVEL: "debug" });
  const code = await program.ended;
  assert.equal(code, 0, program.output());
  assertNoPassword(program.output());
  return program.output();
}

test("nothing but the proxy can be reached", { skip }, async () => {
  const program = start(["validate", "--max-wait", "1"], { HTTPS_PROXY: "" });
  assert.notEqual(await program.ended, 0);
  assert.deepEqual(proxy.tunnels, []);
});

test("validate and doctor find everything right", { skip }, async () => {
  await run(["validate"]);
  const text = await run(["doctor", "--file", join(directory, "doctor.c1z")]);
  assert.match(text, /http:\/\/127\.0\.0\.1:3128 opens a connection/);
});

test("a sync into a file works, and telemetry of it arrives", { skip }, async () => {
  const path = join(directory, "sync.c1z");
  await run(["--file", path, "--otel-collector-endpoint", `${hosts.otlp}:4317`]);
  assert.ok(existsSync(path));
  assert.deepEqual([...collector.messages.keys()].toSorted(), ["LogsService", "MetricsService", "TraceService"]);
});

test("a sync into S3-compatible storage works", { skip }, async () => {
  await run(["--file", "s3://files/sync.c1z"], { ...s3Variables, AWS_ENDPOINT_URL_S3: `https://${hosts.s3}` });
  assert.ok((s3.bytes("sync.c1z")?.length ?? 0) > 0);
});

test("service mode works from the introduction to the upload", { skip }, async () => {
  const id = c1.addTask({ taskType: { case: "syncFull", value: {} } });
  const { clientId, clientSecret } = c1.tokens.credentials;
  const program = start([], {
    BATON_CLIENT_ID: clientId,
    BATON_CLIENT_SECRET: clientSecret,
    BATON_C1_API_HOST: hosts.c1,
    BATON_HOST_ID: "behind-the-proxy",
  });
  let hasEnded: boolean = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  await eventually(() => c1.finished.length > 0 || hasEnded, { what: "a finished task", everyMs: 0 });
  assert.equal(hasEnded, false, program.output());
  program.child.kill("SIGINT");
  assert.equal(await program.ended, 0, program.output());
  assert.equal(c1.finished[0]?.finalState.case, "success");
  assert.equal(c1.uploads[0]?.taskId, id);
  assertNoPassword(program.output());
  const asked = new Set(proxy.tunnels.map((address) => address.replace(/:\d+$/, "")));
  assert.ok(Object.values(hosts).every((host) => asked.has(host)));
});

test("a wrong password is said to be the proxy's, and is in no output", { skip }, async () => {
  const wrong = "another-pass-word";
  const program = start(["validate"], { HTTPS_PROXY: `http://user:${wrong}@127.0.0.1:3128` });
  assert.notEqual(await program.ended, 0);
  assert.match(program.output(), /the proxy http:\/\/127\.0\.0\.1:3128 answered 407 Proxy Authentication Required/);
  assert.ok(!program.output().includes(wrong));
});
