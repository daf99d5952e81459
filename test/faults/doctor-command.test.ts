import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { startJourney } from "../../sandbox/c1/journey.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { startTlsFront } from "./tls-server.ts";

interface Check {
  readonly id: string;
  readonly outcome: string;
  readonly detail?: string;
  readonly fix?: string;
  readonly code?: string;
}

interface Result {
  readonly code: number;
  readonly checks: ReadonlyMap<string, Check>;
}

async function doctor(cwd: string, env: Readonly<Record<string, string>>, ...flags: string[]): Promise<Result> {
  const { code, stdout, stderr } = await runProgram(["doctor", "--json", ...flags], { cwd, env });
  assert.ok(stdout !== "", stderr);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { code, checks: new Map(checks.map((check) => [check.id, check])) };
}

function outcome({ checks }: Result, id: string): string | undefined {
  return checks.get(id)?.outcome;
}

async function synced(sandbox: Sandbox, cwd: string): Promise<void> {
  const { code, stderr } = await runProgram([], { cwd, env: settingsFor(sandbox) });
  assert.equal(code, 0, stderr);
}

test("doctor asks at least twelve questions, each with a verdict, and sends nothing but reads", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  await synced(sandbox, scratch.path);
  const result = await doctor(scratch.path, settingsFor(sandbox));
  assert.equal(result.code, 0, JSON.stringify([...result.checks]));
  assert.ok(result.checks.size >= 12);
  for (const { outcome } of result.checks.values()) assert.match(outcome, /^(pass|skip)$/);
  for (const id of [
    "node",
    "dns",
    "tcp",
    "clock",
    "key",
    "organization",
    "roster",
    "scratch",
    "modes",
    "lock",
    "file",
  ]) {
    assert.equal(outcome(result, id), "pass", id);
  }
  assert.ok(sandbox.requests.every(({ method }) => method === "GET"));
});

test("doctor looks at the certificate of the API's host, and at the way to ConductorOne where it is configured", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  await using journey = await startJourney({ everySeconds: 3600, uploadDirectory: join(scratch.path, "up") }, () => {});
  const { authority, certificate, privateKey } = makeCertificates();
  await using front = await startTlsFront(sandbox.port, { cert: certificate, key: privateKey });
  const roots = join(scratch.path, "roots.pem");
  writeFileSync(roots, authority + readFileSync(journey.report.caFile, "utf8"));
  const env = {
    ...settingsFor(sandbox),
    BATON_BASE_URL: `https://localhost:${front.port}/v1`,
    NODE_EXTRA_CA_CERTS: roots,
    BATON_CLIENT_ID: journey.report.clientId,
    BATON_CLIENT_SECRET: journey.report.clientSecret,
  };
  const result = await doctor(scratch.path, env);
  for (const id of ["tls", "clock", "key", "organization", "roster", "c1-dns", "c1-tcp", "c1-tls"]) {
    const check = result.checks.get(id);
    assert.match(check?.outcome ?? "", /^(pass|warn)$/, `${id}: ${JSON.stringify(check)}`);
  }
  assert.match(result.checks.get("tls")?.detail ?? "", /^TLSv1\.3, certificate of .+, good for \d+ more days\.$/);
  assert.ok(!JSON.stringify([...result.checks]).includes(journey.report.clientSecret));
  await journey[Symbol.asyncDispose]();
  const gone = await doctor(scratch.path, env);
  assert.equal(outcome(gone, "c1-tcp"), "fail");
  assert.ok(gone.checks.get("c1-tcp")?.fix);
  assert.equal(outcome(gone, "key"), "pass", "what is wrong with one host does not hide the other");
});

test("doctor without settings still asks what it can, and its exit code is that of the first failure", async () => {
  using scratch = scratchDirectory();
  const result = await doctor(scratch.path, {});
  assert.notEqual(result.code, 0);
  assert.equal(outcome(result, "configuration"), "fail");
  assert.equal(outcome(result, "node"), "pass");
  assert.equal(outcome(result, "scratch"), "pass");
  assert.equal(outcome(result, "connector"), "skip");
});

