/** One connector in a real browser: while it syncs, what can be done with it, its history, logs, schedule and files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Download, Page } from "playwright-core";
import { type ConnectorDetail, deployTargets } from "../../src/console/contract/connectors.ts";
import type { LogPage, RunSummary, RunsPage } from "../../src/console/contract/runs.ts";
import { type Site, settled, startSite } from "./console-page.ts";

let site: Site;
let id: string;

before(async () => {
  site = await startSite({ sandbox: { organization: { members: 60, teams: 5 } } });
  id = await site.addConnector({ mode: "schedule" });
  await site.reaches(id, "Connected");
});
after(() => site[Symbol.asyncDispose]());

function detail(): Promise<ConnectorDetail> {
  return site.get<ConnectorDetail>(`/api/connectors/${id}`);
}

async function lastRuns(): Promise<readonly RunSummary[]> {
  return (await site.get<RunsPage>(`/api/connectors/${id}/runs?limit=50`)).rows;
}

async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

test("a reload in mid-sync, and another tab, show the same run going on; closing a tab stops nothing", async () => {
  const { page, sandbox, visit } = site;
  await visit(`/connectors/${id}`);
  sandbox.switches.latencyMs = 400;
  await press(page, "Sync now");
  const bar = page.getByRole("progressbar", { name: "Progress of the sync" });
  await bar.waitFor();
  await page.getByText("You can close this page").waitFor();
  const runId = (await detail()).progress?.runId;
  // The stream of events opens late: the end of the run comes after the page has asked, and before it is told anything.
  const late = Promise.withResolvers<void>();
  await page.route("**/api/events", async (route) => {
    await late.promise;
    await route.continue();
  });
  await page.reload();
  await bar.waitFor();
  assert.equal((await detail()).progress?.runId, runId);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole("progressbar", { name: "Progress of the sync" }).waitFor();
  await other.close();
  assert.equal((await detail()).progress?.runId, runId);
  sandbox.switches.latencyMs = 0;
  await site.reaches(id, "Connected");
  late.resolve();
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.unrouteAll({ behavior: "wait" });
  assert.equal((await lastRuns())[0]?.runId, runId);
  assert.equal((await lastRuns())[0]?.result, "Complete");
});

test("while it syncs, a second sync is refused with the id of the run, and Cancel leaves the good file as it was", async () => {
  const { page, sandbox, post } = site;
  const before = await detail();
  sandbox.switches.latencyMs = 400;
  // The events tell of the run before the connector is asked for again: all parts of the page follow them at once.
  const late = Promise.withResolvers<void>();
  await page.route(`**/api/connectors/${id}`, async (route) => {
    await late.promise;
    await route.continue();
  });
  await press(page, "Sync now");
  await page.getByRole("heading", { name: "Syncing" }).waitFor();
  const second = await post<{ error: { facts: unknown } }>(`/api/connectors/${id}/sync`);
  assert.equal(second.status, 409);
  assert.equal(await page.getByRole("button", { name: /^Sync now/ }).getAttribute("aria-disabled"), "true");
  late.resolve();
  await page.unrouteAll({ behavior: "wait" });
  assert.match(JSON.stringify(second.body), new RegExp((await detail()).progress?.runId ?? "no run"));
  await press(page, "Cancel");
  await page.getByRole("heading", { name: /Syncing|Cancelling/ }).waitFor({ state: "detached" });
  sandbox.switches.latencyMs = 0;
  await page.getByText("Cancelled", { exact: true }).waitFor();
  const after = await detail();
  assert.equal(after.lastGoodRun?.file?.sha256, before.lastGoodRun?.file?.sha256);
  assert.equal(after.status, "Connected");
});

test("Test checks the kept settings again, without a key being entered", async () => {
  const { page, visit } = site;
  await visit(`/connectors/${id}`);
  await page.getByRole("link", { name: "Test", exact: true }).click();
  await page.getByRole("heading", { level: 2, name: "Test passed" }).waitFor();
  assert.equal(await page.locator(".test-pass").count(), 6);
  await visit(`/connectors/${id}`);
});

test("a new host asks for the key again, and who saves without it is led to the field that lacks it", async () => {
  const { page, visit } = site;
  await visit(`/connectors/${id}/settings?edit=ca`);
  await page.getByLabel("API host").fill("https://other.example/v1");
  const isLedTo = async (label: string): Promise<void> => {
    const field = page.getByLabel(label).and(page.locator(":focus"));
    await field.waitFor();
    const { top, bottom } = await field.evaluate((element) => element.getBoundingClientRect());
    assert.ok(top >= 0 && bottom <= 900, `${label} is on the screen`);
  };
  for (const name of ["Save", "Test"]) {
    await press(page, name);
    await page.getByText("Enter the API key.").waitFor();
    await isLedTo("Cloudsmith API key");
  }
  await page.getByLabel("Cloudsmith API key").fill(site.sandbox.keys.service);
  await page.getByLabel("Time-out").fill("0");
  await page.getByText("Advanced", { exact: true }).click();
  await press(page, "Save");
  // Also where it was folded away.
  await isLedTo("Time-out");
  await visit(`/connectors/${id}`);
});

