/**
 * Every screen of the journey and of a connector, in each of its states: nothing keeps anybody out (axe, light and dark),
 * everything fits a phone of 320 px and a page enlarged to 200 %, and headings, landmarks and title are as they must be.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ConnectorDetail } from "../../src/console/contract/connectors.ts";
import type { NewPerson } from "../../src/console/contract/reviews.ts";
import type { RunsPage } from "../../src/console/contract/runs.ts";
import { violationsOf } from "./axe.ts";
import { type Site, settled, startSite } from "./console-page.ts";

let site: Site;
/** Screens by what is seen on them: where, and what is done there before one looks. */
const screens = new Map<string, { readonly path: string; readonly act?: () => Promise<void> }>();

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 60, teams: 5 } } });
  const { page, post, sandbox } = site;
  assert.deepEqual(await violationsOf(page), [], "the welcome screen, which is gone once there is a connector");
  assert.deepEqual(await misfits(), []);
  screens.set("no connectors", { path: "/connectors" });
  await visitAll();
  screens.clear();

  const good = await site.addConnector({ mode: "schedule" });
  await site.reaches(good, "Connected");
  const bad = await site.addConnector({ settings: { apiKey: `csa_${"0".repeat(36)}` } });
  await site.reaches(bad, "Error");
  const partial = await site.addConnector({ key: "member" });
  await site.reaches(partial, "Partial");
  const fresh = (await post<ConnectorDetail>("/api/connectors", { mode: "service", owner: "" })).body.id;
  const [run] = (await site.get<RunsPage>(`/api/connectors/${partial}/runs?limit=1`)).rows;
  const click = (name: string) => () => page.getByRole("button", { name, exact: true }).click();
  for (const [name, path] of [
    ["connectors", "/connectors"],
    ["add connector", "/connectors/add"],
    ["how to run", "/connectors/add/how"],
    ["owner", "/connectors/add/owner"],
    ["not set up", `/connectors/${fresh}`],
    ["service without a link", `/connectors/${fresh}/service`],
    ["connected", `/connectors/${good}`],
    ["error", `/connectors/${bad}`],
    ["partial", `/connectors/${partial}`],
    ["history", `/connectors/${good}/history`],
    ["run with signals", `/connectors/${partial}/history/${run?.runId}`],
    ["run with an error", `/connectors/${bad}/history`],
    ["logs", `/connectors/${good}/logs`],
    ["settings of a good one", `/connectors/${good}/settings`],
    ["deploy", `/connectors/${good}/deploy`],
    ["reviews to decide", "/reviews"],
    ["people with a link", "/persons"],
    ["notifications", "/notifications"],
    ["back-up", "/back-up"],
    ["list of people", `/sources/${encodeURIComponent(`connector:${good}`)}/list`],
    ["no such connector", "/connectors/000000000000"],
    ["no such screen", `/connectors/${good}/settings/x/y`],
  ] as const) {
    screens.set(name, { path });
  }
  screens.set("owner warned", { path: "/connectors/add/owner", act: click("Next") });
  screens.set("search without a find", {
    path: "/connectors/add",
    act: () => page.getByLabel("Search connectors").fill("okta"),
  });
  screens.set("settings form", { path: `/connectors/${good}/settings?edit=ca` });
  screens.set("settings form with errors", { path: `/connectors/${fresh}/settings?edit=key`, act: click("Save") });
  screens.set("test with warnings", {
    path: `/connectors/${fresh}/settings?edit=ca`,
    act: async () => {
      await page.getByLabel("Cloudsmith API key").fill(sandbox.keys.member);
      await page.getByLabel("Organization slug").fill(sandbox.organization.slug);
      await page.getByLabel("API host").fill(sandbox.baseUrl);
      await click("Test")();
      await page.getByRole("heading", { name: "Test passed with warnings" }).waitFor();
    },
  });
  screens.set("schedule dialog", {
    path: `/connectors/${good}`,
    act: async () => {
      await click("Edit schedule")();
      await page.getByRole("dialog").getByLabel("Cron", { exact: true }).check();
      await page.locator("dialog .preview time").first().waitFor();
    },
  });
  screens.set("removal dialog", { path: `/connectors/${good}/settings`, act: click("Remove") });
  screens.set("log line in full", {
    path: `/connectors/${good}/logs`,
    act: () => page.locator(".log-row").first().click(),
  });
  screens.set("toast", { path: `/connectors/${good}`, act: click("Pause sync") });
  screens.set("paused", { path: `/connectors/${good}` });
  screens.set("syncing", {
    path: `/connectors/${good}`,
    act: async () => {
      sandbox.switches.latencyMs = 1500;
      await click("Sync now")();
      await page.getByRole("progressbar").waitFor();
    },
  });
});
after(() => site[Symbol.asyncDispose]());

/** Looks at each; what is wrong with any of them is told together. */
async function visitAll(): Promise<void> {
  const wrong: string[] = [];
  for (const [name, { path, act }] of screens) {
    await site.visit(path);
    await act?.();
    await settled(site.page);
    const found = [...(await violationsOf(site.page)), ...(await misfits())];
    wrong.push(...found.map((problem) => `${name}: ${problem}`));
    await assertOrder(name);
  }
  assert.deepEqual(wrong, []);
}

