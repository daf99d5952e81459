/** The reviews in a real browser: their figures against plain SQL over the same file, downloads against the command. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Organization } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import type { RunsPage } from "../../src/console/contract/runs.ts";
import { launcher, runProgram } from "../e2e/program.ts";
import { settled } from "./console-page.ts";
import { type Reviewer, startReviewer } from "./reviewer.ts";
import { SqlAnswers } from "./sql-answers.ts";

let reviewer: Reviewer;
let file: string;
let earlierFile: string;
let source: string;
let earlier: string;
let sql: SqlAnswers;

/** People of every kind: without a second factor, of unknown one, never seen, seen at each age, in no team. */
function organizationOf(): Organization {
  const organization = createOrganization({ members: 300, teams: 14 });
  const day = 86_400_000;
  for (const [at, member] of organization.members.entries()) {
    if (at % 9 === 0) member.overrides = { has_two_factor: undefined };
    member.lastLoginAt = at % 7 === 0 ? null : new Date(Date.now() - ((at * 5) % 400) * day).toISOString();
  }
  return organization;
}

before(async () => {
  reviewer = await startReviewer();
  const organization = organizationOf();
  earlierFile = await reviewer.sync("earlier.c1z", organization);
  const [first, second, third] = organization.members.slice(-3);
  assert.ok(first && second && third);
  organization.members = organization.members.filter((member) => member !== first);
  second.role = second.role === "Manager" ? "Member" : "Manager";
  third.userName = "Renamed Person";
  organization.revision++;
  file = await reviewer.sync("now.c1z", organization);
  earlier = await reviewer.open(earlierFile);
  source = await reviewer.open(file);
  sql = new SqlAnswers(file, join(reviewer.directory, "plain.db"));
});

after(async () => {
  await reviewer[Symbol.asyncDispose]();
  sql[Symbol.dispose]();
});

