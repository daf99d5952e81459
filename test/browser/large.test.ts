/** 45,000 people in a real browser: search, scrolling to the end, and how much is sent. Times are measured in bench/. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Organization } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { type Reviewer, startReviewer } from "./reviewer.ts";

const members = 45_000;

let reviewer: Reviewer;
let organization: Organization;
let source: string;

before(async () => {
  reviewer = await startReviewer();
  organization = createOrganization({ members, teams: 150, teamsPerMember: 1 });
  source = await reviewer.open(await reviewer.sync("large.c1z", organization));
});

after(async () => await reviewer[Symbol.asyncDispose]());

test("the list of 45,000 people keeps few rows in the document and asks for small pages", async () => {
  const { page, visit } = reviewer;
  const sizes: number[] = [];
  page.on("response", async (response) => {
    if (/\/people\?/.test(response.url())) sizes.push((await response.body().catch(() => Buffer.alloc(0))).length);
  });
  await visit(`/sources/${source}/people`);
  await page.locator(".list-head p", { hasText: /^45,000 people$/ }).waitFor();
  assert.ok((await page.locator(".long-table tbody tr").count()) < 60);
  const first = await page.locator(".long-table tbody th a").first().textContent();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.locator(`.long-table tr[aria-rowindex="${members + 1}"] a`).waitFor();
  assert.ok((await page.locator(".long-table tbody tr").count()) < 60);
  assert.equal(await page.locator(".long-table table").getAttribute("aria-rowcount"), String(members + 1));
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
  await page.locator(".long-table tbody th a").first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('.long-table tr[aria-rowindex="2"] a').waitFor();
  assert.equal(await page.locator(".long-table tbody th a").first().textContent(), first);
  assert.ok(sizes.length >= 2 && sizes.length <= 12, `${sizes.length} pages were asked for`);
  assert.ok(Math.max(...sizes) <= 100_000, `a page of ${Math.max(...sizes)} bytes`);
});

test("a search finds one of 45,000, by name, e-mail and login", async () => {
  const { page, visit } = reviewer;
  const person = organization.members[31_234];
  assert.ok(person);
  await visit(`/sources/${source}/people`);
  const search = page.getByRole("searchbox", { name: "Search people" });
  for (const words of [person.email, person.user]) {
    await search.fill(words);
    await page.locator(`a[href$="person=user%2F${person.userId}"]`).waitFor();
  }
  await search.fill("");
  await page.locator(".list-head p", { hasText: /^45,000 people$/ }).waitFor();
});

test("a review of 45,000 people and the table of teams are there, with every bar", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/reviews/two-factor`);
  await page.locator("p", { hasText: /^45,000 rows$/ }).waitFor();
  await page.getByText(/^Chart/).click();
  assert.equal(await page.locator(".bars li").count(), 4);
  await visit(`/sources/${source}/teams`);
  await page.locator(".team-bar a").first().waitFor();
  assert.deepEqual(reviewer.troubles, []);
});
