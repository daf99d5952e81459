/**
 * The states of failure, each brought about for real: wrong keys, a host that is not there, a clock that is off, a
 * full disk, people who vanish. Each shows its title, what must stand in its text, a way out, and its code; each fits a
 * phone. Pictures of them go to $CONSOLE_SCREENSHOTS, or to a directory that is gone afterwards.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { TokenEndpoint } from "../../sandbox/c1/token-endpoint.ts";
import { startSandbox } from "../../sandbox/server.ts";
import type { ConnectorDetail, ConnectorStatus } from "../../src/console/contract/connectors.ts";
import { type Failure, failureStates } from "../../src/console/contract/failures.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { scratchDirectory, startProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { startTlsFront } from "../faults/tls-server.ts";
import { type Site, settled, startSite } from "./console-page.ts";
import { assertShows as assertPageShows, type Expected, fits } from "./failure-shown.ts";
import { noSmallDisk, onSmallDisk, startDateProxy } from "./odd-surroundings.ts";

let site: Site;
const seen = new Set<string>();

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 40, teams: 4 } } });
});
after(async () => {
  await site[Symbol.asyncDispose]();
  // The sum: a state that no test shows would be a screen that nobody has seen.
  const unseen = failureStates.filter((state) => state !== "unexpected" && !seen.has(state));
  assert.deepEqual(unseen, [], "states without a test");
});

/** Holds what the page shows against it, and notes that the state was seen. */
async function assertShows(page: Page, expected: Expected): Promise<void> {
  await assertPageShows(page, process.env["CONSOLE_SCREENSHOTS"] ?? join(site.directory, "states"), expected);
  seen.add(expected.state);
}

/** Syncs a connector until it has ended, and shows its page. */
async function syncAgain(id: string, ...statuses: readonly ConnectorStatus[]): Promise<void> {
  const { post, reaches, visit } = site;
  assert.equal((await post(`/api/connectors/${id}/sync`)).status, 202);
  await ended(id);
  await reaches(id, ...statuses);
  await visit(`/connectors/${id}`);
}

/** Waits until no run is under way. */
async function ended(id: string): Promise<ConnectorDetail> {
  for (;;) {
    const connector = await site.get<ConnectorDetail>(`/api/connectors/${id}`);
    if (connector.progress === null && connector.lastRun !== null) return connector;
    await site.page.waitForTimeout(50);
  }
}

/** Puts settings into the form of a new connector and presses Test. */
async function testSettings(settings: { readonly baseUrl: string; readonly key?: string }): Promise<void> {
  const { page, post, sandbox, visit } = site;
  const { body } = await post<ConnectorDetail>("/api/connectors", { mode: "once", owner: "" });
  await visit(`/connectors/${body.id}/settings?edit=ca`);
  await page.getByLabel("Cloudsmith API key").fill(settings.key ?? sandbox.keys.service);
  await page.getByLabel("Organization slug").fill(sandbox.organization.slug);
  await page.getByLabel("API host").fill(settings.baseUrl);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  // A host that does not answer is asked several times.
  await page.getByRole("heading", { name: "Test failed" }).waitFor({ timeout: 60_000 });
}

const badKey = `csa_${"0".repeat(36)}`;

test("wrong key: its last four, where it came from, six causes and none picked", async () => {
  const id = await site.addConnector({ settings: { apiKey: badKey } });
  await site.reaches(id, "Error");
  await site.visit(`/connectors/${id}`);
  await assertShows(site.page, {
    state: "wrong-key",
    title: "Cloudsmith did not accept this API key",
    texts: ["ends in 0000", "entered here", "typo", "refreshed", "revoked", "policy", "IP", "no access"],
    action: "Edit key",
    code: /CS-AUTH-401/,
  });
  await site.page.getByRole("link", { name: "Edit key" }).click();
  await untilFocused(site.page, "Cloudsmith API key");
});

test("a key that worked before: when it last did, the policy, and how to refresh", async () => {
  await using own = await startSandbox({ organization: { members: 5, teams: 1 } });
  const settings = { apiKey: own.keys.manager, orgSlug: own.organization.slug, baseUrl: own.baseUrl };
  const id = await site.addConnector({ settings });
  await site.reaches(id, "Connected");
  own.revokeKey("manager");
  await syncAgain(id, "Error");
  await assertShows(site.page, {
    state: "key-refused",
    title: "Key refused by the workspace",
    texts: [/Last worked\s*\d{4}-\d\d-\d\d/, "policy", "Refresh"],
    action: "Edit key",
    code: /CS-AUTH-401/,
  });
});

