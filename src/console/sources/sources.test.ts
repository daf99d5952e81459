/** Questions about files over the API: figures held against plain SQL over the same file, and against the commands. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { type SignedIn, startWebServer, type WebServer } from "../../../test/console/web-server.ts";
import { runProgram, scratchDirectory } from "../../../test/e2e/program.ts";
import { settingsFor } from "../../../test/e2e/sandbox-run.ts";
import { writeEndless } from "../../../test/support/endless-c1z.ts";
import { queryC1z } from "../../../test/support/plain-c1z.ts";
import { writeSync } from "../../../test/support/sample-c1z.ts";
import { recordsOf, type TableRecord } from "../../../test/support/table-records.ts";
import type { FailureBody } from "../contract/failures.ts";
import type {
  PersonDetail,
  ResourceDetail,
  ReviewInfo,
  ReviewPage,
  SourceInfo,
  TablePage,
  TeamRow,
  TeamsPage,
} from "../contract/sources.ts";

const golden = join(import.meta.dirname, "../../../test/golden");
const scratch = scratchDirectory();
const file = join(scratch.path, "sync.c1z");
const earlier = join(scratch.path, "earlier.c1z");
let sandbox: Sandbox;
let web: WebServer;
let browser: SignedIn;
/** Address of the file, and of the one that was synced before. */
let [base, since] = ["", ""];

before(async () => {
  sandbox = await startSandbox({ organization: { members: 150, teams: 14, seed: 9, inactiveShare: 0.2 } });
  const env = settingsFor(sandbox);
  assert.equal((await runProgram(["-f", earlier], { cwd: scratch.path, env })).code, 0);
  const [gone] = sandbox.organization.members;
  sandbox.edit.removeMember(gone?.user ?? "");
  sandbox.edit.addMember({ user: "newcomer", userName: "Zoë Ångström" });
  assert.equal((await runProgram(["-f", file], { cwd: scratch.path, env })).code, 0);
  web = await startWebServer();
  browser = await web.signIn();
  base = `/api/sources/${await open(file)}`;
  since = await open(earlier);
});
after(async () => {
  await web[Symbol.asyncDispose]();
  await sandbox.close();
  scratch[Symbol.dispose]();
});

async function open(path: string): Promise<string> {
  const { status, body } = await browser.post("/api/files", { path });
  assert.equal(status, 200, body);
  return (JSON.parse(body) as { source: string }).source;
}

function count(sql: string): number {
  return Number(queryC1z(file, `select count(*) as n from ${sql}`)[0]?.["n"]);
}

/** All rows of a paged list. */
async function everyRow<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for (;;) {
    const separator = path.includes("?") ? "&" : "?";
    const page = await browser.json<{ total: number; rows: T[] }>(`${path}${separator}offset=${rows.length}&limit=40`);
    rows.push(...page.rows);
    if (rows.length >= page.total || page.rows.length === 0) return rows;
  }
}

/** All rows of a table, by the keys of their columns. */
async function everyRecord(path: string): Promise<readonly TableRecord[]> {
  const { columns } = await browser.json<TablePage>(path);
  return recordsOf({ columns, rows: await everyRow<TablePage["rows"][number]>(path) });
}

test("a file is described as plain SQL counts it", async () => {
  const info = await browser.json<SourceInfo>(base);
  assert.equal(info.isCloudsmith, true);
  assert.equal(info.result, "Complete");
  assert.deepEqual(info.totals, {
    people: count("v1_resources where resource_type_id = 'user'"),
    teams: count("v1_resources where resource_type_id = 'team'"),
    entitlements: count("v1_entitlements"),
    grants: count("v1_grants"),
  });
  for (const { slug, count: held } of info.roles) {
    assert.equal(held, count(`v1_grants where resource_type_id = 'organization' and entitlement_id like '%:${slug}'`));
  }
});

