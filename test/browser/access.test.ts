/** Access by person, team and role in a real browser: search, filters, order, pages of one, CSV, keyboard, narrow screens. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Locator } from "playwright-core";
import type { Member, Organization, Team } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { violationsOf } from "./axe.ts";
import { settled } from "./console-page.ts";
import { type Reviewer, startReviewer } from "./reviewer.ts";

let reviewer: Reviewer;
let organization: Organization;
let source: string;

before(async () => {
  reviewer = await startReviewer();
  organization = createOrganization({ members: 260, teams: 9 });
  source = await reviewer.open(await reviewer.sync("access.c1z", organization));
});

after(async () => await reviewer[Symbol.asyncDispose]());

/** `12 of 260 people`, once the list answers what was asked. */
async function count(expected: string): Promise<void> {
  await reviewer.page.locator("p.number", { hasText: expected }).first().waitFor();
  await settled(reviewer.page);
}

/** The names in the table, once it shows what was asked for last. */
async function names(): Promise<string[]> {
  await settled(reviewer.page);
  return await reviewer.page.locator(".long-table tbody th a").allInnerTexts();
}

async function textOf(locator: Locator): Promise<string> {
  return ((await locator.allInnerTexts())[0] ?? "").trim();
}

function find<T>(value: T | undefined): T {
  assert.ok(value !== undefined, "the organization has one");
  return value;
}

function managerOf({ memberships }: Member): Team | undefined {
  return memberships.find(({ role }) => role === "Manager")?.team;
}

function peopleOf(team: Team): Member[] {
  return organization.members.filter(({ memberships }) => memberships.some((place) => place.team === team));
}

test("typing narrows the list, and the last word typed wins over slower answers to earlier ones", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people`);
  await count("260 people");
  const { email } = find(organization.members[40]);
  // Answers to the first letters come late.
  await page.route(/people\?q=[^&]{1,3}&/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  const search = page.getByRole("searchbox", { name: "Search people" });
  await search.pressSequentially(email.slice(0, 3), { delay: 60 });
  await search.fill(email);
  await count("1 of 260 people");
  await page.waitForTimeout(600);
  await count("1 of 260 people");
  assert.equal((await names()).length, 1);
  await page.unroute(/people\?q=[^&]{1,3}&/);

  // Opened before the search stands in the address: the panel stays open when it comes to stand there.
  await page.goto("about:blank");
  await visit(`/sources/${source}/people`);
  const someone = page.locator(".long-table tbody th a").first();
  const name = await textOf(someone);
  await search.fill(name);
  await someone.click();
  await page.getByRole("dialog", { name }).waitFor();
  await page.waitForURL(/[?&]q=/);
  await settled(page);
  assert.ok(await page.getByRole("dialog", { name }).isVisible(), "the panel is open");
  assert.match(page.url(), /[?&]person=/);
  await page.keyboard.press("Escape");
  await count("1 of 260 people");
  await search.fill("nobody is called so");
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await count("260 people");
});

test("filters and order stand in the address, and survive a reload and the way back", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people`);
  await page.getByLabel("Status", { exact: true }).selectOption("=disabled");
  await page.getByLabel("Two-factor", { exact: true }).selectOption("=no");
  const fits = organization.members.filter(({ isActive, hasTwoFactor }) => !isActive && !hasTwoFactor);
  await count(`${fits.length} of 260 people`);
  await page.getByRole("button", { name: "Last login" }).click();
  await page.getByRole("button", { name: "Last login" }).click();
  await page.waitForURL(/order=lastLogin.*descending=true/);
  assert.equal(await page.getByRole("columnheader", { name: "Last login" }).getAttribute("aria-sort"), "descending");
  const before = await names();
  await page.reload();
  await count(`${fits.length} of 260 people`);
  assert.deepEqual(await names(), before);
  const first = page.locator(".long-table tbody th a").first();
  await first.click();
  await page.getByRole("dialog", { name: before[0] ?? "" }).waitFor();
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Status", { exact: true }).inputValue(), "=disabled");
  assert.deepEqual(await names(), before);
  assert.ok(await first.evaluate((link) => link === document.activeElement), "the focus is where it was");
});

