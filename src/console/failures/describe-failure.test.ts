/** Every state of a failure, brought about for real: what the page gets is what the person must know. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificates } from "../../../sandbox/c1/certificate.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../sandbox/server.ts";
import { holdMembers } from "../../../test/console/hold-members.ts";
import { openTestConnectors, settingsOf, type TestConnectors } from "../../../test/console/test-connectors.ts";
import { freePort } from "../../../test/e2e/free-port.ts";
import { launcher } from "../../../test/e2e/program.ts";
import { startTlsFront } from "../../../test/faults/tls-server.ts";
import { lockFile } from "../../sdk/c1z/container/file-lock.ts";
import { systemClock } from "../../sdk/clock.ts";
import { type Failure, failureStates } from "../contract/failures.ts";
import type { SettingsInput } from "../contract/inputs.ts";
import { sessionExpired } from "../server/failure-response.ts";
import { failureOf } from "./describe-failure.ts";

const seen = new Set<string>();
const scratch = mkdtempSync(join(tmpdir(), "console-failures-"));
after(() => rmSync(scratch, { recursive: true }));

/** What holds for all of them. */
function check(failure: Failure | null | undefined, state: Failure["state"], title: string | RegExp): Failure {
  assert.ok(failure, "there is a failure");
  assert.equal(failure.state, state, JSON.stringify(failure));
  if (typeof title === "string") assert.equal(failure.title, title);
  else assert.match(failure.title, title);
  assert.match(failure.code, /^[A-Z0-9]+(-[A-Z0-9]+)+$/);
  const words = [failure.message, failure.effect, failure.hint].filter(Boolean).join(" ").split(/\s+/);
  assert.ok(words.length <= 60, `${words.length} words: ${words.join(" ")}`);
  assert.ok(failure.message !== "" && (failure.hint ?? "") !== "");
  seen.add(state);
  return failure;
}

const factOf = ({ facts }: Failure, label: string): string => facts.find(([name]) => name === label)?.[1] ?? "";
const slugs = ({ organizations = [] }: Failure): readonly string[] => organizations.map(({ slug }) => slug);

/** The failure of a test of settings that were never good. */
async function failureOfTest(
  input: (sandbox: Sandbox) => SettingsInput,
  options: SandboxOptions = {},
): Promise<Failure | null> {
  await using sandbox = await startSandbox(options);
  await using console = await openTestConnectors();
  const { id } = console.connectors.create({ mode: "once", owner: "" });
  return (await console.test(id, settingsOf(sandbox, input(sandbox)))).failure;
}

/** The banner after one good sync and another one that something was done before. */
async function bannerAfter(
  breaks: (sandbox: Sandbox, console: TestConnectors, id: string) => unknown,
  options: SandboxOptions = {},
): Promise<Failure | null> {
  await using sandbox = await startSandbox(options);
  await using console = await openTestConnectors();
  const { id } = await console.connect(sandbox);
  assert.equal(console.connectors.detail(id).status, "Connected");
  await breaks(sandbox, console, id);
  const { lastRun } = console.connectors.detail(id);
  const run = await console.sync(id);
  assert.notEqual(run.runId, lastRun?.runId);
  return console.connectors.detail(id).failure;
}

test("wrong key: the last four, where from, and six causes without picking one", async () => {
  const wrong = ["csa", "0".repeat(32), "wxYZ"].join("_").replace("_wxYZ", "wxYZ");
  const failure = check(
    await failureOfTest(() => ({ apiKey: wrong })),
    "wrong-key",
    "Cloudsmith did not accept this API key",
  );
  assert.equal(factOf(failure, "Key"), "ends in wxYZ");
  assert.equal(factOf(failure, "From"), "entered here");
  assert.equal(failure.points?.length, 6);
  for (const wrongKey of ["403", "anonymous"] as const) {
    check(await failureOfTest(() => ({ apiKey: wrong }), { wrongKey }), "wrong-key", /./);
  }
});

test("key refused: a key that worked before, with the day and the steps", async () => {
  const failure = check(
    await bannerAfter((sandbox) => sandbox.revokeKey("service")),
    "key-refused",
    "Key refused by the workspace",
  );
  assert.match(factOf(failure, "Last worked"), /^\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC$/);
  assert.match(failure.message, /policy/);
  assert.equal(failure.points?.length, 3);
});

test("wrong slug: the organizations that the key sees, the nearest first", async () => {
  const failure = await failureOfTest(() => ({ orgSlug: "sandbox-orgg" }));
  assert.deepEqual(slugs(check(failure, "wrong-slug", "No organization 'sandbox-orgg' for this key")), ["sandbox-org"]);
});