test("people come in pages that together are everybody, each with roles and teams as granted", async () => {
  const people = await everyRecord(`${base}/people`);
  assert.equal(new Set(people.map(({ id }) => id)).size, count("v1_resources where resource_type_id = 'user'"));
  for (const { id, teams: teamCount, roles } of people) {
    const grants = `v1_grants where principal_resource_id = '${id}'`;
    const teams = queryC1z(file, `select distinct resource_id from ${grants} and resource_type_id = 'team'`);
    assert.equal(teamCount, teams.length);
    assert.equal((roles as string[]).length, count(`${grants} and resource_type_id = 'organization'`));
  }
});

test("people are found by parts of name, address, login and id, whatever case and accents", async () => {
  for (const q of ["zoe angstrom", "ÅNGSTRÖM zoë", "newcomer", "Newcomer@"]) {
    const found = await everyRecord(`${base}/people?q=${encodeURIComponent(q)}`);
    assert.deepEqual(
      found.map(({ name }) => name),
      ["Zoë Ångström"],
      q,
    );
  }
  assert.equal((await browser.json<TablePage>(`${base}/people?q=nobody-at-all`)).total, 0);
});

test("filters show those who fit and nobody else, and their sizes add up", async () => {
  const { total } = await browser.json<TablePage>(`${base}/people`);
  for (const [name, values] of Object.entries({
    status: ["enabled", "disabled", "deleted", "unknown"],
    roles: ["owner", "manager", "member", "collaborator", ""],
    age: ["never or hidden", ">180 days", "91-180 days", "31-90 days", "0-30 days"],
    twoFactor: ["yes", "no", "unknown"],
  })) {
    const pages = await Promise.all(
      values.map((value) => browser.json<TablePage>(`${base}/people?${name}=${encodeURIComponent(value)}`)),
    );
    assert.equal(
      pages.reduce((sum, page) => sum + page.total, 0),
      total,
      name,
    );
  }
  const inactive = sandbox.organization.members.filter(({ isActive }) => !isActive).length;
  assert.equal((await browser.json<TablePage>(`${base}/people?status=disabled`)).total, inactive);
});

test("every order sorts, both ways", async () => {
  for (const order of ["name", "email", "status", "roles", "teams", "twoFactor", "lastLogin", "age", "joined"]) {
    const up = await everyRecord(`${base}/people?order=${order}`);
    const down = await everyRecord(`${base}/people?order=${order}&descending=true`);
    assert.deepEqual(
      up.map(({ id }) => id),
      down.map(({ id }) => id).toReversed(),
      order,
    );
  }
  const joined = (await everyRecord(`${base}/people?order=joined`)).map((row) => String(row["joined"]));
  assert.deepEqual(joined, joined.toSorted());
});

test("teams have their people, managers and disabled members as granted", async () => {
  const teams = await everyRecord(`${base}/teams`);
  assert.equal(teams.length, count("v1_resources where resource_type_id = 'team'"));
  for (const team of teams) {
    const on = `v1_grants where resource_type_id = 'team' and resource_id = '${String(team["id"])}'`;
    const members = queryC1z(file, `select distinct principal_resource_id from ${on}`).length;
    assert.equal(team["members"], members);
    assert.equal(team["managers"], count(`${on} and entitlement_id like '%:manager'`));
    const found = await browser.json<TablePage>(`${base}/people?team=team/${String(team["id"])}`);
    assert.equal(found.total, members);
    const managers = await browser.json<TablePage>(`${base}/teams/team/${String(team["id"])}/people?teamRole=manager`);
    assert.equal(managers.total, team["managers"]);
    const { name, memberCount, managerCount } = await browser.json<TeamRow>(`${base}/teams/team/${String(team["id"])}`);
    assert.deepEqual([name, memberCount, managerCount], [team["name"], team["members"], team["managers"]]);
  }
  const byMembers = teams.map(({ members }) => Number(members));
  assert.deepEqual(
    byMembers,
    byMembers.toSorted((a, b) => b - a),
    "the largest first",
  );
  const exported = await browser.json<{ rows: { id: string }[] }>(`${base}/teams/export?format=json&order=name`);
  const byName = await everyRecord(`${base}/teams?order=name`);
  assert.deepEqual(
    exported.rows.map(({ id }) => id),
    byName.map(({ id }) => id),
  );
});

