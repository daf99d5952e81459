/** What needs attention, on the first screen: figures that were worked out when the sync ended, each with its people. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { violationsOf } from "./axe.ts";
import { type Site, settled, startSite } from "./console-page.ts";

let site: Site;
const organization = createOrganization({ members: 60, teams: 4 });

before(async () => {
  for (const member of organization.members) {
    Object.assign(member, { isActive: true, hasTwoFactor: true });
    if (member.role === "Owner") member.role = "Member";
  }
  const [ada, ben] = organization.members;
  assert.ok(ada && ben);
  ada.role = "Owner";
  ben.role = "Owner";
  site = await startSite({ sandbox: { organization, prepare: true } });
});
after(() => site[Symbol.asyncDispose]());

test("it is calm when there is nothing, and says who is new, disabled or without a second factor once there is", async () => {
  const { page, visit, post, reaches } = site;
  const id = await site.addConnector();
  await reaches(id, "Connected");
  await visit("/connectors");
  await page.getByText("Nothing needs attention.").waitFor();
  assert.deepEqual(await violationsOf(page), []);

  const [ada, , cy] = organization.members;
  assert.ok(ada && cy);
  ada.isActive = false;
  cy.role = "Owner";
  cy.hasTwoFactor = false;
  organization.revision++;
  assert.equal((await post(`/api/connectors/${id}/sync`)).status, 202);
  // Nobody asks for it: it comes when the sync has ended.
  const matters = page.locator(".matter");
  await matters.first().waitFor();
  await page.getByRole("link", { name: "1 new owner since the sync before" }).waitFor();
  for (const text of ["1 disabled owner", "1 owner without two-factor", "1 disabled person still holding access"]) {
    assert.ok(await page.getByRole("link", { name: text, exact: true }).isVisible(), text);
  }
  assert.match((await matters.filter({ hasText: "disabled owner" }).locator("title").textContent()) ?? "", /: 0, 1$/);
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole("link", { name: "1 disabled owner", exact: true }).click();
  await settled(page);
  assert.deepEqual(await page.locator(".long-table tbody th a").allTextContents(), [ada.userName]);
});

test("no script failed and the page's policy had nothing to stop", () => {
  assert.deepEqual(site.troubles, []);
});