test("a download gives exactly the people that are shown, in their order", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people?roles=manager&order=email`);
  const fits = organization.members.filter(({ role }) => role === "Manager");
  await count(`${fits.length} of 260 people`);
  const shown = await page.locator('.long-table td[data-label="E-mail"]').allInnerTexts();
  await page.getByText("Download", { exact: true }).click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as CSV" }).click();
  const [head = "", ...lines] = readFileSync(await (await waiting).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  const at = head.split(",").indexOf("E-mail");
  assert.deepEqual(
    lines.map((line) => line.split(",")[at]),
    shown,
  );
});

test("a person's panel has status, role, teams with the role in each, and the path of each access", async () => {
  const { page, visit } = reviewer;
  const person = find(organization.members.find((member) => managerOf(member) && member.memberships.length > 1));
  await visit(`/sources/${source}/people?person=user/${person.userId}`);
  const panel = page.getByRole("dialog");
  await panel.getByRole("region", { name: /^Roles/ }).waitFor();
  assert.equal(
    await textOf(panel.getByRole("heading", { level: 2 }).first()),
    person.userName.replaceAll(/\s+/g, " ").trim(),
  );
  const about = await textOf(panel);
  for (const fact of [person.email, person.isActive ? "Enabled" : "Disabled", person.hasTwoFactor ? "Yes" : "No"]) {
    assert.ok(about.includes(fact), `${fact} in ${about}`);
  }
  assert.ok(
    about.includes(
      person.lastLoginAt === null ? "Never or hidden" : String(new Date(person.lastLoginAt).getFullYear()),
    ),
  );
  const roles = await textOf(page.getByRole("region", { name: /^Roles/ }));
  assert.match(roles, new RegExp(`${person.role}\\s+in\\s+Sandbox Organization`));
  const teams = page.getByRole("region", { name: /^Teams/ });
  for (const { team, role } of person.memberships) {
    const line = teams.getByRole("listitem").filter({ has: page.getByRole("link", { name: team.name, exact: true }) });
    const text = await textOf(line.first());
    assert.ok(text.startsWith(role) || (await line.count()) > 1, text);
  }
  assert.ok((await teams.getByRole("list", { name: "Held directly" }).count()) >= person.memberships.length);
  const profile = await textOf(page.getByRole("region", { name: /^Profile/ }));
  for (const key of ["last_login_method", "user_url"]) assert.ok(profile.includes(key), profile);
});

test("on the first screen of a laptop are twelve rows, of six columns that fit, of everybody and of every review", async () => {
  const { page, visit } = reviewer;
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const path of ["people", "reviews/two-factor", "reviews/offboarding", "reviews/dormant", "reviews/roster"]) {
    await visit(`/sources/${source}/${path}`);
    const seen = await page.evaluate(() => {
      const rows = [...document.querySelectorAll(".long-table tbody tr[data-index]")];
      const table = document.querySelector(".long-table");
      return {
        rows: rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length,
        heights: [...new Set(rows.map((row) => Math.round(row.getBoundingClientRect().height)))],
        columns: rows[0]?.children.length,
        isWide: table !== null && table.scrollWidth > table.clientWidth,
      };
    });
    assert.ok(seen.rows >= 12, `${path}: ${seen.rows} rows`);
    assert.ok(
      seen.heights.every((height) => height >= 40 && height <= 46),
      `${path}: ${seen.heights.join(", ")} px`,
    );
    assert.equal(seen.columns, 6, path);
    assert.equal(seen.isWide, false, path);
  }
  await page.setViewportSize({ width: 1024, height: 768 });
  await visit(`/sources/${source}/people`);
  const cut = await page.locator(".long-table").evaluate((table) => {
    const right = (element: Element | null) => element?.getBoundingClientRect().right ?? 0;
    const chips = [...table.querySelectorAll(".chip")];
    return { chips: chips.filter((chip) => right(chip) > right(chip.closest("td"))).length, width: table.scrollWidth };
  });
  const room = await page.locator(".long-table").evaluate(({ clientWidth }) => clientWidth);
  assert.deepEqual(cut, { chips: 0, width: room }, "nothing is cut off on a small window");
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("columns are chosen from a list, which this browser remembers", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people`);
  await page.getByText("Columns", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Joined" }).check();
  await page.getByRole("checkbox", { name: "E-mail" }).uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await count("260 people");
  const heads = (await page.getByRole("columnheader").allInnerTexts()).map((head) => head.split(" UTC")[0]?.trim());
  assert.deepEqual(heads, ["Name", "Status", "Roles", "Two-factor", "Last login", "Joined"]);
  await page.evaluate(() => localStorage.clear());
});

test("a team's page names its managers, and lists its people with their role in it", async () => {
  const { page, visit } = reviewer;
  const team = find(organization.teams.find((one) => one.visibility === "Hidden" && peopleOf(one).length > 0));
  await visit(`/sources/${source}/teams/team/${team.slugPerm}`);
  const people = peopleOf(team);
  await count(`${people.length} ${people.length === 1 ? "person" : "people"}`);
  assert.ok(await page.getByText("Hidden").first().isVisible());
  const managers = people.filter(({ memberships }) =>
    memberships.some((one) => one.team === team && one.role === "Manager"),
  );
  const named = page.getByRole("region", { name: "Managers" }).getByRole("link");
  assert.equal(await named.count(), Math.min(managers.length, 12));
  const roleOf = new Map(people.map((one) => [one.email, one.memberships.find((place) => place.team === team)?.role]));
  const rows = page.locator(".long-table tbody tr:not(.gap)");
  for (const row of await rows.all()) {
    const email = await textOf(row.locator('td[data-label="E-mail"]'));
    assert.equal(await textOf(row.locator('td[data-label="Role in team"]')), roleOf.get(email), email);
  }
  assert.ok((await rows.count()) > 3);
});

