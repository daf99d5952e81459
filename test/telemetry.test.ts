import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificates } from "../sandbox/c1/certificate.ts";
import { type Sandbox, startSandbox } from "../sandbox/server.ts";
import { packages } from "../src/sdk/telemetry/open-telemetry.ts";
import { type Finished, runProgram } from "./e2e/program.ts";
import { OtlpReceiver, type ReceivedSpan } from "./support/otlp-receiver.ts";

const root = mkdtempSync(join(tmpdir(), "telemetry-"));
after(() => rmSync(root, { recursive: true, force: true }));

interface RunOptions {
  readonly endpoint: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function sync(sandbox: Sandbox, { endpoint, argv = [], env = {} }: RunOptions): Promise<Finished> {
  const cwd = mkdtempSync(join(root, "d-"));
  return await runProgram(["--base-url", sandbox.baseUrl, "--otel-collector-endpoint", endpoint, ...argv], {
    cwd,
    env: { BATON_API_KEY: sandbox.keys.owner, BATON_ORG_SLUG: sandbox.organization.slug, ...env },
  });
}

const plain = ["--otel-collector-endpoint-tls-insecure"];

function byName(spans: readonly ReceivedSpan[], name: string): readonly ReceivedSpan[] {
  return spans.filter((span) => span.name === name);
}

test("a sync sends one trace: the sync, its steps and its requests, and neither key nor query", async () => {
  await using sandbox = await startSandbox();
  await using receiver = await OtlpReceiver.start();
  const { code, stderr } = await sync(sandbox, { endpoint: receiver.endpoint, argv: plain });
  assert.equal(code, 0, stderr);
  const spans = receiver.spans();
  const [whole, ...others] = byName(spans, "sync");
  assert.deepEqual(others, []);
  assert.equal(whole?.parentId, "");
  assert.equal(whole?.attributes["baton.sync.type"], "full");
  for (const step of ["validate", "resources", "entitlements", "grants", "save"]) {
    assert.deepEqual(
      byName(spans, step).map(({ parentId }) => parentId),
      [whole?.spanId],
      step,
    );
  }
  const requests = byName(spans, "GET");
  assert.equal(requests.length, sandbox.requests.length);
  for (const request of requests) {
    assert.equal(request.traceId, whole?.traceId);
    assert.equal(request.attributes["http.request.method"], "GET");
    assert.equal(request.attributes["http.response.status_code"], "200");
    assert.match(request.attributes["url.path"] ?? "", /^\/v1\/(user|orgs)\/[^?]*$/);
  }
  assert.ok(spans.every(({ failed }) => !failed));
  for (const one of receiver.resources()) assert.equal(one["service.name"], "baton-cloudsmith-server");
  assert.deepEqual([...receiver.messages.keys()].sort(), ["LogsService", "MetricsService", "TraceService"]);
  const text = receiver.text();
  assert.ok(!text.includes(sandbox.keys.owner));
  for (const name of [
    "baton.sync.duration",
    "baton.sync.resources",
    "baton.sync.grants",
    "baton.http.requests",
    "baton.http.budget.remaining",
  ]) {
    assert.ok(text.includes(name), name);
  }
});

test("the log lines that are written are sent, too, and so is the error that ends a run", async () => {
  await using sandbox = await startSandbox();
  await using receiver = await OtlpReceiver.start();
  const { code } = await sync(sandbox, {
    endpoint: receiver.endpoint,
    argv: plain,
    env: { BATON_API_KEY: "csa_wrong" },
  });
  assert.equal(code, 16);
  const lines = receiver.logLines();
  assert.ok(lines.includes("using Cloudsmith API key"));
  assert.ok(lines.includes("error running connector"));
  const spans = receiver.spans();
  assert.deepEqual(
    byName(spans, "sync").map(({ failed, attributes }) => [failed, attributes["baton.sync.result"]]),
    [[true, "CS-AUTH-401"]],
  );
  assert.ok(byName(spans, "GET").some(({ attributes }) => attributes["http.response.status_code"] === "401"));
  assert.ok(!receiver.text().includes("csa_wrong"));
});

for (const [flag, service] of [
  ["--otel-tracing-disabled", "TraceService"],
  ["--otel-logging-disabled", "LogsService"],
] as const) {
  test(`with ${flag} nothing is sent to the ${service}`, async () => {
    await using sandbox = await startSandbox();
    await using receiver = await OtlpReceiver.start();
    const { code } = await sync(sandbox, { endpoint: receiver.endpoint, argv: [...plain, flag] });
    assert.equal(code, 0);
    assert.equal(receiver.messages.size, 2);
    assert.equal(receiver.messages.get(service), undefined);
  });
}

test("TLS is the default, and the collector is trusted by the certificates given as a file or as text", async () => {
  const { authority, certificate, privateKey } = makeCertificates();
  const path = join(root, "ca.pem");
  writeFileSync(path, authority);
  await using sandbox = await startSandbox();
  await using receiver = await OtlpReceiver.start({ tls: { key: privateKey, cert: certificate } });
  const { endpoint } = receiver;
  const untrusted = await sync(sandbox, { endpoint });
  assert.equal(untrusted.code, 0);
  assert.match(untrusted.stderr, /telemetry cannot be delivered to https:/);
  assert.equal(receiver.messages.size, 0);
  for (const argv of [
    ["--otel-collector-endpoint-tls-cert-path", path],
    ["--otel-collector-endpoint-tls-cert", readFileSync(path, "utf8")],
  ]) {
    receiver.messages.clear();
    const { code, stderr } = await sync(sandbox, { endpoint, argv });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /cannot be delivered/);
    assert.equal(receiver.messages.size, 3);
  }
});