test("doctor says what is wrong with the key, the clock, the certificate check, the modes and the file", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  await synced(sandbox, scratch.path);
  const file = join(scratch.path, "sync.c1z");
  writeFileSync(file, readFileSync(file).subarray(0, 5000));
  chmodSync(file, 0o644);
  const env = { ...settingsFor(sandbox), BATON_API_KEY: "f".repeat(40), NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const result = await doctor(scratch.path, env);
  assert.equal(outcome(result, "environment"), "fail");
  assert.equal(result.checks.get("key")?.code, "CS-AUTH-401");
  assert.match(result.checks.get("modes")?.fix ?? "", /chmod 600/);
  assert.equal(outcome(result, "file"), "fail");
  for (const check of result.checks.values()) {
    if (check.outcome === "fail" || check.outcome === "warn") assert.ok(check.fix && check.code, check.id);
  }
});

test("doctor, and a sync that asks another file for principals, read it in a process that can be ended", {
  skip: process.platform !== "linux",
}, async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  await synced(sandbox, scratch.path);
  // No process fits into it: whichever reads the file is ended.
  const env = { ...settingsFor(sandbox), BATON_FILE_MEMORY_MB: "1" };
  const check = (await doctor(scratch.path, env)).checks.get("file");
  assert.equal(check?.code, "FILE-MEMORY-LIMIT");
  assert.match(check?.fix ?? "", /BATON_FILE_MEMORY_MB/);
  const args = ["-f", "other.c1z", "--external-resource-c1z", "sync.c1z"];
  const run = await runProgram(args, { cwd: scratch.path, env });
  assert.equal(run.code, 8, run.stderr);
  assert.match(run.stderr, /FILE-MEMORY-LIMIT/);
  assert.equal((await runProgram(args, { cwd: scratch.path, env: settingsFor(sandbox) })).code, 0);
});

test("doctor compares the clock with the host's", async () => {
  const server = createServer((_, response) => {
    response.sendDate = false;
    response.setHeader("Date", new Date(Date.now() - 3_600_000).toUTCString());
    response.writeHead(401).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    using scratch = scratchDirectory();
    const { port } = server.address() as AddressInfo;
    const base = { BATON_API_KEY: "f".repeat(40), BATON_ORG_SLUG: "acme" };
    const result = await doctor(scratch.path, { ...base, BATON_BASE_URL: `http://127.0.0.1:${port}/v1` });
    assert.equal(outcome(result, "clock"), "fail");
    assert.match(result.checks.get("clock")?.detail ?? "", /^(3599|3600|3601) s ahead of the host's/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("doctor names a host that nobody answers at", async () => {
  using scratch = scratchDirectory();
  const env = { BATON_API_KEY: "f".repeat(40), BATON_ORG_SLUG: "acme", BATON_BASE_URL: "http://127.0.0.1:9/v1" };
  const result = await doctor(scratch.path, env);
  assert.match(result.checks.get("tcp")?.detail ?? "", /ECONNREFUSED/);
  assert.equal(outcome(result, "clock"), "skip");
  assert.match(result.checks.get("connector")?.detail ?? "", /cannot be reached/, "it does not try in vain");
});

test("the report to send along holds no secret, no address and no name, and is for its owner alone", async () => {
  await using sandbox = await startSandbox({ organization: { slug: "umbrella-corp" } });
  using scratch = scratchDirectory();
  await synced(sandbox, scratch.path);
  const env = settingsFor(sandbox, "owner");
  const report = join(scratch.path, "report.json");
  await doctor(scratch.path, env, "--bundle", report);
  const text = readFileSync(report, "utf8");
  assert.equal(statSync(report).mode & 0o777, 0o600);
  const { organization } = sandbox;
  const names = organization.members.flatMap((member) => [member.email, member.userName]);
  const hidden = [env.BATON_API_KEY, "umbrella-corp", hostname(), scratch.path, "127.0.0.1", ...names];
  for (const one of hidden) assert.ok(!text.includes(one), `${one} is in the report`);
  const bundle = JSON.parse(text) as { checks: Check[]; lastRun: { result: string; counts: object } };
  assert.ok(bundle.checks.length >= 12);
  assert.equal(bundle.lastRun.result, "Complete");
  assert.ok("resources" in bundle.lastRun.counts);
});

test("a report never replaces a file", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const report = join(scratch.path, "report.json");
  writeFileSync(report, "mine");
  const argv = ["doctor", "--bundle", report];
  const { code, stderr } = await runProgram(argv, { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(code, 6);
  assert.match(stderr, /DOCTOR-BUNDLE-EXISTS/);
  assert.equal(readFileSync(report, "utf8"), "mine");
  assert.ok(existsSync(report));
});