/** One first heading that the title repeats, landmarks, and headings that leave out no level. */
async function assertOrder(name: string): Promise<void> {
  const { page } = site;
  const levels = await page.locator("h1, h2, h3").evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
  assert.equal(levels.filter((level) => level === 1).length, 1, name);
  for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 1) + 1, `${name}: h${level}`);
  assert.match(await page.title(), / · baton-cloudsmith$/, name);
  for (const landmark of ["main", "banner", "navigation"] as const) {
    assert.ok((await page.getByRole(landmark).count()) >= 1, `${name}: ${landmark}`);
  }
  const cells = page.locator("table").filter({ hasNot: page.locator("th[scope=col]") });
  assert.equal(await cells.count(), 0, `${name}: a table without header cells`);
}

/**
 * At 320 px, which is a page of 640 px enlarged to 200 %, and of 1280 px to 400 %, on tablets and on a laptop: nothing sticks out or
 * is cut off, no word is, and no table has to be scrolled to its side.
 */
async function misfits(): Promise<readonly string[]> {
  const { page } = site;
  const found: string[] = [];
  for (const width of [320, 640, 768, 1024, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const problems = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const sticksOut = [...document.querySelectorAll("h1, h2, p, button, a, dd, label, .chip, input, select")]
        .filter((one) => one.closest(".visually-hidden, .skip-link, .log, .code, .table-scroll") === null)
        .filter((one) => {
          const { left, right, width: wide } = one.getBoundingClientRect();
          return wide > 0 && (left < -1 || right > clientWidth + 1);
        })
        .map(({ tagName, textContent }) => `${tagName} “${textContent?.slice(0, 40)}”`);
      const range = document.createRange();
      const broken = [...document.querySelectorAll("h1, h2, h3, dt, label, button, .chip")].flatMap(
        ({ firstChild }) => {
          if (!(firstChild instanceof Text)) return [];
          return [...firstChild.data.matchAll(/[\p{L}\p{N}]+/gu)].flatMap(({ 0: word, index }) => {
            range.setStart(firstChild, index);
            range.setEnd(firstChild, index + word.length);
            return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1
              ? [`“${word}” in two lines`]
              : [];
          });
        },
      );
      const tooWide = [...document.querySelectorAll(".table-scroll, .long-table, thead:not(.table-cards *) th")]
        .filter((one) => clientWidth > 640 && one.scrollWidth > one.clientWidth + 1)
        .map(({ textContent }) => `the table or title “${textContent?.slice(0, 40)}” is cut`);
      return [...tooWide, ...(scrollWidth > clientWidth ? [`${scrollWidth} px wide`] : []), ...sticksOut, ...broken];
    });
    found.push(...problems.map((problem) => `at ${width} px: ${problem}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return found;
}

test("no screen keeps anybody out, in light and in dark, at any width", async () => {
  assert.ok(screens.size >= 25);
  await visitAll();
  site.sandbox.switches.latencyMs = 0;
});

test("who is no admin is told so where a screen is for admins, and sees which part of a connector is shown", async () => {
  const [connector] = (await site.get<{ connectors: readonly ConnectorDetail[] }>("/api/connectors")).connectors;
  const { body } = await site.post<NewPerson>("/api/persons", { name: "Vera", role: "viewer" });
  const context = await site.browser.newContext();
  try {
    const page = await context.newPage();
    const visit = async (path: string): Promise<void> => {
      await page.goto(path);
      await settled(page);
    };
    await visit(body.link);
    const { origin } = site.console;
    const home = `/connectors/${connector?.id}`;
    const forAdmins = ["/persons", "/back-up", "/notifications", "/files", "/connectors/add", `${home}/settings`];
    for (const path of forAdmins) {
      await visit(`${origin}${path}`);
      await page.getByRole("heading", { name: "Your link does not open this screen" }).waitFor();
      assert.equal(await page.locator("main").getByRole("button").count(), 0, path);
      assert.deepEqual(await violationsOf(page), []);
    }
    await visit(`${origin}${home}`);
    const marked = page.getByRole("navigation", { name: "Parts of this connector" }).locator("[aria-current=page]");
    assert.deepEqual(await marked.allInnerTexts(), ["Access"]);
  } finally {
    await context.close();
  }
});

test("who wants less motion gets none", async () => {
  const { page, visit } = site;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await visit("/connectors");
  const longest = await page.evaluate(() =>
    Math.max(
      0,
      ...[...document.querySelectorAll("*")].map(
        (one) => Number.parseFloat(getComputedStyle(one).animationDuration) || 0,
      ),
    ),
  );
  assert.ok(longest <= 0.001);
  await page.emulateMedia({ reducedMotion: "no-preference" });
});

test("no script failed and the page's policy had nothing to stop", () => {
  assert.deepEqual(site.troubles, []);
});