const denied = { kind: "status", status: 404, match: { path: /^\/orgs\/sandbox-org\// }, times: Infinity } as const;

test("an organization that Cloudsmith denies and lists is trouble of Cloudsmith's, and no new slug", async () => {
  const failure = await failureOfTest(() => ({}), { faults: [denied] });
  check(failure, "server-error", "Cloudsmith is having trouble");
});

test("renamed slug: it was there before, with name, day and candidates", async () => {
  const listed = JSON.stringify([{ slug: "new-name", slug_perm: "new-id", name: "Sandbox Organization" }]);
  const failure = await bannerAfter((sandbox) => {
    sandbox.addFault(denied);
    sandbox.addFault({ kind: "garbage", body: listed, match: { path: /^\/orgs\/$/ } });
  });
  check(failure, "renamed-slug", "The organization may have been renamed");
  assert.ok(failure);
  assert.equal(factOf(failure, "Name then"), "Sandbox Organization");
  assert.match(factOf(failure, "Last good run"), /UTC$/);
  assert.deepEqual(slugs(failure), ["new-name"]);
  assert.match(failure.hint ?? "", /ids/);
});

test("narrow key: which signs, and who must give the key", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { failure, status } = await console.connect(sandbox, { apiKey: sandbox.keys.member });
  assert.equal(status, "Partial");
  const { facts, points = [], hint } = check(failure, "narrow-key", "Partial roster");
  assert.match(new Map(facts).get("Signs") ?? "", /R1/);
  assert.ok(points.length > 0);
  assert.match(hint ?? "", /Owner or Manager/);
});

test("rate limited: until when, and that others use the key", async () => {
  const failure = await failureOfTest(() => ({}), {
    faults: [{ kind: "throttle", retryAfter: "3304", times: Number.POSITIVE_INFINITY }],
  });
  const { message, hint = "", retryAtMs = 0, points = [] } = check(failure, "rate-limited", "Waiting for Cloudsmith");
  assert.match(hint, /^Try again after /, "a test does not go on by itself");
  assert.match(message, /until \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/);
  assert.ok(retryAtMs > Date.now() + 3_000_000);
  assert.match(points.join(" "), /Other programs/);
});

test("network down: which host, what broke, which proxy", async () => {
  const port = await freePort();
  const failure = await failureOfTest(() => ({ baseUrl: `http://127.0.0.1:${port}/v1` }));
  const found = check(failure, "network-down", `Cannot reach 127.0.0.1:${port}`);
  assert.match(found.message, /refused/);
  assert.equal(factOf(found, "Proxy"), "none");
});

test("TLS fault: whose certificate, from whom, for how long; with the CA file it works", async () => {
  await using sandbox = await startSandbox();
  const { authority, certificate: cert, privateKey: key } = makeCertificates();
  await using front = await startTlsFront(sandbox.port, { cert, key });
  await using console = await openTestConnectors();
  const { id } = console.connectors.create({ mode: "once", owner: "" });
  const input = settingsOf(sandbox, { baseUrl: `https://localhost:${front.port}/v1` });
  await console.connectors.saveSettings(id, input);
  await console.ended(id);
  const failure = check(
    console.connectors.detail(id).failure,
    "tls-fault",
    "The secure connection could not be verified",
  );
  for (const label of ["Subject", "Issuer", "Valid"]) assert.notEqual(factOf(failure, label), "", label);
  assert.match(failure.hint ?? "", /CA file/);
  assert.equal(front.received, 0, "nothing was sent");
  const caFile = join(scratch, "ca.pem");
  writeFileSync(caFile, authority);
  await console.connectors.saveSettings(id, { caFile });
  assert.equal((await console.ended(id)).result, "Complete");
});

test("clock wrong: by how much, and the host's word on it", async () => {
  await using sandbox = await startSandbox();
  await using late = await startOtherClock(sandbox.port, -20 * 60_000);
  await using console = await openTestConnectors();
  const { id } = console.connectors.create({ mode: "once", owner: "" });
  const { failure, lines } = await console.test(
    id,
    settingsOf(sandbox, { baseUrl: `http://127.0.0.1:${late.port}/v1` }),
  );
  check(failure, "clock-wrong", /^This machine's clock is off by 20 minutes$/);
  assert.equal(lines[0]?.outcome, "fail");
});

test("server error: the status, and when it was last well", async () => {
  const failure = await failureOfTest(() => ({}), {
    faults: [{ kind: "status", status: 503, times: Number.POSITIVE_INFINITY }],
  });
  assert.match(check(failure, "server-error", "Cloudsmith is having trouble").message, /503/);
});

test("unexpected answer: what was asked for and how the answer begins, without anything to run", async () => {
  const failure = await failureOfTest(() => ({}), { faults: [{ kind: "html", times: Number.POSITIVE_INFINITY }] });
  const found = check(failure, "unexpected-answer", "Unexpected answer");
  assert.match(found.message, /\/v1\/user\/self\//);
  assert.match(factOf(found, "It begins"), /html/i);
  assert.doesNotMatch(found.message, /html>|It begins/);
});

const namespaces = spawnSync("unshare", ["-rm", "true"]).status === 0;
const noNamespaces = namespaces
  ? {}
  : { skip: "a small disk is made by mount namespaces, which are not to be had here" };

test("disk full: where, and that there is no file yet", noNamespaces, async () => {
  await using sandbox = await startSandbox();
  const dataDir = join(scratch, "small");
  // The process of the run, and it alone, finds a disk of 100 KB where its scratch space is.
  const small = 'mount -t tmpfs -o size=100k tmpfs "$0" && exec "$@"';
  const args = ["-rm", "sh", "-c", small, join(dataDir, "scratch"), process.execPath, launcher];
  await using console = await openTestConnectors({ dataDir, program: { file: "unshare", args } });
  const { failure } = await console.connect(sandbox);
  const full = check(failure, "disk-full", "Not enough disk space");
  const { effect, message } = full;
  assert.match(factOf(full, "Free"), /^\d+\.\d MB$/);
  assert.match(factOf(full, "Needed"), /MB/);
  assert.equal(effect, "Nothing was saved: there is no file yet.");
  assert.ok(message.includes(dataDir), message);
});

test("file busy: who has it, and since when", async () => {
  const failure = await bannerAfter(async (_, { dataDir }, id) => {
    const lock = await lockFile(join(dataDir, "connectors", id, "working.c1z"), { clock: systemClock });
    after(() => lock.release());
  });
  assert.match(check(failure, "file-busy", "Another run is using this file").message, /process \d+ .*since \d{4}/);
});

test("held: there is something to confirm, or to keep", async () => {
  const failure = await bannerAfter(({ organization, edit }) => {
    for (const { user } of organization.members.slice(10)) edit.removeMember(user);
  });
  const { facts, points = [] } = check(failure, "held", "Big change, nothing applied");
  assert.deepEqual(facts[0], ["members", "120 before, 10 now"]);
  assert.equal(points.length, 20);
});

test("stopped: by whom does not matter, the next sync goes on", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors();
  const { id } = await console.connect(sandbox);
  const held = holdMembers(sandbox);
  console.connectors.startSync(id);
  await held.isAsked;
  const { failure, status } = await console.connectors.cancel(id);
  held.release();
  assert.match(check(failure, "stopped", "The sync was stopped").hint ?? "", /go on from there/);
  assert.equal(status, "Connected");
});

test("C1 unreachable: the link is lost, and tried again", async () => {
  await using sandbox = await startSandbox();
  await using console = await openTestConnectors({ env: { BATON_C1_API_HOST: "127.0.0.1:9" } });
  const { connectors } = console;
  const { id } = connectors.create({ mode: "service", owner: "" });
  const { startStandInC1 } = await import("../../../sandbox/c1/stand-in.ts");
  await using c1 = await startStandInC1({ uploadDirectory: scratch });
  const { clientId, clientSecret } = c1.tokens.credentials;
  await connectors.saveSettings(id, settingsOf(sandbox, { c1ClientId: clientId, c1ClientSecret: clientSecret }));
  const lost = console.next("service", ({ service }) => service.failure !== null);
  await connectors.startService(id);
  const { service } = await lost;
  check(service.failure, "c1-unreachable", "C1 link lost, still trying");
  assert.ok((service.nextPollMs ?? 0) > 0);
  assert.equal(connectors.detail(id).status, "Offline");
});

test("empty organization: said, and no error", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1, teams: 0 } });
  await using console = await openTestConnectors();
  const { failure, status } = await console.connect(sandbox, { apiKey: sandbox.keys.owner });
  check(failure, "empty-organization", "Only you are in here");
  assert.equal(status, "Connected");
});

