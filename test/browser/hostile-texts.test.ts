/**
 * Texts that are scripts (T-94) on the screens of the journey and of a connector: as owners, as the organization's name,
 * as whose key it is, as the people who fell away, as a server's answer, and in log lines. All are shown as they are.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ConnectorDetail } from "../../src/console/contract/connectors.ts";
import { type Site, settled, startSite } from "./console-page.ts";
import { payloads } from "./payloads.ts";

let site: Site;

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 80, teams: 2 } } });
  const { organization } = site.sandbox;
  organization.name = payloads.join(" ");
  for (const service of organization.services) service.name = payloads.join(" ").slice(0, 900);
  // The last 60 are those who will fall away.
  for (const [at, payload] of payloads.entries()) {
    const member = organization.members[at + 20];
    assert.ok(member);
    member.userName = payload;
  }
});
after(() => site[Symbol.asyncDispose]());

/** Text as a browser shows it: runs of white space are one. */
function shown(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

async function mainText(): Promise<string> {
  return shown((await site.page.locator("main").textContent()) ?? "");
}

test("as owners in the list of connectors", async () => {
  // The tests of parts put every payload into a cell.
  const owners = payloads.filter((_, at) => at % 6 === 0);
  for (const owner of owners) {
    const { id } = (await site.post<ConnectorDetail>("/api/connectors", { mode: "once", owner })).body;
    // What has no input is not in the list; without a key nothing is synced.
    assert.equal((await site.post(`/api/connectors/${id}/settings`, { orgSlug: "sandbox-org" })).status, 200);
  }
  await site.visit("/connectors");
  const cells = (await site.page.locator("td").allTextContents()).map(shown);
  assert.deepEqual(
    owners.filter((payload) => !cells.includes(shown(payload))),
    [],
  );
});

test("as the organization's name and as whose key it is, in the test, the title and the settings", async () => {
  const { page, sandbox, post, visit } = site;
  const { id } = (await post<ConnectorDetail>("/api/connectors", { mode: "once", owner: payloads[0] })).body;
  await visit(`/connectors/${id}/settings?edit=ca`);
  await page.getByLabel("Cloudsmith API key").fill(sandbox.keys.service);
  await page.getByLabel("Organization slug").fill(sandbox.organization.slug);
  await page.getByLabel("API host").fill(sandbox.baseUrl);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Connected", { exact: true }).waitFor();
  const name = shown(sandbox.organization.name);
  assert.equal(shown((await page.getByRole("heading", { level: 1 }).textContent()) ?? ""), name);
  assert.ok(shown(await page.title()).startsWith(name));
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await settled(page);
  assert.ok((await mainText()).includes(shown(payloads.slice(0, 5).join(" "))));
});

test("as the people of a big change, and in the lines of the log", async () => {
  const { page, sandbox } = site;
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  sandbox.organization.members.length = 20;
  sandbox.organization.revision++;
  await site.post(`/api/connectors/${id}/sync`);
  await site.reaches(id, "Held");
  await site.visit(`/connectors/${id}`);
  const gone = page.getByRole("region", { name: "People who would go" });
  await gone.getByRole("rowheader").first().waitFor();
  const names = (await gone.getByRole("rowheader").allTextContents()).map(shown);
  assert.ok(names.length > 5, names.join());
  for (const name of names)
    assert.ok(
      payloads.some((payload) => shown(payload) === name),
      name,
    );
  await site.visit(`/connectors/${id}/logs?run=${encodeURIComponent("<script>alert(1)</script>")}`);
  await page.getByLabel("Search the log").fill("<img src=x onerror=alert(2)>");
  await page.getByText("No line matches").waitFor();
});

test("as an answer that is none, and as what an API host says of an error", async () => {
  const { page, sandbox } = site;
  for (const fault of [
    { kind: "garbage", body: payloads.join("\n").slice(0, 180) },
    { kind: "status", status: 400, body: JSON.stringify({ detail: payloads.slice(0, 3).join(" ") }) },
  ] as const) {
    sandbox.addFault({ ...fault, times: Number.POSITIVE_INFINITY });
    const id = await site.addConnector();
    await site.reaches(id, "Error");
    sandbox.clearFaults();
    for (const path of ["", "/history", "/logs"]) await site.visit(`/connectors/${id}${path}`);
    await page.getByLabel("Debug and up").check();
    await page.locator(".log-row").first().click();
    await page.getByRole("region", { name: "details of the line" }).waitFor();
  }
});

test("in addresses, which show no screen or nothing of it", async () => {
  for (const payload of payloads.filter((one) => !/[\\%]/.test(one)).slice(0, 4)) {
    await site.visit(`/connectors/${encodeURIComponent(payload)}`);
    await site.page.getByText("There is no such connector").first().waitFor();
  }
  await site.visit("/people");
  await site.page.getByText("This address belongs to no screen").waitFor();
});

test("no script ran, nothing was loaded from elsewhere, and the page's policy had nothing to stop", () => {
  assert.deepEqual(site.troubles, []);
});