test("paused: a banner, no next runs, still so after a reload; resumed it goes on", async () => {
  const { page } = site;
  await press(page, "Pause sync");
  await page.getByText("Sync is paused", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Sync is paused", { exact: true }).waitFor();
  await page.getByText("Paused", { exact: true }).waitFor();
  await page.getByText("None while paused").waitFor();
  await press(page, "Resume sync");
  await page.getByText("Sync is paused", { exact: true }).waitFor({ state: "detached" });
  await page.getByText("Connected", { exact: true }).waitFor();
});

test("the schedule: cron with a time zone, and the next three runs before one saves", async () => {
  const { page } = site;
  await press(page, "Edit schedule");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Cron", { exact: true }).check();
  await dialog.getByLabel("Cron expression").fill("*/5 * * * *");
  await dialog.locator(".field-error").waitFor();
  await dialog.getByLabel("Cron expression").fill("0 6 * * 1");
  await dialog.getByLabel("Time zone").selectOption("Europe/Berlin");
  await dialog.locator(".field-error").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelectorAll("dialog .preview time").length === 3);
  const moments = await dialog
    .locator("time")
    .evaluateAll((all) => all.map((one) => one.getAttribute("datetime") ?? ""));
  for (const moment of moments) assert.equal(inBerlin(moment), "Monday 06:00");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Cron 0 6 * * 1 (Europe/Berlin)").waitFor();
  const { schedule } = await detail();
  assert.deepEqual(schedule, { kind: "cron", expression: "0 6 * * 1", timeZone: "Europe/Berlin" });
});

test("the history lists every run with counts, words and files whose hash is right", async () => {
  const { page, visit } = site;
  for (let run = 0; run < 2; run++) {
    await site.post(`/api/connectors/${id}/sync`);
    while ((await detail()).progress) await page.waitForTimeout(50);
  }
  const runs = await lastRuns();
  await visit(`/connectors/${id}/history`);
  assert.equal(await page.locator("tbody tr").count(), runs.length);
  for (const word of new Set(runs.map(({ result }) => result ?? ""))) await page.getByText(word).first().waitFor();
  const [downloadable] = runs.filter(({ file }) => file !== null);
  assert.ok(downloadable?.file);
  const waiting = page.waitForEvent("download");
  await page.locator(`a[href="/api/runs/${downloadable.runId}/file"]`).click();
  const download = await waiting;
  assert.match(download.suggestedFilename(), /\.c1z$/);
  assert.equal(
    createHash("sha256")
      .update(await bytesOf(download))
      .digest("hex"),
    downloadable.file.sha256,
  );
});

test("one run in full: its result, time by phase, hash, and the way to its logs and its access", async () => {
  const { page } = site;
  await page.locator("tbody th a").first().click();
  await page.getByRole("heading", { level: 2, name: /^Run of / }).waitFor();
  const [run] = await lastRuns();
  await page.getByText(run?.file?.sha256 ?? "no file").waitFor();
  await page.getByRole("heading", { name: "Time by phase" }).waitFor();
  await page.getByRole("heading", { name: "What was compared" }).waitFor();
  const compared = page.getByRole("table", { name: "What was compared" });
  assert.deepEqual(await compared.getByRole("columnheader").allTextContents(), [
    ...[
      "List",
      "Announced",
      "Read",
      "Distinct",
      "Added to the file",
      "Passes",
      "Sweeps",
      "Moved",
      "Begun at",
      "Whole at",
    ],
  ]);
  await page.getByText("API key", { exact: true }).waitFor();
  await page.getByText("service accounts, pending invitations, repositories").waitFor();
  const figures = page.locator(".figures");
  assert.ok(run?.totals);
  const { members, activeMembers, inactiveMembers, teams, entitlements, grants } = run.totals;
  assert.deepEqual(await figures.locator("a").allTextContents(), [
    ...[`${members}`, `${activeMembers} active`, `${inactiveMembers} inactive`],
    ...[`${teams}`, `${entitlements}`, `${grants}`],
  ]);
  await figures.getByRole("link", { name: /inactive$/ }).click();
  await settled(page);
  await page.getByText(`${inactiveMembers} of ${members} people`).first().waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Access as of this run" }).click();
  await settled(page);
  assert.match(decodeURIComponent(page.url()), new RegExp(`/sources/run:${run?.runId}/people`));
  await page.goBack();
  await page.getByRole("link", { name: "Logs of this run" }).click();
  await page.getByText("Lines of one run only.").waitFor();
});