for (const [what, start] of [
  ["refuses everything", () => OtlpReceiver.start({ status: 7 })],
  ["never answers", () => OtlpReceiver.start({ status: "never" })],
] as const) {
  test(`a collector that ${what} changes nothing about the sync, and is told of once`, async () => {
    await using sandbox = await startSandbox();
    await using receiver = await start();
    const { code, stderr } = await sync(sandbox, { endpoint: receiver.endpoint, argv: plain });
    assert.equal(code, 0);
    assert.match(stderr, /"msg":"Sync complete\."/);
    assert.equal(stderr.split("telemetry cannot be delivered").length, 2);
  });
}

test("a collector that is not there changes nothing about the sync, and is told of once", async () => {
  await using sandbox = await startSandbox();
  // Nobody listens on port 1.
  const { code, stderr } = await sync(sandbox, { endpoint: "127.0.0.1:1", argv: plain });
  assert.equal(code, 0);
  assert.equal(stderr.split("telemetry cannot be delivered to http://127.0.0.1:1").length, 2);
});

for (const [argv, code, text] of [
  [["--otel-collector-endpoint", "not a host"], 2, "BATON-OTEL-ENDPOINT"],
  [["--otel-collector-endpoint", "host:4317/path"], 2, "BATON-OTEL-ENDPOINT"],
  [["--otel-collector-endpoint", "host:4317", "--otel-collector-endpoint-tls-cert", "x"], 2, "BATON-OTEL-CERT"],
  [
    ["--otel-collector-endpoint", "host:4317", "--otel-collector-endpoint-tls-cert-path", "nowhere"],
    2,
    "BATON-OTEL-CERT",
  ],
] as const) {
  test(`${argv.slice(1).join(" ")} is refused with ${text}`, async () => {
    const cwd = mkdtempSync(join(root, "d-"));
    const env = { BATON_API_KEY: "csa_test", BATON_ORG_SLUG: "acme" };
    const finished = await runProgram(argv, { cwd, env });
    assert.equal(finished.code, code);
    assert.match(finished.stderr, new RegExp(`^${text}: `, "m"));
  });
}

test("without the libraries the error names the line that installs them, and without the flag nobody misses them", async () => {
  const hook = join(root, "hide.mjs");
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith("@opentelemetry/")) throw Object.assign(new Error("hidden"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    } });`,
  );
  await using sandbox = await startSandbox();
  const env = { NODE_OPTIONS: `--import=${hook}` };
  const { code, stderr } = await sync(sandbox, { endpoint: "127.0.0.1:4317", env });
  assert.equal(code, 2);
  assert.match(stderr, /^BATON-OTEL-MISSING: the OpenTelemetry libraries are not installed$/m);
  assert.match(stderr, /npm install '@opentelemetry\/api@\^/);
  const without = await sync(sandbox, { endpoint: "", env });
  assert.equal(without.code, 0, without.stderr);
});

test("the packages that the error names are the optional ones of the package", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
  const peers = Object.entries(manifest.peerDependencies).filter(([name]) => name.startsWith("@opentelemetry/"));
  assert.deepEqual(Object.fromEntries(peers), packages);
  for (const name of Object.keys(packages)) {
    assert.equal(manifest.peerDependenciesMeta[name].optional, true);
    assert.match(manifest.devDependencies[name], /^\d+\.\d+\.\d+$/);
  }
});

test("everything that is sent says connector and organization, and what OTEL_RESOURCE_ATTRIBUTES says", async () => {
  await using sandbox = await startSandbox();
  await using receiver = await OtlpReceiver.start();
  const env = {
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=prod, team=a%20b,bad=%,x",
    OTEL_SERVICE_NAME: "mine",
  };
  const { code, stderr } = await sync(sandbox, { endpoint: receiver.endpoint, argv: plain, env });
  assert.equal(code, 0, stderr);
  const resources = receiver.resources();
  assert.ok(resources.length > 0);
  for (const one of resources) {
    assert.equal(one["baton.connector"], "baton-cloudsmith");
    assert.equal(one["baton.target"], sandbox.organization.slug);
    const { "deployment.environment": environment, team, bad } = one;
    assert.deepEqual([environment, team, bad, one["service.name"]], ["prod", "a b", "%", "mine"]);
  }
});
