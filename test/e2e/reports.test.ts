/** The commands `report` and `evidence` over files that the program synced, against the organization and plain SQL. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { queryC1z } from "../support/plain-c1z.ts";
import { type Finished, runProgram, scratchDirectory } from "./program.ts";
import {
  byText,
  expectedAges,
  expectedManagers,
  expectedOffboarding,
  expectedTwoFactor,
  membersOf,
  teamsOf,
} from "./report-oracle.ts";
import { settingsFor } from "./sandbox-run.ts";

type ReportRow = Readonly<Record<string, string | number | readonly string[] | null>>;
interface ReportJson {
  readonly rows: readonly ReportRow[];
  readonly counts: Readonly<Record<string, number>>;
  readonly notices: readonly string[];
}

const golden = join(import.meta.dirname, "..", "golden");
const formula = "=cmd|'/c calc'!A0";
const scratch = scratchDirectory();
const file = join(scratch.path, "sync.c1z");
let sandbox: Sandbox;

before(async () => {
  sandbox = await startSandbox({ organization: { members: 150, teams: 14, seed: 5, inactiveShare: 0.2 } });
  sandbox.edit.addMember({ user: "formula", userName: formula, hasTwoFactor: true });
  const synced = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(synced.code, 0, synced.stderr);
});

after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

async function run(...argv: readonly string[]): Promise<Finished> {
  return await runProgram(argv, { cwd: scratch.path });
}

async function report(...argv: readonly string[]): Promise<ReportJson> {
  const finished = await run("report", ...argv, "--output", "json");
  assert.equal(finished.code, 0, finished.stderr);
  return JSON.parse(finished.stdout) as ReportJson; // the shape is what the tests assert
}

function idsOf({ rows }: ReportJson): unknown[] {
  return rows.map((row) => row["id"]);
}

function countOf(table: string, where: string): unknown {
  return queryC1z(file, `select count(*) as n from ${table} where ${where}`)[0]?.["n"];
}

test("offboarding lists every inactive member with role, teams and days since the last login", async () => {
  const asOf = "2026-09-15T00:00:00Z";
  const { rows, counts } = await report("offboarding", "--as-of", asOf);
  const found = rows.map(({ id, roles, teams, days }) => ({ id, roles, teams, days }));
  assert.deepEqual(found, expectedOffboarding(sandbox.organization, asOf));
  assert.equal(counts["disabled"], found.length);
});

test("dormant counts ages by UTC days to the moment that is given, and lists the longest first", async () => {
  const asOf = "2026-09-15T00:00:00Z";
  const { rows, counts } = await report("dormant", "--as-of", asOf);
  const expected = expectedAges(sandbox.organization, asOf);
  assert.deepEqual(counts, expected);
  assert.equal(rows.length, expected.accounts - expected["0-30 days"]);
  const days = rows.map((row) => row["days"] ?? Number.MAX_SAFE_INTEGER).map(Number);
  assert.deepEqual(
    days,
    days.toSorted((a, b) => b - a),
  );
});

test("two-factor lists everybody, owners and managers first, those without before those with", async () => {
  const found = await report("two-factor");
  assert.deepEqual(idsOf(found), expectedTwoFactor(sandbox.organization));
  const on = sandbox.organization.members.filter(({ hasTwoFactor }) => hasTwoFactor).length;
  assert.deepEqual(found.counts, { yes: on, no: sandbox.organization.members.length - on, unknown: 0 });
});

test("owners and holders of roles are those of the organization and of the stored grants", async () => {
  const owners = sandbox.organization.members.filter(({ role }) => role === "Owner");
  const managers = sandbox.organization.members.filter(({ role }) => role === "Manager");
  const found = await report("owners");
  assert.deepEqual(idsOf(found).slice(0, owners.length).sort(), owners.map(({ userId }) => userId).sort());
  assert.deepEqual(idsOf(found).slice(owners.length).sort(), managers.map(({ userId }) => userId).sort());
  assert.deepEqual(found.counts, {
    owners: owners.length,
    managers: managers.length,
    "owners without two-factor": owners.filter(({ hasTwoFactor }) => !hasTwoFactor).length,
    "owners of whom two-factor is not known": 0,
    "disabled owners": owners.filter(({ isActive }) => !isActive).length,
  });
  const { counts } = await report("roles");
  for (const [role, count] of Object.entries(counts)) {
    const id = `organization:${sandbox.organization.slugPerm}:${role}`;
    assert.equal(count, countOf("v1_grants", `entitlement_id = '${id}'`), role);
  }
  assert.equal(Object.keys(counts).length, 4);
  assert.equal((await report("roles", "Owner")).rows.length, owners.length);
});

test("team managers, empty and hidden teams are those of the organization", async () => {
  const { rows } = await report("team-managers");
  assert.deepEqual(
    rows.map(({ teamId, id }) => `${String(teamId)} ${String(id)}`).sort(byText),
    expectedManagers(sandbox.organization),
  );
  const odd = sandbox.organization.teams.filter(
    (team) => team.visibility === "Hidden" || membersOf(sandbox.organization, team).length === 0,
  );
  const found = idsOf(await report("empty-and-hidden-teams"));
  assert.ok(odd.length > 0);
  assert.deepEqual(found.sort(), odd.map(({ slugPerm }) => slugPerm).sort());
});

test("the roster has everybody, with teams and as many grants as are stored", async () => {
  const { rows } = await report("roster");
  const expected = sandbox.organization.members.toSorted((a, b) => byText(a.userId, b.userId));
  assert.deepEqual(
    rows.map(({ id, teams }) => ({ id, teams })),
    expected.map((member) => ({ id: member.userId, teams: teamsOf(member) })),
  );
  const stored = countOf("v1_grants", "true");
  assert.equal(
    rows.reduce((sum, row) => sum + Number(row["grants"]), 0),
    stored,
  );
});

test("one person's access is found by login, address, name or id; two of a name are told apart", async () => {
  const person = sandbox.organization.members.find(({ memberships }) => memberships.length > 1);
  assert.ok(person);
  const byLogin = await report("access", person.user);
  const stored = countOf("v1_grants", `principal_resource_id = '${person.userId}'`);
  assert.equal(byLogin.rows.length, stored);
  assert.ok(byLogin.rows.every((row) => row["how"] === "direct"));
  for (const name of [person.email.toUpperCase(), person.userId, `user:${person.userId}`]) {
    assert.deepEqual((await report("access", name)).rows, byLogin.rows, name);
  }
  const nobody = await run("report", "access", "nobody-at-all");
  assert.equal(nobody.code, 5);
  assert.match(nobody.stderr, /REPORT-NOT-FOUND/);
});

test("a team's members are found by its slug, with their roles in it", async () => {
  const team = sandbox.organization.teams.find((one) => membersOf(sandbox.organization, one).length > 3);
  assert.ok(team);
  const { rows } = await report("members", team.slug);
  const members = rows.filter((row) => row["slug"] === "member").map((row) => row["id"]);
  assert.deepEqual(
    members.sort(),
    membersOf(sandbox.organization, team)
      .map(({ userId }) => userId)
      .sort(),
  );
});

test("changes name every member and team that came, went or changed since the file that is given", async () => {
  const [removed, changed, moved] = sandbox.organization.members.filter(({ memberships }) => memberships.length > 0);
  const team = sandbox.organization.teams.at(-1);
  assert.ok(removed && changed && moved && team);
  const earlier = join(scratch.path, "earlier.c1z");
  const later = join(scratch.path, "later.c1z");
  copyFileSync(file, earlier);
  copyFileSync(file, later);
  const { edit } = sandbox;
  const wasOn = changed.hasTwoFactor;
  const wasCalled = changed.userName;
  const grantsGone = removed.memberships.reduce((sum, { role }) => sum + (role === "Manager" ? 2 : 1), 1);
  edit.removeMember(removed.user);
  edit.changeMember(changed.user, { hasTwoFactor: !wasOn, userName: "Somebody Else" });
  const added = edit.addMember({ user: "newcomer" });
  edit.addTeam({ slug: "new-team", name: "New Team" });
  edit.addToTeam(moved.user, "new-team", "Manager");
  const synced = await runProgram(["-f", later], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(synced.code, 0, synced.stderr);
  const bySync = await report("changes", "-f", later);
  const byFile = await report("changes", "-f", later, "--since", earlier);
  assert.deepEqual(bySync.rows, byFile.rows);
  const brief = bySync.rows.map(({ what, change, field, before: was, after: is, id }) =>
    [what, change, field, was, is, id].map((cell) => cell ?? "").join("|"),
  );
  for (const line of [
    `account|removed||||${removed.userId}`,
    `account|added||||${added.userId}`,
    `account|changed|name|${wasCalled}|Somebody Else|${changed.userId}`,
    `account|changed|two-factor|${wasOn ? "yes|no" : "no|yes"}|${changed.userId}`,
    `access|added|New Team||manager|${moved.userId}`,
    `access|added|New Team||member|${moved.userId}`,
  ]) {
    assert.ok(brief.includes(line), line);
  }
  assert.deepEqual(bySync.counts, {
    "account added": 1,
    "account changed": 1,
    "account removed": 1,
    "team added": 1,
    "access added": 3,
    "access removed": grantsGone,
  });
});

test("a changes report without an earlier sync is refused with what to do; a version 3 file is read", async () => {
  const alone = await run("report", "changes");
  assert.equal(alone.code, 5);
  assert.match(alone.stderr, /REPORT-NO-EARLIER-SYNC[\s\S]*--since/);
  const { counts } = await report("owners", "-f", join(golden, "minimal-v3.c1z"));
  assert.deepEqual([counts["owners without two-factor"], counts["owners of whom two-factor is not known"]], [0, 1]);
});

for (const [argv, complaint] of [
  [["nope"], /unknown report "nope"/],
  [["owners", "extra"], /does not take "extra"/],
  [["access"], /needs WHO/],
  [["owners", "--since", "x"], /--since is not for report owners/],
  [["roster", "--as-of", "2026-01-01T00:00:00Z"], /--as-of is not for report roster/],
  [["dormant", "--as-of", "yesterday"], /--as-of is a time/],
  [["owners", "--output", "pdf"], /--output is table, json, csv, xlsx/],
  [["owners", "--output", "xlsx"], /needs --out/],
  [["owners", "--bom"], /--bom is for/],
  [["owners", "--unheard-of"], /unknown flag: --unheard-of/],
  [["owners", "--out", "sync.c1z"], /--out is the file that is read/],
] as const) {
  test(`report ${argv.join(" ")} is refused with exit code 2`, async () => {
    const finished = await run("report", ...argv);
    assert.equal(finished.code, 2);
    assert.match(finished.stderr, complaint);
    assert.equal(finished.stdout, "");
  });
}

test("every report answers a Go connector's file as CSV without a formula, and help names it", async () => {
  const help = (await run("report", "--help")).stdout;
  const names = [...help.matchAll(/^ {2}([a-z-]+)(?: [A-Z[\]]+)? {2,}/gm)].map(([, name = ""]) => name);
  assert.ok(names.length >= 15, help);
  for (const name of names.filter((one) => one !== "changes")) {
    const about = name === "access" ? ["u-ada"] : name === "members" ? ["Engineering"] : [];
    const { code, stdout, stderr } = await run(
      ...["report", name, ...about, "-f", join(golden, "minimal-v1.c1z"), "--output", "csv"],
    );
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.ok(stdout.includes("\r\n"), name);
  }
});

test("what a connector derived from groups is told from what is held directly, with the way", async () => {
  const { rows } = await report("access", "u-ada", "-f", join(golden, "minimal-v1.c1z"));
  const inherited = rows.filter((row) => row["how"] === "inherited");
  assert.deepEqual(
    inherited.map(({ resource, slug, through }) => ({ resource, slug, through })),
    [{ resource: "acme-widgets", slug: "member", through: ["Engineering: member", "Security: member"] }],
  );
});

test("a name that is a formula is made safe in CSV, and left as it is in JSON", async () => {
  const csv = await run("report", "roster", "--output", "csv", "--bom");
  assert.ok(csv.stdout.startsWith("\ufeffName,"));
  // Quoted as well: the formula holds a bar, at which some readers split.
  assert.ok(csv.stdout.includes(`\r\n"'${formula}",formula,`));
  const { rows } = await report("roster");
  assert.ok(rows.some((row) => row["name"] === formula));
});

test("one file gives the same evidence byte for byte, with the run's result and right hashes", async () => {
  const other = join(scratch.path, "copy.c1z");
  copyFileSync(file, other);
  copyFileSync(`${file}.run.json`, `${other}.run.json`);
  const first = await run("evidence", "-f", file, "--out", "first.zip");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /result was: Complete/);
  assert.equal((await run("evidence", "-f", other, "--out", "second.zip")).code, 0);
  const [one, two] = ["first.zip", "second.zip"].map((name) => readFileSync(join(scratch.path, name)));
  assert.deepEqual(one, two);
  for (const name of ["summary.json", "run.json", "SHA256SUMS", "reports/roster.xlsx", "reports/owners.csv"]) {
    assert.ok(one?.includes(name), name);
  }
  const noOut = await run("evidence");
  assert.equal(noOut.code, 2);
  assert.match(noOut.stderr, /needs --out/);
  assert.ok(!existsSync(join(scratch.path, "evidence.zip")));
});

test("a report begins with what its run compared and what is not in the file, in every form that has a head", async () => {
  const recordPath = `${file}.run.json`;
  const record = JSON.parse(readFileSync(recordPath, "utf8"));
  const list = { list: "pets", title: "pets", resourceType: "pet", announced: 9, read: 8, distinct: 7, added: 7 };
  const walk = { passes: 2, sweeps: 2, moved: true, startedAt: "2026-01-02T00:00:00.000Z", endedAt: null };
  record.completeness.lists = [{ ...list, ...walk }];
  const copy = join(scratch.path, "stated.c1z");
  copyFileSync(file, copy);
  writeFileSync(`${copy}.run.json`, JSON.stringify(record));
  const table = (await run("report", "owners", "-f", copy)).stdout;
  assert.match(table, /^Result +Complete$/m);
  assert.match(table, /^Read with +key of a service account, role Manager$/m);
  assert.match(
    table,
    /^Compared +pets: announced 9, read 8, distinct 7, added 7; passes 2, sweeps 2, moved while it was read; begun at 2026-01-02T00:00:00\.000Z, not read to its end$/m,
  );
  assert.match(table, /^Not read +service accounts, pending invitations, repositories/m);
  const json = JSON.parse((await run("report", "owners", "-f", copy, "--output", "json")).stdout);
  assert.deepEqual(json.run, { result: "Complete", keyKind: "key", completeness: record.completeness });
  // Of another sync's run nothing is said.
  writeFileSync(`${copy}.run.json`, JSON.stringify({ ...record, syncId: "another" }));
  assert.doesNotMatch((await run("report", "owners", "-f", copy)).stdout, /^Result|^Compared/m);
});

test("access of a list: who is found with what they hold, who could be several, and who is not there", async () => {
  const [ada, bob, twin] = sandbox.organization.members;
  assert.ok(ada && bob && twin);
  const list = join(scratch.path, "leavers.csv");
  writeFileSync(list, `\ufeffName;E-mail\r\n"${ada.userName}";${ada.email}\r\nx;nobody@example.com\r\n`);
  const { rows, counts } = await report("access", "--list", list);
  const found = rows.map(({ line, found: finding, email, grants }) => [line, finding, email, Number(grants) > 0]);
  assert.deepEqual(found, [
    [2, "found", ada.email, true],
    [3, "not found", null, false],
  ]);
  assert.deepEqual([counts["listed"], counts["found"], counts["not found"]], [2, 1, 1]);
  const contradicting = join(scratch.path, "contradicting.csv");
  writeFileSync(contradicting, `login,mail\n${ada.user},${bob.email}\n`);
  const both = await report("access", "--list", contradicting);
  assert.deepEqual(new Set(both.rows.map(({ found: finding }) => finding)), new Set(["ambiguous"]));
  assert.deepEqual(new Set(both.rows.map(({ email }) => email)), new Set([ada.email, bob.email]));
});

test("a list is for the access of people, and not for one besides", async () => {
  for (const argv of [
    ["owners", "--list", "x"],
    ["access", "ada", "--list", "x"],
    ["access", "--list", ""],
    ["access"],
  ]) {
    const finished = await run("report", ...argv);
    assert.match(finished.stderr, /BATON-USAGE.*--list/s);
  }
  const missing = await run("report", "access", "--list", "nowhere.txt");
  assert.match(missing.stderr, /REPORT-LIST.*ENOENT/s);
});