test("session expired: how to get in again", () => {
  const failure = check(failureOf(sessionExpired()), "session-expired", "Sign in again");
  assert.match(failure.hint ?? "", /Open the link that you were given once more/);
});

test("every state was brought about, but for the one of everything else", () => {
  assert.deepEqual(
    failureStates.filter((state) => !seen.has(state)),
    ["unexpected"],
  );
});

/** Passes requests on to `port` and says another time than ours. */
async function startOtherClock(port: number, offMs: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      const date = new Date(Date.now() + offMs).toUTCString();
      outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, date });
      answer.pipe(outgoing);
    }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // of a TCP server
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

for (const [file, key, effect] of [
  ["none", undefined, "Nothing was saved: there is no file yet."],
  ["a good one", "service", "Nothing new was saved; the last good file stays as it is."],
  ["a partial one", "member", "Nothing new was saved; the current file stays the partial one that was there."],
] as const) {
  test(`what a failure means for the data is told by the file that is there: ${file}`, async () => {
    await using sandbox = await startSandbox();
    await using console = await openTestConnectors();
    const { id } = key
      ? await console.connect(sandbox, { apiKey: sandbox.keys[key] })
      : console.connectors.create({ mode: "once", owner: "" });
    await console.connectors.saveSettings(id, settingsOf(sandbox, { apiKey: "refused-key-of-nobody" }));
    const { failure } = await console.ended(id);
    assert.equal(failure?.effect, effect);
  });
}