test("wrong slug: the organizations that the key sees, to pick one from", async () => {
  const { page, sandbox } = site;
  const id = await site.addConnector({ settings: { orgSlug: "sandbox-orgs" } });
  await site.reaches(id, "Error");
  await site.visit(`/connectors/${id}`);
  await assertShows(page, {
    state: "wrong-slug",
    title: "No organization 'sandbox-orgs' for this key",
    texts: ["The key is good"],
    action: `Use ${sandbox.organization.slug}`,
    code: /CS-ORG-404/,
  });
  await page.getByRole("link", { name: `Use ${sandbox.organization.slug}` }).click();
  assert.equal(await page.getByLabel("Organization slug").inputValue(), sandbox.organization.slug);
});

test("renamed: the last good run, the old name, and that ids may change", async () => {
  await using own = await startSandbox({ organization: { members: 5, teams: 1, name: "Old Name", slug: "old-slug" } });
  const settings = { apiKey: own.keys.service, orgSlug: "old-slug", baseUrl: own.baseUrl };
  const id = await site.addConnector({ settings });
  await site.reaches(id, "Connected");
  own.organization.slug = "new-slug";
  await syncAgain(id, "Error");
  await assertShows(site.page, {
    state: "renamed-slug",
    title: "The organization may have been renamed",
    texts: ["Old Name", /Last good run\s*\d{4}/, "ids"],
    action: "Use new-slug",
    code: /CS-ORG-404/,
  });
});

test("narrow key: which signs, what is missing, and whose key is needed", async () => {
  const id = await site.addConnector({ key: "member" });
  await site.reaches(id, "Partial");
  await site.visit(`/connectors/${id}`);
  await assertShows(site.page, {
    state: "narrow-key",
    title: "Partial roster",
    texts: [/Signs\s*R\d/, "Owner or Manager"],
    action: "Use another key",
    code: /CONSOLE-PARTIAL|CS-PARTIAL/,
  });
  await site.page.getByRole("button", { name: "Continue" }).click();
  await site.page.locator(".banner-title", { hasText: "Partial roster" }).waitFor({ state: "detached" });
});

test("rate limited: until when in both zones, the budget, others who use it; cancelled within the wait", async () => {
  await using own = await startSandbox({ organization: { members: 5, teams: 1 } });
  const settings = { apiKey: own.keys.service, orgSlug: own.organization.slug, baseUrl: own.baseUrl };
  own.addFault({ kind: "throttle", retryAfter: "3304", match: { path: "/members/" }, times: Number.POSITIVE_INFINITY });
  const id = await site.addConnector({ settings });
  await site.reaches(id, "Rate limited");
  await site.visit(`/connectors/${id}`);
  await site.page.getByText(/^Rate limited until \d\d:\d\d [A-Z]/).waitFor();
  await assertShows(site.page, {
    state: "rate-limited",
    title: "Waiting for Cloudsmith",
    texts: [/\d\d:\d\d \(\d\d:\d\d UTC\)/, "the same key"],
    action: "Cancel",
    code: /CS-RATE-429/,
  });
  await site.page
    .getByText(/requests left|Not known yet/)
    .first()
    .waitFor();
  await site.page.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await ended(id)).lastRun?.result, "Cancelled");
});

test("network down: which host, what failed, which proxy", async () => {
  await testSettings({ baseUrl: "http://127.0.0.1:9" });
  await assertShows(site.page, {
    state: "network-down",
    title: "Cannot reach 127.0.0.1:9",
    texts: [/refused\)?\./i, /Proxy\s*none/, "kept as a draft", "test again"],
    action: "Test",
    code: /NET-/,
  });
  await site.page.reload();
  await site.page.getByRole("button", { name: "Cancel" }).click();
  await site.page.getByText("A draft: nothing syncs before these settings are saved.").waitFor();
});

test("TLS fault: whose certificate, until when, the CA file, and no way to skip", async () => {
  const { certificate: cert, privateKey: key } = makeCertificates();
  await using front = await startTlsFront(site.sandbox.port, { cert, key });
  await testSettings({ baseUrl: `https://localhost:${front.port}` });
  await assertShows(site.page, {
    state: "tls-fault",
    title: "The secure connection could not be verified",
    texts: ["CA file", /Subject/i, /Issuer/i],
    code: /NET-TLS/,
  });
  assert.equal(await site.page.getByRole("button", { name: /skip|ignore|anyway/i }).count(), 0);
  await site.page.getByLabel("CA file").waitFor();
});

test("clock wrong: both times", async () => {
  const inTheFuture = new Date(Date.now() + 3 * 3_600_000).toUTCString();
  await using front = await startDateProxy(site.sandbox, inTheFuture);
  await testSettings({ baseUrl: `http://127.0.0.1:${front.port}/v1` });
  await assertShows(site.page, {
    state: "clock-wrong",
    title: /^This machine's clock is off by (3 hours|1[78]\d minutes)$/,
    texts: ["NTP"],
    code: /CONSOLE-CLOCK/,
  });
});