test("a person is shown with everything that is held", async () => {
  const [first] = await everyRecord(`${base}/people?order=teams&descending=true`);
  assert.ok(first);
  const person = await browser.json<PersonDetail>(`${base}/people/user/${String(first["id"])}`);
  assert.equal(person.holdings.length, count(`v1_grants where principal_resource_id = '${String(first["id"])}'`));
  assert.equal(person.holdings[0]?.kind, "role");
  assert.ok(person.holdings.every(({ how, paths }) => how === "direct" && paths.length === 0));
  assert.ok(person.profile.some(([key]) => key === "user_id"));
});

test("access that is derived from groups is told with its way", async () => {
  const source = await open(join(golden, "minimal-v1.c1z"));
  const person = await browser.json<PersonDetail>(`/api/sources/${source}/people/user/u-ada`);
  const inherited = person.holdings.filter(({ how }) => how === "inherited");
  assert.deepEqual(
    inherited.map(({ resourceName, paths }) => ({ resourceName, paths })),
    [{ resourceName: "acme-widgets", paths: [["Engineering: member"], ["Security: member"]] }],
  );
});

test("a team's bars count its people by role, those who are disabled, and those without a second factor", async () => {
  const people = await everyRecord(`${base}/people`);
  const page = await browser.json<TeamsPage>(`${base}/teams?order=withoutTwoFactor&descending=true`);
  assert.equal(page.alone, people.filter(({ teams }) => teams === 0).length);
  const teams = recordsOf(page);
  assert.ok(Number(teams[0]?.["withoutTwoFactor"]) > 0);
  for (const team of teams) {
    const members = await everyRecord(`${base}/teams/team/${String(team["id"])}/people`);
    const count = (key: string, value: unknown): number => members.filter((one) => one[key] === value).length;
    assert.equal(team["withoutTwoFactor"], count("twoFactor", "no"));
    assert.equal(team["disabled"], count("status", "disabled"));
    for (const { key, role } of page.roleColumns) {
      const { total } = await browser.json<TablePage>(`${base}/teams/team/${String(team["id"])}/people?roles=${role}`);
      assert.equal(team[key], total, role);
    }
    assert.equal(
      page.roleColumns.reduce((sum, { key }) => sum + Number(team[key]), 0),
      members.length,
    );
  }
});

test("every review has as many rows as its CSV, and says what the command says", async () => {
  const { reviews } = await browser.json<{ reviews: ReviewInfo[] }>(`${base}/reviews`);
  assert.equal(reviews.length, 9);
  for (const { name, comparesSyncs } of reviews) {
    const more = comparesSyncs ? `since=${since}` : "";
    const page = await browser.json<ReviewPage>(`${base}/reviews/${name}?limit=1&${more}`);
    const argv = ["report", name, "-f", file, ...(comparesSyncs ? ["--since", earlier] : [])];
    for (const format of ["json", "csv"]) {
      const exported = await browser.get(`${base}/reviews/${name}/export?format=${format}&${more}`);
      const command = await runProgram([...argv, "--output", format], { cwd: scratch.path });
      assert.equal(exported.body, command.stdout, `${name} as ${format}`);
    }
    const bytes = await download(`${base}/reviews/${name}/export?format=xlsx&${more}`);
    const out = join(scratch.path, `${name}.xlsx`);
    await runProgram([...argv, "--output", "xlsx", "--out", out], { cwd: scratch.path });
    assert.deepEqual(bytes, readFileSync(out), `${name} as xlsx`);
    const csv = await browser.get(`${base}/reviews/${name}/export?format=csv&${more}`);
    assert.equal(csv.body.split("\r\n").length - 2, page.total, name);
    const all = await everyRow(`${base}/reviews/${name}?${more}`);
    assert.equal(all.length, page.total, name);
  }
});

