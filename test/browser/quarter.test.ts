/** A quarter of a reviewer: leavers are pasted, reviewed by keyboard, signed, and the next sync and an auditor say what became of it. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { NewPerson } from "../../src/console/contract/reviews.ts";
import { makeKeys } from "../../src/evidence/keys.ts";
import { startConsole } from "../console/console-process.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { violationsOf } from "./axe.ts";
import { type Site, settled, startSite } from "./console-page.ts";

const keys = scratchDirectory();
const keyFile = join(keys.path, "evidence.key");
let site: Site;

before(async () => {
  await makeKeys(keyFile);
  site = await startSite({
    sandbox: { organization: { members: 44, teams: 4, seed: 11 } },
    argv: ["--evidence-key", keyFile],
  });
});
after(async () => {
  await site[Symbol.asyncDispose]();
  keys[Symbol.dispose]();
});

function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

/** Progress in words, once it is `words`. */
async function progress(page: Page, words: string): Promise<void> {
  await page.getByRole("region", { name: "Progress" }).getByText(words).waitFor();
}

test("a reviewer's link leads to reviews alone: no settings, nothing to set up", async () => {
  const { page, visit, browser, troubles } = site;
  await visit("/persons");
  await page.getByLabel("Name").fill("Zoë");
  await press(page, "Make a link");
  await page.getByText("The link of Zoë").waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const link = (await page.getByRole("region", { name: "link", exact: true }).textContent()) ?? "";
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(link.trim());
  await settled(theirs);
  const places = await theirs.getByRole("navigation", { name: "Main" }).getByRole("link").allTextContents();
  assert.deepEqual(places, ["Connectors", "Reviews to decide"]);
  await theirs.getByRole("link", { name: "Reviews to decide" }).click();
  await theirs.getByRole("heading", { level: 1, name: "Reviews to decide" }).waitFor();
  await press(page, "Take back the link of Zoë");
  await page.getByText("The link of Zoë is taken back").waitFor();
  await theirs.reload();
  await theirs.getByRole("heading", { name: "Sign in again" }).waitFor();
  await context.close();
  assert.deepEqual(troubles, []);
});