test("server error: the status, and a way to try again", async () => {
  site.sandbox.addFault({ kind: "status", status: 501, times: Number.POSITIVE_INFINITY });
  await testSettings({ baseUrl: site.sandbox.baseUrl });
  site.sandbox.clearFaults();
  await assertShows(site.page, {
    state: "server-error",
    title: "Cloudsmith is having trouble",
    texts: ["501"],
    action: "Test",
    code: /CS-SERVER/,
  });
});

test("unexpected answer: path, content type and how it begins, escaped", async () => {
  site.sandbox.addFault({ kind: "html", times: Number.POSITIVE_INFINITY });
  const id = await site.addConnector();
  await site.reaches(id, "Error");
  site.sandbox.clearFaults();
  await site.visit(`/connectors/${id}`);
  await assertShows(site.page, {
    state: "unexpected-answer",
    title: "Unexpected answer",
    texts: ["text/html", /It begins\s*.*<|&lt;/],
    action: "Download trace",
    code: /CS-ANSWER|CS-HTTP/,
  });
});

const diskFull: Expected = {
  state: "disk-full",
  title: "Not enough disk space",
  texts: ["no file yet"],
  action: "Force sync",
  code: /FILE-DISK-FULL/,
};

test("disk full: the path, and that there is no file yet", { skip: noSmallDisk() }, async () => {
  await using small = await startSite({
    sandbox: { organization: { members: 4000, teams: 60 } },
    under: onSmallDisk,
  });
  const id = await small.addConnector();
  const connector = await small.reaches(id, "Error", "Connected");
  assert.equal(connector.status, "Error");
  await small.visit(`/connectors/${id}`);
  await assertShows(small.page, { ...diskFull, texts: [...diskFull.texts, small.console.dataDir] });
});

