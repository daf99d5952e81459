/** Settings in the forms in which other programs and people leave them, and what somebody who waits is told. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { runProgram, scratchDirectory } from "./program.ts";
import { settingsFor } from "./sandbox-run.ts";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test("the variables of the vendor's CLI are enough, and its key goes to its host alone", async () => {
  await using sandbox = await startSandbox();
  await using other = await startSandbox();
  using scratch = scratchDirectory();
  const cwd = scratch.path;
  const cli = {
    CLOUDSMITH_API_KEY: sandbox.keys.service,
    CLOUDSMITH_ORG: sandbox.organization.slug,
    CLOUDSMITH_API_HOST: sandbox.baseUrl,
  };
  const run = await runProgram(["validate"], { cwd, env: cli });
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.ok(sandbox.requests.length > 0);
  const before = sandbox.requests.length;
  const refused = await runProgram(["validate"], { cwd, env: { ...cli, BATON_BASE_URL: other.baseUrl } });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^CS-CONFIG-HOST: /m);
  assert.equal(other.requests.length + sandbox.requests.length, before, "nothing was sent anywhere");
  // Where no variable names the host, the CLI's configuration at home does.
  const { CLOUDSMITH_API_HOST: _, ...atHome } = {
    ...cli,
    HOME: cwd,
    XDG_CONFIG_HOME: "",
    BATON_BASE_URL: other.baseUrl,
  };
  for (const directory of [".config/cloudsmith", ".cloudsmith"]) {
    mkdirSync(join(cwd, directory), { recursive: true });
    writeFileSync(join(cwd, directory, "config.ini"), `[default]\napi_host = ${sandbox.baseUrl}\n`);
    assert.match(
      (await runProgram(["validate"], { cwd, env: atHome })).stderr,
      /^CS-CONFIG-HOST: .* api_host in .*config.ini/m,
    );
    const rightly = { ...atHome, BATON_BASE_URL: sandbox.baseUrl };
    assert.equal((await runProgram(["validate"], { cwd, env: rightly })).code, 0);
    rmSync(join(cwd, directory), { recursive: true });
  }
  assert.equal(other.requests.length, 0);
  // A key of this program's own is for the host of this program's own settings.
  const own = {
    ...settingsFor(sandbox),
    CLOUDSMITH_API_KEY: "of-the-cli-0123456789",
    CLOUDSMITH_API_HOST: other.baseUrl,
  };
  assert.equal((await runProgram(["validate"], { cwd, env: own })).code, 0);
  assert.equal(other.requests.length, 0);
});

test("the CLI's credentials.ini is a key file, for the CLI's host", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const file = join(scratch.path, "credentials.ini");
  const key = sandbox.keys.service;
  writeFileSync(file, `[default]\napi_key=${key}\n`, { mode: 0o600 });
  const { BATON_API_KEY: _, ...settings } = settingsFor(sandbox);
  const env = { ...settings, BATON_API_KEY_FILE: `"${file}"` };
  const run = await runProgram(["validate"], { cwd: scratch.path, env });
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const before = sandbox.requests.length;
  const other = "api_host = api.cloudsmith.example\n";
  const own = `api_host = ${sandbox.baseUrl}\n`;
  for (const [ini, profile, cliHost] of [
    ["", "", "https://api.cloudsmith.example"],
    [`[default]\n${other}`, "", ""],
    [`[default]\n${own}[profile:eu]\n${other}`, "eu", ""],
  ] as const) {
    writeFileSync(file, `[default]\napi_key=${key}\n[profile:eu]\napi_key=${key}\n`);
    writeFileSync(join(scratch.path, "config.ini"), ini);
    const elsewhere = { ...env, CLOUDSMITH_PROFILE: profile, CLOUDSMITH_API_HOST: cliHost };
    const refused = await runProgram(["validate"], { cwd: scratch.path, env: elsewhere });
    assert.match(refused.stderr, /^CS-CONFIG-HOST: /m, ini);
    assert.equal(sandbox.requests.length, before);
  }
  // The variable comes before the file, as it does for the CLI.
  writeFileSync(join(scratch.path, "config.ini"), `[default]\n${other}`);
  const named = { ...env, CLOUDSMITH_API_HOST: sandbox.baseUrl };
  assert.equal((await runProgram(["validate"], { cwd: scratch.path, env: named })).code, 0);
});

test("a quoted key and an address for a slug work; the log says what was mended, and never the key", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const key = sandbox.keys.service;
  const env = {
    ...settingsFor(sandbox),
    BATON_API_KEY: `"${key}"`,
    BATON_ORG_SLUG: `https://cloudsmith.io/orgs/${sandbox.organization.slug}/`,
    BATON_BASE_URL: `'${sandbox.baseUrl}'`,
  };
  const run = await runProgram([], { cwd: scratch.path, env });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /quotation marks around it/);
  assert.ok(!run.stderr.includes(key));
});

test("a token that has expired is called so before it is sent and when it is refused, and is not shown", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const token = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp: 1_700_000_000, service_slug: "bot" })}.c2lnbmF0dXJl`;
  const run = await runProgram([], { cwd: scratch.path, env: { ...settingsFor(sandbox), BATON_API_KEY: token } });
  assert.equal(run.code, 16);
  const said = run.stderr.split("short-lived token, not an API key; it expired at 2023-11-14T22:13:20.000Z").length - 1;
  assert.ok(said >= 2, run.stderr);
  assert.ok(!run.stderr.includes(token) && !run.stderr.includes("c2lnbmF0dXJl"));
});

for (const command of ["validate", "doctor"]) {
  test(`${command} says a rate limit that lasts an hour, and waits for no second request`, async () => {
    await using sandbox = await startSandbox();
    using scratch = scratchDirectory();
    sandbox.addFault({ kind: "throttle", retryAfter: "3304", times: Number.POSITIVE_INFINITY });
    const run = await runProgram([command], { cwd: scratch.path, env: settingsFor(sandbox) });
    assert.match(run.stdout, /pass .*Cloudsmith can be reached/);
    assert.match(run.stdout, /rate limit is used up until 2\d{3}-/);
    assert.match(run.stdout, /CS-RATE-429/);
    // One to ask whose key it is; doctor sends one more, without a key, to look at the clock.
    assert.equal(sandbox.requests.length, command === "doctor" ? 2 : 1);
  });
}

test("402 names both causes: the plan, and a quota that is used up", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  sandbox.addFault({ kind: "status", status: 402, match: { path: /\/orgs\// }, times: Number.POSITIVE_INFINITY });
  const run = await runProgram([], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.notEqual(run.code, 0);
  assert.match(run.stderr, /^CS-PLAN-402: /m);
  assert.match(run.stderr, /plan does not include it, or the quota of its plan is used up or unpaid/);
});