test("leavers are pasted, 40 rows decided by keyboard over a restart, signed, held against the next sync, and verified elsewhere", async () => {
  const { page, sandbox, visit, troubles, directory } = site;
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  const [gone, stays, ...others] = sandbox.organization.members.slice(0, 40);
  assert.ok(gone && stays);

  await visit(`/connectors/${id}/reviews`);
  await page.getByRole("link", { name: "Find people from a list" }).click();
  const tooLong = { name: "all.csv", mimeType: "text/csv", buffer: Buffer.alloc(9 * 1024 * 1024, "a\n") };
  await page.locator("input[type=file]").setInputFiles(tooLong);
  await page.getByText("it is larger than 8 MiB").waitFor();
  await page.getByLabel("People").fill([gone, stays, ...others].map(({ email }) => email.toUpperCase()).join("\n"));
  await press(page, "Find");
  await page.getByText("40 listed, 40 found").waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole("link", { name: gone.userName, exact: true }).first().click();
  await page.getByRole("dialog").getByText(gone.email, { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await press(page, "Start a review");
  await page.getByLabel("Name of the review").fill("Leavers Q4");
  await press(page, "Start");
  await page.getByRole("heading", { level: 1, name: "Leavers Q4" }).waitFor();
  await settled(page);
  assert.ok(await page.getByRole("button", { name: "Sign", exact: true }).isDisabled());

  await page.getByRole("checkbox").first().focus();
  for (const key of ["r", "r", "u", ...Array.from({ length: 17 }, () => "k")]) await page.keyboard.press(key);
  await progress(page, "20 of 40 decided: 17 keep, 2 revoke, 1 unsure");
  const { body: max } = await site.post<NewPerson>("/api/persons", { name: "Max", role: "reviewer" });
  const context = await site.browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(max.link);
  await settled(theirs);
  await theirs.goto(page.url());
  await theirs.getByRole("checkbox", { name: /^Row 3,/ }).focus();
  await theirs.keyboard.press("u");
  await page.getByText(/^Max, /).waitFor();
  await context.close();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("n");
  await page.getByLabel("Note", { exact: true }).fill("asked her manager");
  await page.keyboard.press("Enter");
  await page.getByText("asked her manager").waitFor();
  await settled(page);
  assert.deepEqual(await violationsOf(page), []);
  const heights = await page.locator(".decisions tbody tr").evaluateAll((rows) => rows.map((row) => row.clientHeight));
  assert.ok(Math.max(...heights) <= 48, `rows of a laptop are ${Math.max(...heights)} px high, notes and all`);
  const wide = await page.locator(".decisions tbody .segments").evaluateAll((choices) => {
    const right = (element: Element | null) => element?.getBoundingClientRect().right ?? 0;
    return choices.filter((choice) => right(choice) > right(choice.closest("td"))).length;
  });
  assert.equal(wide, 0, "a choice stays in its column");
  const row = page.getByRole("checkbox", { name: /^Row 20,/ });
  await row.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("Last login, UTC").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.ok(await row.evaluate((box) => box === document.activeElement), "the way back leads to the row");
  const address = new URL(page.url()).pathname;

  const { dataDir, port } = site.console;
  await site.console.stop();
  await using again = await startConsole(["--data-dir", dataDir, "--port", String(port), "--evidence-key", keyFile]);
  await page.goto(again.link);
  await settled(page);
  await visit(address);
  await progress(page, "20 of 40 decided");
  await page.getByText("asked her manager").waitFor();
  await page.getByRole("radio", { name: /^Undecided/ }).check();
  await page.getByRole("checkbox").first().waitFor();
  await settled(page);
  assert.equal(await page.getByRole("checkbox").count(), 20);
  const secondTab = await page.context().newPage();
  await secondTab.goto(page.url());
  await progress(secondTab, "20 of 40 decided");
  await page.getByRole("checkbox").first().focus();
  for (let row = 0; row < 10; row++) await page.keyboard.press("k");
  await page.keyboard.press("a");
  await page.keyboard.press("k");
  const all = "40 of 40 decided: 37 keep, 2 revoke, 1 unsure";
  await progress(page, all);
  await progress(secondTab, all);
  await secondTab.close();
  assert.equal(await page.getByRole("checkbox").count(), 20, "rows stay where they were decided");
  await press(page, "Sign");
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await page.getByText("Signed", { exact: true }).waitFor();
  await visit(address);
  const controls = page.getByRole("table").locator("input, button");
  assert.equal(await controls.count(), 0, "a signed review stays as it is");

  sandbox.edit.removeMember(gone.user);
  await visit(`/connectors/${id}`);
  await press(page, "Sync now");
  await page.getByText("Connected").first().waitFor();
  await site.reaches(id, "Held", "Connected");
  await visit(address);
  await page.getByText("Of what was to be revoked: 1 done, 1 still there").waitFor();
  await page.getByRole("radio", { name: "Still there 1" }).check();
  await page.getByRole("rowheader", { name: stays.userName }).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  assert.deepEqual(await violationsOf(page), []);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(overflow, false, "nothing is wider than a phone");
  await page.setViewportSize({ width: 1280, height: 900 });

  const saved = async (name: string, link: RegExp | string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: link }).click(),
    ]);
    await download.saveAs(join(elsewhere, name));
    return join(elsewhere, name);
  };
  const elsewhere = join(directory, "another machine");
  mkdirSync(elsewhere);
  await page.getByText("Download", { exact: true }).click();
  const csv = readFileSync(await saved("decisions.csv", "Download decisions as CSV"), "utf8");
  assert.match(csv, new RegExp(`${stays.email}.*revoke.*still there`, "i"));
  await visit(`/connectors/${id}/reviews`);
  const pack = await saved("pack.zip", "Evidence pack");
  const verified = await runProgram(["evidence", "verify", pack, "--key", `${keyFile}.pub`], { cwd: elsewhere });
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /decisions of 1 reviews; the numbers add up/);
  assert.deepEqual(troubles, []);
});