/** The sentence above a review, and the number of its rows. */
async function shown(name: string, query = ""): Promise<{ readonly headline: string; readonly rows: number }> {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/reviews/${name}${query}`);
  const headline = await page.getByRole("region", { name: "In short" }).locator("p").first().textContent();
  const rows = await page.locator(".long-card p.number").first().textContent();
  await page.getByText(/^Chart/).click();
  return { headline: words(headline), rows: Number(rows?.replaceAll(/\D/g, "")) };
}

function words(text: string | null): string {
  return (text ?? "").replaceAll(/\s+/g, " ").trim();
}

/** Numbers beside the bars of the chart, such as `Owner yes 3 no 1`. */
async function bars(): Promise<string[]> {
  const texts = await reviewer.page.locator(".bars li").allInnerTexts();
  return texts.map(words);
}

test("offboarding: everybody who is disabled and still holds something", async () => {
  const disabled = sql.count("select count(*) from account where status = 'disabled'");
  const holding = sql.count(
    "select count(*) from account where status = 'disabled' and id in (select account from held)",
  );
  assert.ok(holding > 0);
  const { headline, rows } = await shown("offboarding");
  assert.equal(headline, `${holding} of ${disabled} disabled people still hold access`);
  assert.equal(rows, holding);
  const names = await reviewer.page.locator(".long-table tbody th a").allTextContents();
  const expected = sql.list(
    `select name from account join held on account = account.id and type = 'organization' where status = 'disabled'
     order by case slug when 'owner' then 0 when 'manager' then 1 when 'member' then 2 else 3 end, account.id`,
  );
  assert.deepEqual(names, expected.slice(0, names.length));
});

test("dormant: people by the time since their last login", async () => {
  // The days between the days of two moments, as the reports count them.
  const days =
    "cast(julianday(date(substr(last_sync, 1, 10))) - julianday(date(substr(last_login, 1, 10))) as integer)";
  const from = "(select *, (select started_at from v1_sync_runs) as last_sync from account where status = 'enabled')";
  const between = (least: number, most: number) =>
    sql.count(`select count(*) from ${from} where last_login is not null and ${days} between ? and ?`, least, most);
  const never = sql.count(`select count(*) from ${from} where last_login is null`);
  const [recent, month, quarter, long] = [between(-1, 30), between(31, 90), between(91, 180), between(181, 100_000)];
  const { headline, rows } = await shown("dormant");
  const all = never + recent + month + quarter + long;
  assert.equal(
    headline,
    `${never + quarter + long} of ${all} people who can log in did not for more than 90 days, or have no known login`,
  );
  assert.equal(rows, never + month + quarter + long);
  assert.deepEqual(await bars(), [
    `Never or hidden enabled ${never}`,
    `>180 days enabled ${long}`,
    `91-180 days enabled ${quarter}`,
    `31-90 days enabled ${month}`,
    `0-30 days seen ${recent}`,
  ]);
});

test("two-factor: yes, no and unknown, by role", async () => {
  const count = (state: string) => sql.count("select count(*) from account where two_factor = ?", state);
  const [yes, no, unknown] = [count("yes"), count("no"), count("unknown")];
  assert.ok(unknown > 0);
  const { headline, rows } = await shown("two-factor");
  assert.match(headline, new RegExp(`of ${yes + no} people have two-factor, ${no} do not; of ${unknown} more`));
  assert.equal(rows, yes + no + unknown);
  const byRole = (role: string, state: string) =>
    sql.count(
      "select count(*) from account, held where account = account.id and type = 'organization' and slug = ? and two_factor = ?",
      role,
      state,
    );
  const expected = ["owner", "manager", "member", "collaborator"].map((role) => {
    const parts = ["yes", "unknown", "no"].map((state) => [state, byRole(role, state)] as const);
    const told = parts.filter(([, one]) => one > 0).map(([state, one]) => `${state} ${one}`);
    return [role.slice(0, 1).toUpperCase() + role.slice(1), ...told].join(" ");
  });
  assert.deepEqual(await bars(), expected);
});

test("a number of the chart leads to its rows", async () => {
  const { page } = reviewer;
  await shown("two-factor");
  const part = page.locator(".bars li", { hasText: "Member" }).getByRole("link", { name: /^no/ });
  const count = Number(((await part.textContent()) ?? "").replaceAll(/\D/g, ""));
  await part.click();
  await page.locator(".long-card p.number", { hasText: new RegExp(`^${count} of \\d+ rows$`) }).waitFor();
  assert.equal(await page.getByLabel("Roles", { exact: true }).inputValue(), "=member");
  assert.equal(await page.getByLabel("Two-factor", { exact: true }).inputValue(), "=no");
});

test("owners: how many, and how many of them without a second factor", async () => {
  const role = "from account join held on account = account.id where type = 'organization' and slug =";
  const owners = sql.count(`select count(*) ${role} 'owner'`);
  const managers = sql.count(`select count(*) ${role} 'manager'`);
  const without = sql.count(`select count(*) ${role} 'owner' and two_factor = 'no'`);
  const { headline, rows } = await shown("owners");
  assert.ok(headline.startsWith(`${owners} owner`), headline);
  assert.ok(headline.includes(`${without} without two-factor`), headline);
  assert.equal(rows, owners + managers);
});

test("team managers, and empty and hidden teams", async () => {
  const teams = sql.count("select count(*) from team");
  const managed = "select resource from held where type = 'team' and slug = 'manager'";
  const unmanaged = sql.count(`select count(*) from team where id not in (${managed})`);
  const managers = sql.count(
    `select count(*) from (select distinct account, resource from held where type = 'team' and slug = 'manager')`,
  );
  const first = await shown("team-managers");
  assert.match(first.headline, new RegExp(`^${unmanaged} of ${teams} teams ha(s|ve) no manager$`));
  assert.equal(first.rows, managers + unmanaged);
  const empty = sql.count("select count(*) from team where id not in (select resource from held where type = 'team')");
  const hidden = sql.count("select count(*) from team where visibility = 'Hidden'");
  const second = await shown("empty-and-hidden-teams");
  assert.match(second.headline, new RegExp(`^${empty} of ${teams} teams (is|are) empty, ${hidden} hidden$`));
});

test("changes: the file is compared with another one that is chosen from a list", async () => {
  const { page, visit } = reviewer;
  await visit(`/sources/${source}/reviews/changes`);
  await page.getByRole("heading", { name: "Choose what to compare with" }).waitFor();
  await page.getByLabel("Compare with").selectOption({ label: "earlier.c1z" });
  await page.getByText(/^Chart/).click();
  await settled(page);
  assert.equal(new URL(page.url()).searchParams.get("since"), decodeURIComponent(earlier));
  using before_ = new SqlAnswers(earlierFile, join(reviewer.directory, "plain-earlier.db"));
  const gone = before_.list("select id from account").filter((id) => !sql.list("select id from account").includes(id));
  assert.equal(gone.length, 1);
  const lost = before_.count("select count(*) from held") - sql.count("select count(*) from held");
  const told = await bars();
  assert.ok(told.includes("Account removed 1 changed 2"), told.join("; "));
  // One person left with all access, another swapped one role for another.
  assert.ok(told.includes(`Access added 1 removed ${lost + 1}`), told.join("; "));
});

/** Waits until the connector has so many runs that ended. */
async function endedRuns(id: string, count: number): Promise<void> {
  for (;;) {
    const { rows: runs } = await reviewer.get<RunsPage>(`/api/connectors/${id}/runs?limit=10`);
    if (runs.filter(({ endedAtMs }) => endedAtMs !== null).length === count) return;
    await reviewer.page.waitForTimeout(50);
  }
}

test("two runs of a connector are compared, and the result of the run stands above every review", async () => {
  const { page, sandbox, visit } = reviewer;
  const id = await reviewer.addConnector({ key: "member" });
  await reviewer.reaches(id, "Partial");
  const [person] = sandbox.organization.members.slice(-1);
  assert.ok(person);
  await visit(`/sources/${encodeURIComponent(`connector:${id}`)}/reviews/changes`);
  await page.getByText("The next sync is compared with this one by itself.").waitFor();
  person.userName = "Renamed Person";
  sandbox.organization.revision++;
  assert.equal((await reviewer.post(`/api/connectors/${id}/sync`)).status, 202);
  await endedRuns(id, 2);
  await visit(`/connectors/${id}/reviews`);
  await page.getByText("Partial roster", { exact: true }).first().waitFor();
  await page.getByText("People or access may be missing from all figures").waitFor();
  await page.getByRole("link", { name: "Changes" }).click();
  await page.getByText("Partial roster", { exact: true }).first().waitFor();
  const picker = page.getByLabel("Compare with");
  const runs = picker.locator("optgroup[label^='Runs of'] option", { hasText: "Partial roster" });
  await runs.first().waitFor({ state: "attached" });
  await picker.selectOption((await runs.last().getAttribute("value")) ?? "");
  await page.getByText(/^Chart/).click();
  await settled(page);
  assert.deepEqual(await bars(), ["Account changed 1"]);
  assert.ok(await page.getByRole("link", { name: "Renamed Person" }).first().isVisible());
});

test("downloads are what the command gives, byte for byte, and the evidence pack is a zip", async () => {
  const { page, directory, console: program } = reviewer;
  await reviewer.visit(`/sources/${source}/reviews/two-factor`);
  for (const format of ["csv", "json", "xlsx"]) {
    await page.getByText("Download", { exact: true }).click();
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name: `Download as ${format.toUpperCase()}` }).click();
    const download = await waiting;
    await page.keyboard.press("Escape");
    assert.match(download.suggestedFilename(), new RegExp(`two-factor.*\\.${format}$`));
    const expected = join(directory, `expected.${format}`);
    const argv = ["report", "two-factor", "-f", file, "--output", format, "--out", expected];
    assert.equal((await runProgram(argv, { cwd: directory })).code, 0);
    assert.deepEqual(readFileSync(await download.path()), readFileSync(expected), format);
  }
  await reviewer.visit(`/sources/${source}/reviews`);
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Evidence pack" }).click();
  const pack = readFileSync(await (await waiting).path());
  const expected = join(directory, "expected.zip");
  execFileSync(process.execPath, [launcher, "evidence", "-f", file, "--out", expected], { cwd: directory });
  assert.deepEqual(pack, readFileSync(expected));
  assert.equal(program.stderr(), "");
});

test("a printed review holds its rows and no buttons", async () => {
  const { page } = reviewer;
  await reviewer.visit(`/sources/${source}/reviews/offboarding`);
  await page.evaluate(() => {
    window.print = () => document.body.setAttribute("data-printed", "");
  });
  await page.getByRole("button", { name: "Print" }).click();
  await page.locator("body[data-printed]").waitFor();
  await page.emulateMedia({ media: "print" });
  const holding = sql.count(
    "select count(*) from account where status = 'disabled' and id in (select account from held)",
  );
  assert.equal(await page.locator(".print-only tbody tr:visible").count(), holding);
  assert.equal(await page.getByRole("button").count(), 0);
  await page.emulateMedia({ media: "screen" });
});

test("no script failed and the page's policy had nothing to stop", () => {
  assert.deepEqual(reviewer.troubles, []);
});
