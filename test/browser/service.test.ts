/** A connector as a service for C1, set up and watched on the page, against a stand-in for C1. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type StandInC1, startStandInC1 } from "../../sandbox/c1/stand-in.ts";
import { violationsOf } from "./axe.ts";
import { type Site, settled, startSite } from "./console-page.ts";

const scratch = mkdtempSync(join(tmpdir(), "browser-service-"));
const uploads = join(scratch, "uploads");
let site: Site;
let c1: StandInC1;

before(async () => {
  c1 = await startStandInC1({ uploadDirectory: uploads });
  writeFileSync(join(scratch, "ca.pem"), c1.certificates.authority);
  site = await startSite({ env: { BATON_C1_API_HOST: c1.host }, sandbox: { organization: { members: 20, teams: 2 } } });
});
after(async () => {
  await site[Symbol.asyncDispose]();
  await c1[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

function press(name: string): Promise<void> {
  return site.page.getByRole("button", { name, exact: true }).click();
}

test("set up with Client ID and secret, which are never shown again", async () => {
  const { page, sandbox, visit, troubles } = site;
  const { clientId, clientSecret } = c1.tokens.credentials;
  await visit("/connectors/add/how");
  await page.getByRole("radio", { name: /^As a service for C1/ }).check();
  await press("Next");
  await page.getByLabel("Owner").fill("Ada Lovelace");
  await press("Next");
  await press("Edit settings");
  await page.getByLabel("Cloudsmith API key").fill(sandbox.keys.service);
  await page.getByLabel("Organization slug").fill(sandbox.organization.slug);
  await page.getByLabel("C1 Client ID").fill(clientId);
  const secret = page.getByLabel("C1 Client secret");
  await secret.fill(clientSecret);
  assert.equal(await secret.getAttribute("type"), "password");
  await page.getByText("Advanced").click();
  await page.getByLabel("API host").fill(sandbox.baseUrl);
  await page.getByLabel("CA file").fill(join(scratch, "ca.pem"));
  await press("Save");
  await page.getByRole("button", { name: "Start service" }).waitFor();
  assert.match(page.url(), /\/service$/);
  assert.ok(!(await page.content()).includes(clientSecret));
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText(clientId).waitFor();
  assert.ok(!(await page.content()).includes(clientSecret));
  await page.getByRole("link", { name: "Service", exact: true }).click();
  assert.deepEqual(troubles, []);
});

test("the link is tested, and told apart from a service that runs", async () => {
  const { page } = site;
  await page.getByText("Stopped", { exact: true }).waitFor();
  await press("Test C1");
  await page.locator(".test-pass").nth(1).waitFor();
  assert.equal(await page.locator(".test-line").count(), 2);
});

test("started it connects, works for C1, and shows what it did; stopped it says so", async () => {
  const { page } = site;
  await press("Start service");
  await page.getByText("Connected to C1", { exact: true }).waitFor();
  await page.locator(".page-title").getByText("Connected", { exact: true }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  c1.addTask({ taskType: { case: "syncFull", value: {} } });
  await page.getByText(/^sync: done/).waitFor();
  assert.equal(readdirSync(uploads).length, 1);
  await page.getByRole("link", { name: "History", exact: true }).click();
  await settled(page);
  await page.locator("tbody").getByText("C1", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Overview", exact: true }).click();
  await page.getByText("C1 says when to sync.").waitFor();
  await page.getByRole("link", { name: "Service", exact: true }).click();
  await press("Stop service");
  await page.getByText("Stopped", { exact: true }).waitFor();
  assert.deepEqual(site.troubles, []);
});
