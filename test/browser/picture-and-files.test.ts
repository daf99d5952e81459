/** The picture of an organization and files of other connectors, in a real browser. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { type Organization, organizationRoles } from "../../sandbox/model.ts";
import { createOrganization } from "../../sandbox/organization.ts";
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

function escaped(text: string): string {
  return text.replaceAll(/[^\w ]/g, "\\$&");
}

/** A link of the picture by how it is called. */
function drawn(name: string | RegExp): Locator {
  return reviewer.page.locator(".picture-svg").getByRole("link", { name });
}

test("of a small organization every place of a person in a team is drawn and named", async () => {
  await reviewer.visit(`/sources/${smallSource}/picture`);
  const places = small.members.reduce((sum, { memberships }) => sum + memberships.length, 0);
  const alone = small.members.filter(({ memberships }) => memberships.length === 0).length;
  assert.equal(await drawn(/, (owner|manager|member|collaborator)(, disabled)?$/).count(), places + alone);
  for (const team of small.teams) assert.equal(await drawn(new RegExp(`^${escaped(team.name)}: `)).count(), 1);
  assert.deepEqual(await violationsOf(reviewer.page), []);
});

test("of a large one at most 200 marks are drawn, and the table says the same", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${largeSource}/picture`);
  const marks = await drawn(/people, |person, /).count();
  assert.ok(marks > 20 && marks <= 200, `${marks} marks`);
  await page.getByText("The same as a table").click();
  const heads = await page.getByRole("columnheader").allInnerTexts();
  assert.deepEqual(heads, ["Team", "People", ...organizationRoles]);
  const rows = await page.locator("details tbody tr").count();
  assert.equal(rows, await drawn(/: \d+ (people|person)( \(|$)/).count());
  assert.deepEqual(await violationsOf(page), []);
});

test("one zooms and pans by buttons and keys, and a team leads to its page", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${smallSource}/picture`);
  const picture = page.locator(".picture-svg");
  const whole = await picture.getAttribute("viewBox");
  await page.getByRole("button", { name: "Zoom in" }).click();
  assert.notEqual(await picture.getAttribute("viewBox"), whole);
  const [team] = small.teams;
  assert.ok(team);
  await drawn(new RegExp(`^${escaped(team.name)}: `)).focus();
  const close = await picture.getAttribute("viewBox");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await picture.getAttribute("viewBox"), close);
  await page.keyboard.press("0");
  assert.equal(await picture.getAttribute("viewBox"), whole);
  assert.match((await page.locator(".picture-words").textContent()) ?? "", new RegExp(escaped(team.name)));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/teams/team/${team.slugPerm}`);
});

test("the picture is saved as an SVG that stands alone, and as a PNG", async () => {
  await reviewer.visit(`/sources/${smallSource}/picture`);
  const clusters = await reviewer.page.locator(".cluster").count();
  const svg = readFileSync(await saved("SVG"), "utf8");
  for (const part of ["<title>Sandbox Organization: teams and roles</title>", "small.c1z · SHA-256", "Synced "]) {
    assert.ok(svg.includes(part), part);
  }
  assert.doesNotMatch(svg, /class=|style=|href="(?!#)|<script|NaN/);
  // A browser that knows nothing of us draws it.
  const other = await reviewer.browser.newPage();
  await other.setContent(svg.replace(/^<\?xml.*\?>/, ""));
  assert.equal(await other.locator("svg > g > g").count(), clusters);
  await other.close();
  const png = readFileSync(await saved("PNG"));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.ok(png.readUInt32BE(16) >= 2000, "it is sharp");
});

async function saved(form: string): Promise<string> {
  const waiting = reviewer.page.waitForEvent("download");
  await reviewer.page.getByRole("button", { name: `Save as ${form}` }).click();
  const download = await waiting;
  assert.equal(download.suggestedFilename(), `Sandbox Organization teams.${form.toLowerCase()}`);
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
