/** The set-up journey in a real browser, by the words that stand on the page: from the welcome screen to Connected. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { expectedCounts } from "../../sandbox/organization/organization.ts";
import type { ConnectorDetail } from "../../src/console/contract/connectors.ts";
import { type Site, settled, startSite, whenItComes } from "./console-page.ts";

let site: Site;

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 60, teams: 5 } } });
});
after(() => site[Symbol.asyncDispose]());

function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

function follow(page: Page, name: string): Promise<void> {
  return page.getByRole("link", { name, exact: true }).click();
}

test("from the welcome screen to Connected in at most 12 actions, by the page's labels", async () => {
  const { page, sandbox, visit, troubles } = site;
  await visit("/");
  await page.getByRole("heading", { level: 1, name: "Welcome" }).waitFor();
  await page.getByText("Nothing leaves this machine").waitFor();
  await page.getByText(site.console.dataDir).waitFor();
  let actions = 0;
  const act = async (action: Promise<unknown>): Promise<void> => {
    actions++;
    await action;
  };

  await act(follow(page, "Add connector"));
  await page.getByLabel("Search connectors").fill("smith");
  await act(follow(page, "Add Cloudsmith"));
  await act(page.getByRole("radio", { name: /^On a schedule here/ }).check());
  await act(press(page, "Next"));
  await act(page.getByLabel("Owner").fill("Ada Lovelace"));
  await act(press(page, "Next"));
  await page.getByRole("heading", { level: 2, name: "Settings" }).waitFor();
  await act(press(page, "Edit settings"));
  await act(page.getByLabel("Cloudsmith API key").fill(` ${sandbox.keys.service}\n`));
  await page.getByText("Spaces and line ends were taken out").waitFor();
  await act(
    page.getByLabel("Organization slug").fill(`https://app.cloudsmith.com/${sandbox.organization.slug}/members`),
  );
  // Not of the journey: a sandbox stands in for Cloudsmith.
  await page.getByText("Advanced").click();
  await page.getByLabel("API host").fill(sandbox.baseUrl);
  await act(press(page, "Test"));
  await page.getByRole("heading", { name: "Test passed" }).waitFor();
  assert.equal(await page.locator(".test-line").count(), 6);
  assert.equal(await page.locator(".test-pass").count(), 6);
  assert.equal(await page.getByLabel("Organization slug").inputValue(), sandbox.organization.slug);
  sandbox.switches.latencyMs = 150;
  await act(press(page, "Save"));
  await page.getByRole("progressbar", { name: "Progress of the sync" }).waitFor();
  await page.getByText("Syncing", { exact: true }).first().waitFor();
  sandbox.switches.latencyMs = 0;
  await page.getByText("Connected", { exact: true }).waitFor();

  const { members, active, inactive, teams } = expectedCounts(sandbox.organization);
  await page.getByText(`${active} active, ${inactive} inactive`).waitFor();
  assert.equal(await figure(page, "Members"), String(members));
  assert.equal(await figure(page, "Teams"), String(teams));
  assert.ok(actions <= 12, `${actions} actions`);
  assert.deepEqual(troubles, []);
});

test("the key is not in the page, its answers or its address after it was saved; its last four are", async () => {
  const { page, sandbox, get } = site;
  await follow(page, "Settings");
  await page.getByText(`ends in ${sandbox.keys.service.slice(-4)}`).waitFor();
  const id = new URL(page.url()).pathname.split("/")[2] ?? "";
  const everything = [
    await page.content(),
    page.url(),
    JSON.stringify(await get(`/api/connectors/${id}`)),
    await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })),
  ].join("\n");
  assert.ok(!everything.includes(sandbox.keys.service));
  await press(page, "Edit settings");
  assert.equal(await page.getByLabel("Keep the current key").isChecked(), true);
  assert.equal(await page.getByLabel("Cloudsmith API key").count(), 0);
});

test("a key is hidden until one asks, and hidden again when the field is left", async () => {
  const { page, visit } = site;
  await visit(new URL(page.url()).pathname);
  await press(page, "Edit settings");
  await page.getByLabel("Enter another key").check();
  const field = page.getByLabel("Cloudsmith API key");
  assert.equal(await page.getByRole("button", { name: "Show" }).isDisabled(), true);
  await field.fill("csa_typed");
  assert.equal(await field.getAttribute("type"), "password");
  await press(page, "Show");
  assert.equal(await field.getAttribute("type"), "text");
  await field.focus();
  await page.getByLabel("Organization slug").focus();
  assert.equal(await field.getAttribute("type"), "password");
});

test("without an owner one is warned once and may go on", async () => {
  const { page, visit } = site;
  await visit("/connectors/add/owner?mode=once");
  await press(page, "Next");
  await page.getByRole("alert").getByText("Nobody is named as owner").waitFor();
  await press(page, "Next");
  await page.getByRole("heading", { level: 2, name: "Settings" }).waitFor();
  await page.getByText("Not set up", { exact: true }).waitFor();
});

test("the form refuses what cannot be right, tied to its field, and sends nothing", async () => {
  const { page, sandbox } = site;
  const form = whenItComes(page, { selector: "form button", text: "Save" });
  await press(page, "Edit settings");
  assert.equal((await form).focused, "input Cloudsmith API key");
  sandbox.resetLog();
  await page.getByLabel("Organization slug").fill("not a slug");
  await press(page, "Save");
  for (const label of ["Cloudsmith API key", "Organization slug"]) {
    const field = page.getByLabel(label);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const described = (await field.getAttribute("aria-describedby"))?.split(" ") ?? [];
    const error = described.find((id) => id.endsWith("-error"));
    assert.ok(error && ((await page.locator(`[id="${error}"]`).textContent()) ?? "").length > 10, label);
  }
  await page.getByLabel("Cloudsmith API key").fill("k0Ddh5SxTk3qyBfO");
  await page.getByText("This looks like an entitlement token").waitFor();
  assert.equal(sandbox.requests.length, 0);
});

test("a narrow key is saved only after the words are typed", async () => {
  const { page, sandbox, reaches } = site;
  await page.getByLabel("Cloudsmith API key").fill(sandbox.keys.member);
  await page.getByLabel("Organization slug").fill(sandbox.organization.slug);
  await page.getByText("Advanced").click();
  await page.getByLabel("API host").fill(sandbox.baseUrl);
  await press(page, "Save");
  await page.getByRole("heading", { name: "Test passed with warnings" }).waitFor();
  const save = page.getByRole("button", { name: "Save with warnings" });
  assert.equal(await save.isDisabled(), true);
  await page.getByLabel("Type “continue with warnings”").fill("continue");
  assert.equal(await save.isDisabled(), true);
  await page.getByLabel("Type “continue with warnings”").fill("continue with warnings");
  await save.click();
  await page.waitForURL(/\/connectors\/[0-9a-f]+$/);
  const id = new URL(page.url()).pathname.split("/")[2] ?? "";
  assert.equal((await reaches(id, "Partial", "Connected", "Error")).status, "Partial");
  await page.getByText("Partial roster").first().waitFor();
});

test("one click on the welcome screen's sample button leads to Connected", async () => {
  await using fresh = await startSite();
  const { page, troubles } = fresh;
  await press(page, "Try it with a sample organization");
  await page.getByText("Connected", { exact: true }).waitFor();
  await follow(page, "Access");
  await settled(page);
  assert.deepEqual(troubles, []);
});

test("several connectors stand side by side, with state, last sync and owner", async () => {
  const { page, visit, get } = site;
  await visit("/connectors");
  const { connectors } = await get<{ connectors: readonly ConnectorDetail[] }>("/api/connectors");
  assert.ok(connectors.length >= 2);
  assert.equal(await page.locator("tbody tr").count(), connectors.length);
  for (const { id, name, status } of connectors) {
    const row = page.locator("tbody tr").filter({ has: page.locator(`a[href="/connectors/${id}"]`) });
    assert.match((await row.textContent()) ?? "", new RegExp(`${name}[\\s\\S]*${status}`));
  }
  await page.locator("tbody").getByText("Ada Lovelace").first().waitFor();
});

async function figure(page: Page, label: string): Promise<string> {
  const box = page.locator(".figure").filter({ has: page.getByText(label, { exact: true }) });
  return (await box.locator(".figure-value").first().textContent()) ?? "";
}