test("logs: levels, search over all lines, details, download, and new lines while one looks", async () => {
  const { page, visit, get } = site;
  await visit(`/connectors/${id}/logs`);
  const count = page.locator('p[role="status"]');
  await page.locator(".log-row").first().waitFor();
  await page.getByLabel("Debug and up").check();
  const all = await get<LogPage>(`/api/connectors/${id}/logs?level=debug&limit=1`);
  await count.filter({ hasText: all.total.toLocaleString("en") }).waitFor();
  // Only those in sight are in the document.
  assert.ok((await page.locator(".log-row").count()) < 80);
  await page.getByLabel("Search the log").fill("no line has these words");
  await page.getByText("No line matches").waitFor();
  await page.getByLabel("Search the log").fill("user");
  const found = await get<LogPage>(`/api/connectors/${id}/logs?level=debug&limit=1&q=user`);
  assert.ok(found.total > 0 && found.total < all.total);
  await count.filter({ hasText: found.total.toLocaleString("en") }).waitFor();
  await page.locator(".log-row").first().click();
  await page.getByRole("region", { name: "details of the line" }).waitFor();
  await press(page, "Close");
  await page.getByLabel("Search the log").fill("");

  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download", exact: true }).click();
  const lines = (await bytesOf(await waiting)).toString("utf8").trim().split("\n");
  assert.equal(lines.length, all.total);
  assert.ok(lines.every((line) => typeof JSON.parse(line) === "object"));

  await site.post(`/api/connectors/${id}/sync`);
  await page.waitForFunction(
    ({ old }) => {
      const text = document.querySelector('p[role="status"]')?.textContent ?? "";
      return Number(text.replaceAll(/\D/g, "")) > old;
    },
    { old: all.total },
  );
  while ((await detail()).progress) await page.waitForTimeout(50);
});

test("a long log is scrolled to its end, page by page, without a gap", async () => {
  const { page, visit, get } = site;
  await visit(`/connectors/${id}/logs`);
  await page.getByLabel("Debug and up").check();
  const { total } = await get<LogPage>(`/api/connectors/${id}/logs?level=debug&limit=1`);
  const log = page.getByRole("region", { name: "Log lines" });
  await page.waitForFunction(
    (count) => {
      window.scrollTo(0, document.body.scrollHeight);
      const { top = 0, bottom = 0 } = document.querySelector(".log")?.getBoundingClientRect() ?? {};
      return bottom - top >= count * 32 && bottom <= window.innerHeight;
    },
    total,
    { polling: 100 },
  );
  assert.ok((await log.locator(".log-row").count()) < 120);
});

test("files to deploy with, for every platform, and never a key in them", async () => {
  const { page, sandbox, visit } = site;
  await visit(`/connectors/${id}/deploy`);
  const labels = ["Docker", "Compose", "Kubernetes", "Helm values", "systemd", "Windows service", "AWS ECS"];
  assert.equal(labels.length, deployTargets.length);
  const seen = new Set<string>();
  for (const label of labels) {
    await page.getByLabel(label, { exact: true }).check();
    await settled(page);
    await page.locator("pre").first().waitFor();
    const texts = (await page.locator("pre").allTextContents()).join("\n");
    assert.ok(texts.length > 50, label);
    assert.ok(!texts.includes(sandbox.keys.service), label);
    seen.add(texts);
  }
  assert.equal(seen.size, labels.length);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page
    .getByRole("button", { name: /^Copy / })
    .first()
    .click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await page.locator("pre").first().textContent());
});

test("removed: only after one says so, and gone from the list", async () => {
  const { page, visit } = site;
  const other = await site.addConnector();
  await site.reaches(other, "Connected");
  await visit(`/connectors/${other}/settings`);
  await press(page, "Remove");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await press(page, "Remove");
  const remove = dialog.getByRole("button", { name: "Remove" });
  assert.ok(await remove.isDisabled(), "the slug has to be typed first");
  await dialog.getByLabel(/^Type /).fill("sandbox-org");
  await remove.click();
  await page.getByRole("heading", { level: 1, name: "Connectors" }).waitFor();
  assert.equal(await page.locator(`a[href="/connectors/${other}"]`).count(), 0);
  await visit(`/connectors/${other}`);
  await page.getByText("There is no such connector").first().waitFor();
});

test("when the console stops the page says so, and keeps what it shows", async () => {
  await using short = await startSite();
  const { page } = short;
  await press(page, "Try it with a sample organization");
  await page.getByText("Connected", { exact: true }).waitFor();
  await short.console.stop();
  await page.getByRole("alert").getByText("The console does not answer").waitFor();
  await page.getByRole("heading", { level: 1, name: "Acme Corporation" }).waitFor();
});

test("no script failed, the page's policy had nothing to stop, and nobody else was asked", () => {
  assert.deepEqual(site.troubles, []);
});

function inBerlin(moment: string): string {
  const options = { timeZone: "Europe/Berlin", weekday: "long", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(moment)).replace(/,? at |, /, " ");
}