test("disk full, in a stand-in's answer where no small disk can be had", { skip: !noSmallDisk() }, async () => {
  const { page } = site;
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  const failure: Failure = {
    code: "FILE-DISK-FULL",
    state: "disk-full",
    title: "Not enough disk space",
    message: "There is no room for the file.",
    effect: "Nothing was saved: there is no file yet.",
    hint: "Free space, then sync again.",
    facts: [],
  };
  await page.route(`**/api/connectors/${id}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), status: "Error", failure } });
  });
  await site.visit(`/connectors/${id}`);
  await assertShows(page, diskFull);
  await page.unroute(`**/api/connectors/${id}`);
});

test("file busy: whose process holds it", async () => {
  const { sandbox } = site;
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  using scratch = scratchDirectory();
  sandbox.switches.latencyMs = 400;
  const file = join(site.console.dataDir, "connectors", id, "working.c1z");
  const other = startProgram(["--file", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  sandbox.resetLog();
  while (sandbox.requests.length === 0) await site.page.waitForTimeout(50);
  await syncAgain(id, "Error");
  sandbox.switches.latencyMs = 0;
  await other.finished;
  await assertShows(site.page, {
    state: "file-busy",
    title: "Another run is using this file",
    texts: [/\d{2,}/],
    action: "Open the history",
    code: /FILE-BUSY/,
  });
});

test("held: before and after, names, and nothing applied until it is confirmed", async () => {
  await using own = await startSandbox({ organization: { members: 40, teams: 4 } });
  const settings = { apiKey: own.keys.service, orgSlug: own.organization.slug, baseUrl: own.baseUrl };
  const id = await site.addConnector({ settings });
  const good = await site.reaches(id, "Connected");
  const [...leaving] = own.organization.members.slice(10);
  const someone = leaving.find(({ userName }) => /^[A-Z][a-z]+ [A-Z][a-z]+$/.test(userName));
  for (const { user } of leaving) own.edit.removeMember(user);
  await syncAgain(id, "Held");
  await assertShows(site.page, {
    state: "held",
    title: "Big change, nothing applied",
    texts: ["last good file stays"],
    action: "Confirm changes",
    code: /BATON-HELD/,
  });
  const change = site.page.getByRole("region", { name: "What would change" });
  await change.getByRole("row", { name: /members 40 10/ }).waitFor();
  const gone = site.page.getByRole("region", { name: "People who would go" });
  await gone.getByText("30 people", { exact: true }).waitFor();
  // What there is to choose from is counted among those who would go.
  const statuses = await gone.getByLabel("Two-factor").locator("option").allTextContents();
  const counted = statuses.map((text) => Number(/\((\d+)\)/.exec(text)?.[1] ?? 0));
  assert.equal(
    counted.reduce((sum, count) => sum + count, 0),
    30,
  );
  await gone.getByLabel("Search people").fill(someone?.email ?? "");
  await gone.getByText("1 of 30 people").waitFor();
  await gone.getByRole("link", { name: someone?.userName ?? "" }).click();
  await site.page
    .getByRole("dialog")
    .getByText(someone?.email ?? "")
    .first()
    .waitFor();
  await site.page.keyboard.press("Escape");
  assert.equal((await site.get<ConnectorDetail>(`/api/connectors/${id}`)).currentFile, good.currentFile);

  await site.page.getByRole("button", { name: "Keep old" }).click();
  await site.page.locator(".banner-title", { hasText: "Big change" }).waitFor({ state: "detached" });
  assert.equal(await figure(site.page, "Members"), "40");

  await syncAgain(id, "Held");
  await site.page.getByRole("button", { name: "Confirm changes" }).click();
  await site.reaches(id, "Connected");
  await site.page.getByText("Connected", { exact: true }).waitFor();
  assert.equal(await figure(site.page, "Members"), "10");
});

test("stopped: calm, the good file stays, and the next sync goes on", async () => {
  const { page, sandbox, post } = site;
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  sandbox.switches.latencyMs = 400;
  assert.equal((await post(`/api/connectors/${id}/sync`)).status, 202);
  assert.equal((await post(`/api/connectors/${id}/cancel`)).status, 200);
  sandbox.switches.latencyMs = 0;
  await site.reaches(id, "Connected");
  await site.visit(`/connectors/${id}`);
  await assertShows(page, {
    state: "stopped",
    title: "The sync was stopped",
    texts: ["last good file stays"],
    action: "Sync now",
    code: /BATON-INTERRUPTED/,
  });
  assert.equal(await page.locator(".banner-bad").count(), 0);
});

test("C1 not reached: last contact and next try where there are any, and the link can be tested again", async () => {
  const { page } = site;
  const { clientId: c1ClientId, clientSecret: c1ClientSecret } = new TokenEndpoint("127.0.0.1:9", systemClock)
    .credentials;
  const id = await site.addConnector({ mode: "service", settings: { c1ClientId, c1ClientSecret } });
  await site.visit(`/connectors/${id}/service`);
  await page.getByRole("button", { name: "Test C1" }).click();
  await assertShows(page, {
    state: "c1-unreachable",
    title: "C1 link lost, still trying",
    texts: ["C1 gets no new data"],
    action: "Test C1",
    code: /C1-/,
  });
});

test("an organization of one: said calmly", async () => {
  await using own = await startSandbox({ organization: { members: 1, teams: 0, services: 1 } });
  const settings = { apiKey: own.keys.owner, orgSlug: own.organization.slug, baseUrl: own.baseUrl };
  const id = await site.addConnector({ settings });
  await site.reaches(id, "Connected");
  await site.visit(`/connectors/${id}`);
  await assertShows(site.page, {
    state: "empty-organization",
    title: "Only you are in here",
    texts: ["complete"],
    code: /CONSOLE-EMPTY/,
  });
  assert.equal(await site.page.locator(".banner-bad").count(), 0);
});

test("session ended: how to print a new link, which leads back in", async () => {
  const { page, console: program } = site;
  // This screen asks for nothing by itself: the list of connectors may learn of the end before anybody clicks.
  await site.visit("/connectors/add");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Try it with a sample organization" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in again" }).waitFor();
  await page.getByText("baton-cloudsmith console --link").first().waitFor();
  await page.getByText("CONSOLE-SIGN-IN").waitFor();
  assert.equal(await page.getByText("Sandbox Organization").count(), 0);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok(await fits(page));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  seen.add("session-expired");
  using scratch = scratchDirectory();
  const printed = await startProgram(["console", "--link", "--data-dir", program.dataDir], { cwd: scratch.path })
    .finished;
  await page.goto(printed.stdout.trim());
  await settled(page);
  await page.getByRole("heading", { level: 1, name: "Connectors" }).waitFor();
});

test("no script ran, and the page's policy had nothing to stop", () => {
  assert.deepEqual(site.troubles, []);
});

async function figure(page: Page, label: string): Promise<string> {
  const box = page.locator(".figure").filter({ has: page.getByText(label, { exact: true }) });
  return (await box.locator(".figure-value").first().textContent()) ?? "";
}

/** The focus comes with the form, which the page may still be loading. */
async function untilFocused(page: Page, label: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const id = document.activeElement?.id ?? "";
    return document.querySelector(`label[for="${id}"]`)?.textContent === wanted;
  }, label);
}
