/** Names that are scripts (T-94): 60 payloads as names, e-mail addresses, teams and organization, on every screen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Organization } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { settled } from "./console-page.ts";
import { payloads } from "./payloads.ts";
import { type Reviewer, startReviewer } from "./reviewer.ts";

let reviewer: Reviewer;
let organization: Organization;
let source: string;

/** Everybody and every team is called by a payload. */
function hostile(): Organization {
  const made = createOrganization({
    members: payloads.length,
    teams: payloads.length,
    name: "<img src=x onerror=alert(1)>",
  });
  for (const [at, payload] of payloads.entries()) {
    const [member, team] = [made.members[at], made.teams[at]];
    assert.ok(member && team);
    member.userName = payload;
    member.email = `${payload}@evil.example`;
    member.overrides = { last_login_method: payload, user_url: payload };
    team.name = payload;
    team.description = payload;
  }
  return made;
}

before(async () => {
  reviewer = await startReviewer();
  organization = hostile();
  source = await reviewer.open(await reviewer.sync("<img src=x onerror=alert(2)>.c1z", organization));
});

after(async () => await reviewer[Symbol.asyncDispose]());

/** Text as a browser shows it: runs of white space are one. */
function shown(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** All texts of the screen, from top to bottom: long lists hold those rows only that are near. */
async function textsWhileScrolling(): Promise<Set<string>> {
  const { page } = reviewer;
  const texts = new Set<string>();
  for (let seen = -1; ; ) {
    for (const text of await page.locator("main :is(a, td, th, dd, p, li, span, text, h1, h2)").allTextContents()) {
      texts.add(shown(text));
    }
    const at = await page.evaluate(() => {
      scrollBy(0, innerHeight * 0.8);
      return scrollY;
    });
    // The rows that are near now are drawn with the next frame.
    await settled(page);
    if (at === seen) return texts;
    seen = at;
    await page.waitForFunction(() => document.querySelector(".skeleton") === null);
  }
}

test("lists of people, teams and resources show every payload as it is", async () => {
  for (const path of ["people", "teams", "tables?show=resources"]) {
    await reviewer.visit(`/sources/${source}/${path}`);
    const texts = await textsWhileScrolling();
    const lost = payloads.map(shown).filter((payload) => !texts.has(payload));
    assert.deepEqual(lost, [], path);
  }
});

test("pages of one person and one team show theirs, in whose place the tests of parts put every other", async () => {
  const { page, visit } = reviewer;
  for (const member of organization.members.filter((_, at) => at % 10 === 0)) {
    await visit(`/sources/${source}/people?person=user/${member.userId}`);
    const title = page.getByRole("dialog").getByRole("heading", { level: 2 }).first();
    assert.equal(shown((await title.textContent()) ?? ""), shown(member.userName));
  }
  for (const team of organization.teams.slice(0, 1)) {
    await visit(`/sources/${source}/teams/team/${team.slugPerm}`);
    assert.equal(shown((await page.getByRole("heading", { level: 1 }).textContent()) ?? ""), shown(team.name));
  }
});

test("reviews, the teams, tables, the list of files and a search for a payload are harmless", async () => {
  const { page, visit } = reviewer;
  const names = ["offboarding", "dormant", "two-factor", "owners", "team-managers", "empty-and-hidden-teams", "roster"];
  const paths = [
    ...names.map((name) => `reviews/${name}`),
    "reviews",
    "roles",
    "tables?show=entitlements",
    "tables?show=grants",
  ];
  for (const path of paths) await visit(`/sources/${source}/${path}`);
  await visit("/files");
  assert.ok(await page.getByRole("link", { name: "<img src=x onerror=alert(2)>.c1z" }).isVisible());
  for (const payload of payloads.slice(0, 3)) {
    await visit(`/sources/${source}/people?q=${encodeURIComponent(payload)}`);
    assert.equal(await page.getByRole("searchbox").inputValue(), payload);
  }
  await visit(`/sources/${source}/teams`);
  await page.getByText("Save picture").click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as SVG" }).click();
  const download = await waiting;
  assert.doesNotMatch(download.suggestedFilename(), /[<>/]/);
  const svg = readFileSync(await download.path(), "utf8");
  assert.doesNotMatch(svg, /<(script|img|iframe|style|a |animate|object|foreignObject)/i);
});

test("no script ran, nothing was loaded from elsewhere, and the policy had nothing to stop", () => {
  assert.equal(payloads.length, 60);
  assert.deepEqual(reviewer.troubles, []);
});