test("one finds a person, changes the order and opens a page by the keyboard alone", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people`);
  const person = find(organization.members[77]);
  await page.getByRole("searchbox", { name: "Search people" }).focus();
  await page.keyboard.type(person.email);
  await count("1 of 260 people");
  await tabTo("E-mail");
  await page.keyboard.press("Enter");
  await page.waitForURL(/order=email/);
  assert.equal(await page.getByRole("columnheader", { name: "E-mail" }).getAttribute("aria-sort"), "ascending");
  await tabTo(person.userName.replaceAll(/\s+/g, " ").trim());
  await page.keyboard.press("Enter");
  await page.waitForURL(`**person=user%2F${person.userId}`);
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const left = await page.evaluate(() => document.activeElement?.textContent?.trim());
  assert.equal(left, person.userName.replaceAll(/\s+/g, " ").trim(), "the focus is where it was");
});

/** Presses Tab until what has the focus is called so; the focus must be visible on the way. */
async function tabTo(name: string): Promise<void> {
  const { page } = reviewer;
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const [text, outline] = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return ["", "solid"];
      return [(element.textContent ?? "").replaceAll(/\s+/g, " ").trim(), getComputedStyle(element).outlineStyle];
    });
    assert.notEqual(outline, "none", `the focus is not seen on ${text}`);
    if (text === name) return;
  }
  assert.fail(`Tab never reached ${name}`);
}

test("the picker of teams finds one of them, and Escape closes it", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/people`);
  const team = find(organization.teams.find((one) => peopleOf(one).length > 1));
  await page.getByText("Any team").click();
  await page.getByRole("searchbox", { name: "Search teams" }).fill(team.name);
  await page.getByRole("button", { name: team.name }).first().click();
  await count(`${peopleOf(team).length} of 260 people`);
  await page.locator("summary", { hasText: team.name }).click();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("searchbox", { name: "Search teams" }).count(), 0);
});

test("a sync that ends while one looks at a connector's people shows those who came", async () => {
  const { page, sandbox, visit } = reviewer;
  const id = await reviewer.addConnector();
  await reviewer.reaches(id, "Connected");
  await visit(`/connectors/${id}/access`);
  const { members } = sandbox.organization;
  await count(`${members.length} people`);
  const [gone] = members.splice(-1, 1);
  sandbox.organization.revision++;
  assert.ok(gone);
  assert.equal((await reviewer.post(`/api/connectors/${id}/sync`)).status, 202);
  await count(`${members.length} people`);
  await page.getByRole("searchbox", { name: "Search people" }).fill(gone.email);
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
});

/** All screens of this part. */
function screens(): Readonly<Record<string, string>> {
  const at = `/sources/${source}`;
  const person = find(organization.members[3]);
  const team = find(organization.teams[0]);
  return {
    files: "/files",
    file: `/files/${decodeURIComponent(source).slice("file:".length)}`,
    people: `${at}/people`,
    "people, none": `${at}/people?q=nobody-at-all`,
    person: `${at}/people?person=user/${person.userId}`,
    "person, unknown": `${at}/people?person=user/nobody`,
    teams: `${at}/teams`,
    team: `${at}/teams/team/${team.slugPerm}`,
    roles: `${at}/roles`,
    reviews: `${at}/reviews`,
    ...Object.fromEntries(
      ["offboarding", "dormant", "two-factor", "owners", "changes", "team-managers", "empty-and-hidden-teams"].map(
        (name) => [name, `${at}/reviews/${name}`],
      ),
    ),
    types: `${at}/tables`,
    resources: `${at}/tables?show=resources`,
    entitlements: `${at}/tables?show=entitlements`,
    grants: `${at}/tables?show=grants`,
    resource: `${at}/tables?show=resource&type=team&id=${team.slugPerm}`,
  };
}

/** The other reviews and lists of rows are the same table with other words. */
const sameTable: ReadonlySet<string> = new Set([
  ...["dormant", "owners", "team-managers", "empty-and-hidden-teams", "resources", "entitlements"],
]);

/** Pixels by which the page is wider than the window. */
function overflow(): Promise<number> {
  return reviewer.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test("no screen keeps anybody out, in light and in dark; at 320 pixels each fits and every cell of a card is named", async () => {
  const { page } = reviewer;
  for (const [name, path] of Object.entries(screens())) {
    // Rows of a list are all alike: a low window draws few of them.
    await page.setViewportSize({ width: 1280, height: 420 });
    await reviewer.visit(path);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, `${name} has one title`);
    if (!sameTable.has(name)) assert.deepEqual(await violationsOf(page), [], name);
    await page.setViewportSize({ width: 1024, height: 800 });
    await settled(page);
    assert.equal(await overflow(), 0, `${name} is wider than a small site`);
    await page.setViewportSize({ width: 320, height: 800 });
    await settled(page);
    assert.equal(await overflow(), 0, `${name} is wider than a phone`);
    const unnamed = await page.locator(".long-table tbody tr:not(.gap) td:not([data-label])").count();
    assert.equal(unnamed, 0, `${name} has cells without a name`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("no script failed and the page's policy had nothing to stop", () => {
  assert.deepEqual(reviewer.troubles, []);
});
