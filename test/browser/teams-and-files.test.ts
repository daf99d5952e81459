/** The teams of an organization as a table and a picture, and files of other connectors, in a real browser. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Organization, organizationRoles, type Team } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { violationsOf } from "./axe.ts";
import { settled } from "./console-page.ts";
import { openSource, type Reviewer, startReviewer } from "./reviewer.ts";

const golden = join(import.meta.dirname, "..", "golden");

let reviewer: Reviewer;
let small: Organization;
let smallSource: string;
let largeSource: string;
const large = { members: 700, teams: 60 };

before(async () => {
  reviewer = await startReviewer();
  small = createOrganization({ members: 40, teams: 5 });
  smallSource = await reviewer.open(await reviewer.sync("small.c1z", small));
  largeSource = await reviewer.open(await reviewer.sync("large.c1z", large));
});

after(async () => await reviewer[Symbol.asyncDispose]());

test("the table of teams says who is in each: roles, disabled, without a second factor, each part with its people", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${smallSource}/teams`);
  const inTeam = (team: Team) =>
    small.members.filter(({ memberships }) => memberships.some((one) => one.team === team));
  const sizes = small.teams.map((team) => inTeam(team).length).toSorted((a, b) => b - a);
  const shown = await page.locator('.long-table td[data-label="People"]').allInnerTexts();
  assert.deepEqual(shown.map(Number), sizes, "the largest first");
  const team = small.teams.toSorted((a, b) => inTeam(b).length - inTeam(a).length)[0];
  assert.ok(team);
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: team.name, exact: true }) });
  for (const role of organizationRoles) {
    const held: number = inTeam(team).filter((member) => member.role === role).length;
    assert.equal(
      await row.getByRole("link", { name: `${role}: ${held}`, exact: true }).count(),
      held > 0 ? 1 : 0,
      role,
    );
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  for (const bar of await page.locator(".team-bar").all()) {
    const { width = 0 } = (await bar.boundingBox()) ?? {};
    assert.ok(width >= 100, `on a phone a bar is ${width} px wide`);
  }
  const tops = await page
    .getByText(/^(?:Save picture|Columns|Download)$/)
    .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().top));
  assert.deepEqual([tops.length, new Set(tops).size], [3, 1], "what is done with the table stands in one line");
  await page.setViewportSize({ width: 1280, height: 900 });
  await settled(page);
  const without = inTeam(team).filter(({ hasTwoFactor }) => !hasTwoFactor);
  assert.deepEqual(await violationsOf(page), []);
  await row.locator('td[data-label="No two-factor"] a').click();
  await page.getByRole("heading", { level: 1, name: team.name }).waitFor();
  await settled(page);
  assert.equal(
    await page.getByRole("region", { name: "Members" }).locator("tbody tr:not(.gap)").count(),
    without.length,
  );
});

test("the table of teams is saved as an SVG that stands alone, and as a PNG", async () => {
  await reviewer.visit(`/sources/${largeSource}/teams`);
  const svg = readFileSync(await saved("SVG"), "utf8");
  for (const part of ["<title>large.c1z: teams and roles</title>", "large.c1z · SHA-256", "Synced "]) {
    assert.ok(svg.includes(part), part);
  }
  assert.doesNotMatch(svg, /class=|style=|href=|<script|NaN/);
  // A browser that knows nothing of us draws it.
  const other = await reviewer.browser.newPage();
  await other.setContent(svg.replace(/^<\?xml.*\?>/, ""));
  assert.equal(await other.locator("svg > g").count(), large.teams);
  await other.close();
  const png = readFileSync(await saved("PNG"));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.ok(png.readUInt32BE(16) >= 2000, "it is sharp");
});

async function saved(form: string): Promise<string> {
  const { page } = reviewer;
  await page.getByText("Save picture").click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: `Save as ${form}` }).click();
  const download = await waiting;
  await page.keyboard.press("Escape");
  assert.equal(download.suggestedFilename(), `large.c1z teams.${form.toLowerCase()}`);
  return await download.path();
}

test("another connector's file is opened from the browser: everything in it can be looked at", async () => {
  const { page, visit } = reviewer;
  await visit("/files");
  await page.getByLabel("Choose a file").setInputFiles(join(golden, "minimal-v1.c1z"));
  await page.waitForURL("**/files/*");
  await settled(page);
  const source = openSource(page.url());
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "minimal-v1.c1z");
  const resources = rowsOf("minimal-v1.resources.json", "resources");
  await visit(`/sources/${source}/tables?show=resources`);
  await page.getByText(`${resources} rows`).waitFor();
  await page.locator(".long-table tbody a").first().click();
  await page.getByRole("heading", { name: /^Profile/ }).waitFor();
  await visit(`/sources/${source}/tables?show=grants`);
  await page.getByText(`${rowsOf("minimal-v1.grants.json", "grants")} rows`).waitFor();
  await visit(`/sources/${source}/tables?show=entitlements`);
  await page.getByText(`${rowsOf("minimal-v1.entitlements.json", "entitlements")} rows`).waitFor();
  assert.deepEqual(await violationsOf(page), []);
});

/** Number of rows that the reference reader gave for the file. */
function rowsOf(name: string, key: string): number {
  const answer: Record<string, readonly unknown[]> = JSON.parse(readFileSync(join(golden, name), "utf8"));
  return answer[key]?.length ?? 0;
}