async function download(path: string): Promise<Buffer> {
  const response = await fetch(web.origin + path, { headers: { cookie: browser.cookie } });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

test("figures of the reviews are those of plain SQL", async () => {
  const review = (name: string): Promise<ReviewPage> => browser.json(`${base}/reviews/${name}?limit=100`);
  const countsOf = async (name: string): Promise<Record<string, number>> =>
    Object.fromEntries((await review(name)).counts.map(({ key, count }) => [key, count]));
  const role = (slug: string): number => count(`v1_grants where entitlement_id like 'organization:%:${slug}'`);
  const { owners, managers } = await countsOf("owners");
  assert.deepEqual({ owners, managers }, { owners: role("owner"), managers: role("manager") });
  assert.deepEqual(await countsOf("roles"), {
    owner: role("owner"),
    manager: role("manager"),
    member: role("member"),
    collaborator: role("collaborator"),
  });
  const holders = "select distinct principal_resource_id from v1_grants";
  assert.equal(
    (await countsOf("roster"))["withoutAccess"],
    count(`v1_resources where resource_type_id = 'user' and substr(external_id, 6) not in (${holders})`),
  );
  const people = count("v1_resources where resource_type_id = 'user'");
  const factors = Object.values(await countsOf("two-factor"));
  assert.equal(
    factors.reduce((sum, one) => sum + one, 0),
    people,
  );
  const managed = "select distinct resource_id from v1_grants where entitlement_id like 'team:%:manager'";
  assert.equal(
    (await countsOf("team-managers"))["unmanaged"],
    count(`v1_resources where resource_type_id = 'team' and substr(external_id, 6) not in (${managed})`),
  );
  const inTeams = "select distinct resource_id from v1_grants where resource_type_id = 'team'";
  assert.equal(
    (await countsOf("empty-and-hidden-teams"))["empty"],
    count(`v1_resources where resource_type_id = 'team' and substr(external_id, 6) not in (${inTeams})`),
  );
});

test("charts count what the rows say", async () => {
  for (const name of ["offboarding", "dormant", "two-factor", "owners", "roles", "roster", "empty-and-hidden-teams"]) {
    const { chart, total } = await browser.json<ReviewPage>(`${base}/reviews/${name}`);
    const parts = (chart?.bars ?? []).flatMap((bar) => bar.parts).filter(({ where }) => where !== undefined);
    for (const { count: counted, where } of parts) {
      const query = new URLSearchParams(where);
      const page = await browser.json<ReviewPage>(`${base}/reviews/${name}?${query}`);
      assert.equal(page.total, counted, `${name}: ${query} leads to as many rows as its number says`);
    }
    const isWhole = !["dormant", "empty-and-hidden-teams"].includes(name);
    const sum = parts.reduce((all, part) => all + part.count, 0);
    if (isWhole) assert.equal(sum, total, name);
  }
  const changes = await browser.json<ReviewPage>(`${base}/reviews/changes?since=${since}`);
  assert.equal(changes.since?.source, since);
  const account = changes.chart?.bars.find(({ label }) => label === "Account");
  assert.deepEqual(
    account?.parts.map(({ label, count: counted }) => [label, counted]),
    [
      ["added", 1],
      ["removed", 1],
    ],
  );
});

test("a review is filtered, searched and ordered as people are, and its download has what is shown", async () => {
  const all = await everyRecord(`${base}/reviews/two-factor`);
  const disabled = await everyRecord(`${base}/reviews/two-factor?status=disabled&order=name`);
  assert.deepEqual(
    disabled.map(({ id }) => id).toSorted(),
    all
      .filter(({ status }) => status === "disabled")
      .map(({ id }) => id)
      .toSorted(),
  );
  const json = await browser.json<{ rows: { id: string }[] }>(
    `${base}/reviews/two-factor/export?format=json&status=disabled&order=name`,
  );
  assert.deepEqual(
    json.rows.map(({ id }) => id),
    disabled.map(({ id }) => id),
  );
  const [team] = await everyRecord(`${base}/teams`);
  const members = await browser.json<TablePage>(`${base}/reviews/two-factor?team=team/${String(team?.["id"])}`);
  assert.equal(members.total, team?.["members"]);
  assert.equal((await browser.get(`${base}/reviews/two-factor?nothing=x`)).status, 400);
});

test("people come by risk: disabled owners and managers first, then those without a second factor", async () => {
  const risks = (await everyRecord(`${base}/people`)).map(({ status, roles, twoFactor }) => {
    const isPrivileged = ["owner", "manager"].includes((roles as string[])[0] ?? "");
    if (isPrivileged) return status === "disabled" ? 0 : twoFactor === "yes" ? 3 : 1;
    return status === "disabled" && (roles as string[]).length > 0 ? 2 : 3;
  });
  assert.deepEqual(risks, risks.toSorted());
  assert.ok(new Set(risks).size > 2, "the organization has people of several risks");
});

test("the evidence pack is the command's, byte for byte", async () => {
  const bytes = await download(`${base}/evidence?since=${since}`);
  const out = join(scratch.path, "evidence.zip");
  const command = await runProgram(["evidence", "-f", file, "--since", earlier, "--out", out], { cwd: scratch.path });
  assert.equal(command.code, 0, command.stderr);
  assert.deepEqual(bytes, readFileSync(out));
});

test("resources, entitlements and grants come in pages that together are all rows", async () => {
  for (const [path, sql] of [
    ["resources", "v1_resources"],
    ["resources?type=team", "v1_resources where resource_type_id = 'team'"],
    ["entitlements", "v1_entitlements"],
    ["entitlements?type=team", "v1_entitlements where resource_type_id = 'team'"],
    ["grants", "v1_grants"],
  ] as const) {
    assert.equal((await everyRow(`${base}/${path}`)).length, count(sql), path);
  }
  const listed = await browser.json<TablePage>(`${base}/resources?type=team`);
  assert.equal(listed.columns[0]?.key, "name", "a row is headed by what it is called");
  assert.ok(listed.rows.every(({ cells, links }) => cells[0] !== "" && links?.[0]?.to === "resource"));
  const { columns, rows } = await browser.json<TablePage>(`${base}/entitlements?type=organization`);
  assert.equal(columns[0]?.key, "name");
  for (const row of rows) {
    const id = String(row.cells.at(-1));
    const held = await browser.json<TablePage>(`${base}/grants?entitlement=${encodeURIComponent(id)}`);
    assert.equal(held.total, count(`v1_grants where entitlement_id = '${id}'`));
    assert.equal(row.cells.at(-2), held.total);
  }
  const [team] = await everyRecord(`${base}/teams`);
  const detail = await browser.json<ResourceDetail>(`${base}/resources/team/${String(team?.["id"])}`);
  assert.equal(detail.name, team?.["name"]);
  assert.equal(detail.entitlements.find(({ slug }) => slug === "manager")?.holders, team?.["managers"]);
});

test("files of other connectors are shown, of either version; unknown, damaged and missing ones are explained", async () => {
  for (const name of ["minimal-v1.c1z", "minimal-v3.c1z"]) {
    const address = `/api/sources/${await open(join(golden, name))}`;
    const info = await browser.json<SourceInfo>(address);
    assert.equal(info.isCloudsmith, false);
    assert.equal(info.totals.people, 5);
    const people = (await everyRecord(`${address}/people`)).map(({ name: called }) => called);
    assert.deepEqual(
      people.toSorted(),
      ["Ada", "Bob", "Cyd", "Dee", "Eve"].map((first) => `${first} Example`),
    );
  }
  const damaged = join(scratch.path, "damaged.c1z");
  copyFileSync(join(golden, "model.json"), damaged);
  for (const [path, code, status] of [
    [join(golden, "v3", "shapes-wal-twolevel.c1z"), "FILE-V3", 422],
    [damaged, "FILE-CORRUPT", 422],
    [join(scratch.path, "missing.c1z"), "FILE-NOT-FOUND", 404],
    [scratch.path, "FILE-DIRECTORY", undefined],
  ] as const) {
    const answer = await browser.post("/api/files", { path });
    const { error } = JSON.parse(answer.body) as { error: { code: string; title: string; hint?: string } };
    assert.notEqual(answer.status, 200, path);
    if (status === undefined) continue;
    assert.equal(answer.status, status, path);
    assert.equal(error.code, code);
    assert.ok(error.hint);
  }
});

test("a file that is sent is opened, remembered, and deleted when it is closed", async () => {
  const headers = {
    cookie: browser.cookie,
    origin: web.origin,
    "x-csrf-token": browser.csrfToken,
    "content-type": "application/octet-stream",
  };
  const sent = await web.ask("/api/files/upload?name=..%2Fmine.c1z", {
    method: "POST",
    headers,
    body: readFileSync(file),
  });
  assert.equal(sent.status, 200, sent.body);
  const { source, title } = JSON.parse(sent.body) as { source: string; title: string };
  assert.equal(title, "mine.c1z");
  assert.equal((await browser.json<SourceInfo>(`/api/sources/${source}`)).totals.grants, count("v1_grants"));
  const listed = async () =>
    (await browser.json<{ files: { source: string }[] }>("/api/files")).files.map((one) => one.source);
  assert.equal((await listed())[0], source);
  assert.equal((await browser.post(`/api/files/${source.slice("file:".length)}/close`, {})).status, 200);
  assert.ok(!(await listed()).includes(source));
  assert.equal((await browser.get(`/api/sources/${source}`)).status, 404);
  // More than any other request may have: it is taken, and then seen to be nothing.
  const body = Buffer.alloc(3_000_000);
  const nonsense = await web.ask("/api/files/upload?name=my%20$%26.c1z", { method: "POST", headers, body });
  assert.equal(nonsense.status, 422);
  const { error } = JSON.parse(nonsense.body) as FailureBody;
  assert.equal(error.code, "FILE-CORRUPT");
  assert.match(error.message, /my \$&\.c1z/);
  assert.ok(!nonsense.body.includes(web.dataDir), "where it lay is nothing to who sent it");
  assert.deepEqual(readdirSync(join(web.dataDir, "uploads")), []);
});

test("a file that is replaced is read anew", async () => {
  const path = join(scratch.path, "replaced.c1z");
  copyFileSync(earlier, path);
  // As Windows copies it.
  const source = await open(`"${path}"`);
  const before = await browser.json<TablePage>(`/api/sources/${source}/people?q=newcomer`);
  assert.equal(before.total, 0);
  copyFileSync(file, `${path}.new`);
  renameSync(`${path}.new`, path);
  assert.equal((await browser.json<TablePage>(`/api/sources/${source}/people?q=newcomer`)).total, 1);
});

test("people who fit are exported as they are listed, in every form", async () => {
  const { total } = await browser.json<TablePage>(`${base}/people?status=disabled`);
  const csv = await browser.get(`${base}/people/export?format=csv&status=disabled`);
  assert.equal(csv.body.split("\r\n").length - 2, total);
  const json = await browser.json<{ rows: { status: string }[] }>(`${base}/people/export?format=json&status=disabled`);
  assert.equal(json.rows.length, total);
  assert.ok(json.rows.every(({ status }) => status === "disabled"));
  assert.equal((await download(`${base}/people/export?format=xlsx`)).subarray(0, 2).toString(), "PK");
});

test("ids of any letters lead to their person", async () => {
  const path = join(scratch.path, "odd.c1z");
  const users = ["a/b", "50%", "%2f", "what?", "#1", "a:b", "...", "ü ber", "a+b", "a&b=c", "'", '"', "\\"];
  await writeSync(path, scratch.path, { users });
  const source = await open(path);
  for (const id of users) {
    const person = await browser.json<PersonDetail>(`/api/sources/${source}/people/user/${encodeURIComponent(id)}`);
    assert.equal(person.id, id);
    const grants = await browser.json<TablePage>(
      `/api/sources/${source}/grants?principal=${encodeURIComponent(`user/${id}`)}`,
    );
    assert.equal(grants.total, 1, id);
  }
});

test("a path that is none is refused", async () => {
  for (const body of [
    null,
    [],
    {},
    { path: 1 },
    { path: " " },
    { path: "a\0b" },
    { path: "x".repeat(5000) },
    { file: "x" },
  ]) {
    assert.equal((await browser.post("/api/files", body)).status, 400, JSON.stringify(body).slice(0, 40));
  }
});

for (const query of [
  "limit=0",
  "limit=201",
  "limit=x",
  "offset=-1",
  "order=x",
  "status=x",
  "twoFactor=maybe",
  "colour=red",
  "descending=2",
]) {
  test(`people?${query} is refused`, async () => {
    assert.equal((await browser.get(`${base}/people?${query}`)).status, 400);
  });
}

test("a source, person, team, resource or review that is not there is 404", async () => {
  for (const path of [
    ...["/api/sources/file:nope", "/api/sources/run:nope/people", "/api/sources/x", `${base}/people/user/nope`],
    ...[`${base}/teams/team/nope`, `${base}/resources/user/nope`, `${base}/reviews/nope`, `${base}/nope`],
    ...[`${base}/reviews/access`, `${base}/reviews/changes?since=file:nope`],
  ]) {
    assert.equal((await browser.get(path)).status, 404, path);
  }
});

test("a file that cannot be read to the end is refused, and meanwhile the others answer", async () => {
  const path = join(scratch.path, "endless.c1z");
  writeEndless(join(golden, "minimal-v1.c1z"), path, "v1_grants");
  const opening = browser.post("/api/files", { path });
  assert.ok((await browser.json<TablePage>(`${base}/people?limit=1`)).total > 0);
  const { status, body } = await opening;
  assert.ok(status >= 400, body);
  assert.match(body, /FILE-/);
  assert.ok((await browser.json<TablePage>(`${base}/people?limit=1`)).total > 0);
});

test("a file that takes the process that reads it down is said to, and the next question is answered", async () => {
  const killed = execFileSync("pgrep", ["-P", String(process.pid), "-f", "console-read"], { encoding: "utf8" });
  for (const pid of killed.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
  // The one that was already on its way is told; which that is depends on when the end is noticed.
  const first = browser.json<TablePage>(`${base}/people?limit=1`);
  await first.catch((error: unknown) => assert.match(String(error), /FILE-PROCESS-LOST/));
  assert.ok((await browser.json<TablePage>(`${base}/people?limit=1`)).total > 0);
});

test("changes since the sync before are the same for both versions of the file, wherever the file before lies", async () => {
  const names: Record<string, string> = {};
  for (const engine of ["sqlite", "pebble"] as const) {
    const path = join(scratch.path, `two-${engine}.c1z`);
    for (const users of [
      ["ada", "bob"],
      ["ada", "zoe"],
    ])
      await writeSync(path, scratch.path, { users, engine });
    names[engine] = path;
  }
  const [v1 = "", v3 = ""] = [names["sqlite"], names["pebble"]];
  // As runs of a connector are kept: nothing lies beside the file.
  const [alone, other] = [join(scratch.path, "alone.c1z"), join(scratch.path, "run-before.c1z")];
  copyFileSync(v3, alone);
  copyFileSync(`${v3}.previous`, other);
  const kept = {
    currentFile: () => ({ path: alone, title: "alone", fileName: "alone", before: [alone, other] }),
    runFile: () => undefined,
  };
  await using second = await startWebServer({ kept });
  const reader = await second.signIn();
  const asked = async (path: string): Promise<readonly unknown[]> => {
    const info = await browser.json<SourceInfo>(`/api/sources/${await open(path)}`);
    assert.equal(info.hasEarlierSync, true);
    return changesIn(await browser.json<ReviewPage>(`/api/sources/${info.source}/reviews/changes`));
  };
  const changesIn = ({ rows, counts, since: from }: ReviewPage): readonly unknown[] => {
    assert.match(from?.title ?? "", /^Sync of /);
    return [rows.map((row) => JSON.stringify(row)).toSorted(), counts];
  };
  const expected = await asked(v1);
  assert.match(JSON.stringify(expected), /zoe/);
  assert.deepEqual(await asked(v3), expected);
  const current = "/api/sources/connector:any";
  assert.equal((await reader.json<SourceInfo>(current)).hasEarlierSync, true);
  assert.deepEqual(changesIn(await reader.json<ReviewPage>(`${current}/reviews/changes`)), expected);
  const { reviews } = await reader.json<{ readonly reviews: readonly ReviewInfo[] }>(`${current}/reviews`);
  assert.ok(reviews.find(({ name }) => name === "changes")?.headline);
  const [first = "", ...more] = (await reader.get(`${current}/reviews/changes/export?format=csv`)).body.split("\r\n");
  assert.ok(first.startsWith("What,Change") && more.length > 2);
  assert.equal((await reader.get(`${current}/evidence`)).status, 200);
});
