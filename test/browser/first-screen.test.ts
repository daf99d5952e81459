/** What the page costs: everything that a browser fetches for the first screen, and all that is shipped (at most 600 KB). */
import assert from "node:assert/strict";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { consoleAssetsDir } from "../../scripts/build.ts";
import { type Site, startSite } from "./console-page.ts";

let site: Site;

before(async () => {
  site = await startSite();
});
after(() => site[Symbol.asyncDispose]());

test("all files of the page together have at most 600 KB, unpacked", () => {
  const files = globSync("**/*", { cwd: consoleAssetsDir }).filter((name) => !/\.(gz|br)$/.test(name));
  const sizes = files.map((name) => statSync(join(consoleAssetsDir, name))).filter((file) => file.isFile());
  assert.ok(sizes.length >= 4);
  assert.ok(sizes.reduce((sum, { size }) => sum + size, 0) <= 600_000);
});

test("a screen is one page, one style sheet, one script and an icon, all of the console's own", async () => {
  const { page, visit, console: program } = site;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await visit("/");
  const files = asked.filter((url) => !url.includes("/api/"));
  assert.ok(files.every((url) => url.startsWith(program.origin)));
  assert.ok(files.length <= 4, files.join(" "));
});

test("signed out, every screen gives way, also after a reload", async () => {
  await using other = await startSite();
  const { page } = other;
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in again" }).waitFor();
  await page.getByText("baton-cloudsmith console --link").first().waitFor();
  await page.goto(`${other.console.origin}/connectors`);
  await page.getByRole("heading", { level: 1, name: "Sign in again" }).waitFor();
  assert.equal(await page.getByRole("navigation").count(), 0);
});

test("a connector whose key went with the console's memory says so, and keeps its file", async () => {
  const { page, sandbox, addConnector, reaches } = site;
  const id = await addConnector();
  await reaches(id, "Connected");
  await page.route(`**/api/connectors/${id}`, async (route) => {
    // As after a restart without a store key; test/console restarts for real, which would end this session.
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), status: "Not set up" } });
  });
  await site.visit(`/connectors/${id}`);
  await page.getByText("The API key must be entered again").waitFor();
  await page.getByText(`${sandbox.organization.members.length}`, { exact: true }).first().waitFor();
  await page.unrouteAll();
});