test("a version 3 file opens by its path and by choosing it, and shows its people", async () => {
  const { page, visit } = reviewer;
  const named = JSON.parse(readFileSync(join(golden, "minimal-v1.principals.json"), "utf8")).resources as readonly {
    readonly resource: { readonly id: { readonly resourceType: string }; readonly displayName: string };
  }[];
  const people = named.filter(({ resource }) => resource.id.resourceType === "user");
  const expected = people.map(({ resource }) => resource.displayName).toSorted();
  assert.equal(expected.length, 5);
  const byPath = await reviewer.open(join(golden, "minimal-v3.c1z"));
  await visit("/files");
  await page.getByLabel("Choose a file").setInputFiles(join(golden, "connector-default-v3.c1z"));
  await page.waitForURL("**/files/*");
  await page.getByRole("heading", { level: 1, name: "connector-default-v3.c1z" }).waitFor();
  for (const source of [byPath, openSource(page.url())]) {
    await visit(`/sources/${source}/people`);
    const shown = await page.locator(".long-table tbody th a").allTextContents();
    assert.deepEqual(shown.toSorted(), expected);
    assert.deepEqual(await violationsOf(page), []);
  }
});

test("a file that is none, one of an unknown shape and a path to nothing are explained, and nothing is opened", async () => {
  const { page, visit, directory } = reviewer;
  const broken = join(directory, "broken.c1z");
  writeFileSync(broken, "this is a text");
  await visit("/files");
  const opened = await page.locator("tbody tr").count();
  for (const [path, words] of [
    [join(golden, "v3", "shapes-wal-twolevel.c1z"), /This version 3 file cannot be read/],
    [broken, /not a readable \.c1z file/],
    [join(directory, "nothing.c1z"), /does not exist/],
  ] as const) {
    await page.getByLabel("Path of the file").fill(path);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    const alert = page.getByRole("alert").filter({ hasText: words });
    await alert.waitFor();
    assert.match((await alert.textContent()) ?? "", /Code/);
    assert.deepEqual(await violationsOf(page), [], path);
  }
  await page.getByLabel("Choose a file").setInputFiles(broken);
  await page
    .getByRole("alert")
    .filter({ hasText: /not a readable \.c1z file/ })
    .last()
    .waitFor();
  await visit("/files");
  assert.equal(await page.locator("tbody tr").count(), opened);
});

test("a file is opened by dropping it onto the page", async () => {
  const { page, visit } = reviewer;
  await visit("/files");
  const bytes = readFileSync(join(golden, "two-syncs-v1.c1z")).toString("base64");
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([content], "dropped.c1z"));
    return transfer;
  }, bytes);
  await page.dispatchEvent(".drop", "dragover", { dataTransfer: dropped });
  await page.locator(".drop-over").waitFor();
  await page.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
  await page.waitForURL("**/files/*");
  await page.getByRole("heading", { name: "dropped.c1z" }).waitFor();
  // Two syncs in one file are compared without another one.
  await visit(`/sources/${openSource(page.url())}/reviews/changes`);
  await page.getByRole("region", { name: "In short" }).waitFor();
});

test("a file is forgotten by its button", async () => {
  const { page, visit } = reviewer;
  await visit("/files");
  await page.getByRole("button", { name: "Forget large.c1z" }).click();
  await page.getByRole("link", { name: "large.c1z" }).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("link", { name: "small.c1z" }).count(), 1);
});

test("no script failed and the page's policy had nothing to stop", () => {
  assert.deepEqual(reviewer.troubles, []);
});
