/** Reviews decided over HTTP by named people, each route by each role, and links that can be taken back. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startSandbox } from "../../../sandbox/server.ts";
import { openTestConnectors } from "../../../test/console/test-connectors.ts";
import { type Reply, type SignedIn, startWebServer, type WebServer } from "../../../test/console/web-server.ts";
import { scratchDirectory } from "../../../test/e2e/program.ts";
import { auditLines } from "../../../test/support/audit-lines.ts";
import { recordsOf } from "../../../test/support/table-records.ts";
import { syncSandbox } from "../../../test/trust/sandbox-sync.ts";
import { filesBelow, hitsIn } from "../../../test/trust/secret-forms.ts";
import { makeKeys, readPublicKey } from "../../evidence/keys.ts";
import { verifyPack } from "../../evidence/verify.ts";
import { ReviewFile } from "../../reviews/review-file.ts";
import { brokenLine, chainedLines } from "../../sdk/chained-lines.ts";
import { systemClock } from "../../sdk/clock.ts";
import type { ConsoleEvent } from "../contract/events.ts";
import type { FailureBody } from "../contract/failures.ts";
import type { QuestionInput } from "../contract/inputs.ts";
import type { DecidedReview, DecidedReviewPage, ListedPage, NewPerson, Person, Role } from "../contract/reviews.ts";
import type { SessionInfo } from "../contract/session.ts";
import type { ReviewPage, ReviewsOverview, TablePage } from "../contract/sources.ts";
import { restoreBackup } from "../store/backup.ts";
import { membersQuestion, peopleQuestion, reportQuestion } from "../ui/decisions/shown-question.ts";
import { type TableQuery, tableApi, wholeTable } from "../ui/rows/table-query.ts";

const bodyOf = <T>({ body, status }: Reply, expected = 200): T => {
  assert.equal(status, expected, body);
  return JSON.parse(body) as T; // what the test asserts
};

const scratch = scratchDirectory();
const [first, second] = [join(scratch.path, "first.c1z"), join(scratch.path, "second.c1z")];
const source = "connector:1";
let current = first;
const kept = {
  currentFile: () => ({
    path: current,
    title: "org",
    fileName: "org",
    connectorId: "1",
    before: current === second ? [first] : [],
  }),
  runFile: () => undefined,
};

before(async () => {
  await using sandbox = await startSandbox({ organization: { members: 40, teams: 4, seed: 7, inactiveShare: 0.2 } });
  for (const user of ["leaver", "stayer"])
    sandbox.edit.addMember({ user, userName: `The ${user}`, email: `${user}@example.com`, role: "Manager" });
  await syncSandbox(sandbox, first);
  sandbox.edit.removeMember("leaver");
  await syncSandbox(sandbox, second);
  await makeKeys(join(scratch.path, "key"));
});
after(() => scratch[Symbol.dispose]());

async function person(
  web: WebServer,
  admin: SignedIn,
  name: string,
  role: Role,
): Promise<NewPerson & { page: SignedIn }> {
  const made = bodyOf<NewPerson>(await admin.post("/api/persons", { name, role }));
  return { ...made, page: await web.signIn(made.link) };
}

test("a reviewer decides by a link of their own, the next sync says what was done, and the evidence holds it", async () => {
  current = first;
  await using web = await startWebServer({ kept, evidenceKeyFile: join(scratch.path, "key") });
  const admin = await web.signIn();
  const { page: zoe } = await person(web, admin, "Zoë", "reviewer");
  const started = bodyOf<DecidedReview>(
    await admin.post("/api/reviews", { source, title: "Q4", question: { report: "owners" } }),
  );
  const path = `/api/reviews/${started.id}`;
  const whole = await zoe.json<DecidedReviewPage>(`${path}?limit=200`);
  const email = whole.columns.findIndex(({ key }) => key === "email");
  const rowOf = (text: string): number => whole.rows.find(({ cells }) => cells[email] === text)?.row ?? 0;
  const revoked = [rowOf("leaver@example.com"), rowOf("stayer@example.com")];
  const told: ConsoleEvent[] = [];
  web.hub.subscribe((event) => told.push(event));
  bodyOf(await zoe.post(`${path}/decide`, { rows: revoked, decision: "revoke", note: "left" }));
  assert.equal((await zoe.json<DecidedReviewPage>(`${path}?show=undecided`)).total, whole.total - 2);
  bodyOf(await zoe.post(`${path}/sign`, {}), 422);
  bodyOf(await zoe.post(`${path}/decide`, { rows: "undecided", decision: "keep" }));
  const signed = bodyOf<DecidedReview>(await zoe.post(`${path}/sign`, {}));
  assert.equal(signed.sourceTitle, "org", "which of several organizations it is about");
  assert.equal(signed.signed?.by, "Zoë");
  bodyOf(await zoe.post(`${path}/decide`, { rows: "all", decision: "keep" }), 422);
  assert.equal((await zoe.json<DecidedReviewPage>(path)).check, null);
  const isTold = { type: "review", reviewId: started.id, page: "" };
  assert.deepEqual(told, [isTold, isTold, isTold], "all others who look at it hear of two decisions and a signature");

  current = second;
  const after = await zoe.json<DecidedReviewPage>(`${path}?show=revoke`);
  assert.deepEqual(after.check?.counts, { done: 1, "still-there": 1, unclear: 0 });
  assert.deepEqual(
    after.rows.map(({ row, outcome, by, note }) => [row, outcome, by, note]),
    revoked
      .map((row, index) => [row, index === 0 ? "done" : "still-there", "Zoë", "left"])
      .toSorted((a, b) => Number(a[0]) - Number(b[0])),
  );
  const { body: csv, headers } = await zoe.get(`${path}/export?format=csv`);
  assert.match(String(headers["content-disposition"]), /"org-Q4-decisions\.csv"/);
  assert.match(csv, /stayer@example\.com.*revoke,left,Zoë,[^,]*,still there/);

  const reply = await fetch(`${web.origin}/api/sources/${source}/evidence`, { headers: { cookie: zoe.cookie } });
  const pack = Buffer.from(await reply.arrayBuffer());
  const verified = verifyPack(pack, { key: readPublicKey(join(scratch.path, "key.pub")), fileSha256: undefined });
  assert.equal(verified.decisions, 1);
  const log = readFileSync(join(web.dataDir, "audit.ndjson"));
  assert.equal(brokenLine(chainedLines(log)), undefined);
  const lines = auditLines(web.dataDir);
  assert.ok(lines.some(({ details }) => details["sha256"] === createHash("sha256").update(pack).digest("hex")));
  const actors = new Map(lines.map(({ action, actor }) => [action, actor]));
  assert.deepEqual(
    [actors.get("review-started"), actors.get("review-decided"), actors.get("review-signed")],
    ["owner", "Zoë", "Zoë"],
  );
});

test("a list of leavers is looked for, exported and reviewed", async () => {
  current = first;
  await using web = await startWebServer({ kept });
  const admin = await web.signIn();
  const list = Buffer.from("leaver@example.com\nnobody\n").toString("base64");
  const listed = bodyOf<ListedPage>(await admin.post(`/api/sources/${source}/list?limit=1`, { list }));
  assert.deepEqual([listed.total, listed.rows.length, listed.rows[0]?.[2]], [2, 1, "found"]);
  assert.match((await admin.post(`/api/sources/${source}/list/export?format=csv`, { list })).body, /nobody,not found/);
  const started = bodyOf<DecidedReview>(await admin.post("/api/reviews", { source, question: { list } }));
  assert.equal(started.rows, 2);
  // Larger than other bodies may be, and no larger than the command line takes.
  const lines = (bytes: number): string =>
    Buffer.from("leaver@example.com\n".repeat(bytes / "leaver@example.com\n".length)).toString("base64");
  const long = bodyOf<ListedPage>(await admin.post(`/api/sources/${source}/list`, { list: lines(3_000_000) }));
  assert.equal(long.total, 1);
  bodyOf(await admin.post("/api/reviews", { source, question: { list: lines(3_000_000) } }));
  bodyOf(await admin.post(`/api/sources/${source}/list`, { list: lines(9_000_000) }), 413);
  const empty = bodyOf<{ error: { code: string } }>(await admin.post(`/api/sources/${source}/list`, { list: "" }), 400);
  assert.equal(empty.error.code, "REPORT-LIST");
  bodyOf(await admin.post("/api/reviews", { source, question: { report: "resource-types" } }), 400);
  bodyOf(await admin.get("/api/reviews/..%2Faudit"), 404);
});

test("of a list the page shows what the export reads out of the file, however somebody is named", async () => {
  current = second;
  await using web = await startWebServer({ kept });
  const admin = await web.signIn();
  const { rows } = bodyOf<TablePage>(await admin.get(`/api/sources/${source}/people?offset=0&limit=200`));
  const named = rows.flatMap(({ cells, links }, at) => [cells[at % 2], links?.[0]?.id]).filter((text) => text);
  const list = Buffer.from([...named, "user:x", "nobody"].join("\n")).toString("base64");
  const page = bodyOf<ListedPage>(await admin.post(`/api/sources/${source}/list`, { list }));
  const exported = await admin.post(`/api/sources/${source}/list/export?format=json`, { list });
  const report = JSON.parse(exported.body) as { rows: Record<string, unknown>[]; counts: unknown };
  const shown = page.rows.map((row) => Object.fromEntries(page.keys.map((key, at) => [key, row[at] ?? null])));
  assert.ok(shown.length > rows.length);
  const told = report.rows.map((row) => Object.fromEntries(page.keys.map((key) => [key, row[key] ?? null])));
  assert.deepEqual(shown, told);
});

test("what a page shows can be reviewed: every review, filter, search and team, with the rows that are shown", async () => {
  current = second;
  await using web = await startWebServer({ kept });
  const admin = await web.signIn();
  const start = async (question: QuestionInput): Promise<number> =>
    bodyOf<DecidedReview>(await admin.post("/api/reviews", { source, question })).rows;
  const teams = recordsOf(await admin.json<TablePage>(`/api/sources/${source}/teams`));
  const team = teams.find(({ members, managers }) => Number(members) > Number(managers) && Number(managers) > 0);
  assert.ok(team);
  const teamKey = `team/${String(team["id"])}`;
  const { reviews } = await admin.json<ReviewsOverview>(`/api/sources/${source}/reviews`);
  const places = [
    { path: "people", ask: peopleQuestion },
    { path: `teams/${teamKey}/people`, ask: (query: TableQuery) => membersQuestion(teamKey, query) },
    ...reviews.map(({ name }) => ({
      path: `reviews/${name}`,
      ask: (query: TableQuery) => reportQuestion(name, query),
    })),
  ];
  let tried = 0;
  for (const { path, ask } of places) {
    const shown = async (query: Partial<TableQuery>): Promise<TablePage & Partial<ReviewPage>> =>
      await admin.json(tableApi(`/api/sources/${source}/${path}`, { ...wholeTable, ...query }));
    const page = await shown({});
    if (page.isAboutAccess === false) continue;
    const emailAt = page.columns.findIndex(({ key }) => key === "email");
    const filters: Partial<TableQuery>[] = [
      {},
      ...page.columns.flatMap(({ key, choices }) => choices.map(({ value }) => ({ where: { [key]: value } }))),
      ...(page.columns.some(({ key }) => key === "twoFactor") && !path.startsWith("teams") ? [{ team: teamKey }] : []),
      ...(emailAt === -1 ? [] : [{ q: String(page.rows[0]?.cells[emailAt] ?? "").slice(0, 4) }]),
    ];
    for (const filter of filters) {
      const { total } = await shown(filter);
      if (total === 0) continue;
      const rows = await start(ask({ ...wholeTable, ...filter }));
      // Who manages a team is a member of it as well, which are two places that can be taken away.
      if (path.startsWith("teams")) assert.ok(rows >= total && rows <= 2 * total, JSON.stringify(filter));
      else assert.equal(rows, total, `${path} ${JSON.stringify(filter)}`);
      tried++;
    }
  }
  assert.ok(tried > 60, `${tried} were tried`);
});

test("a link that is taken back ends at once, and of a link only a hash is kept", async () => {
  await using connectors = await openTestConnectors();
  await using web = await startWebServer({ connectors: connectors.connectors });
  const admin = await web.signIn();
  const { page, person: bob, link } = await person(web, admin, "Bob", "viewer");
  const session = await page.json<SessionInfo>("/api/session");
  assert.deepEqual([session.name, session.role, session.dataDir], ["Bob", "viewer", ""]);
  assert.ok((await web.signIn(link)).cookie, "the link is good until it is taken back");
  const token = new URL(link).searchParams.get("token") ?? "";
  assert.deepEqual(hitsIn(filesBelow(connectors.dataDir), { token }), []);
  const refused = async (name: string) =>
    bodyOf<FailureBody>(await admin.post("/api/persons", { name, role: "admin" }), 400).error;
  assert.match((await refused(" Bob ")).hint ?? "", /another name/);
  assert.match((await refused("x".repeat(201))).message, /name has more than 200 characters/);
  const { persons } = bodyOf<{ persons: Person[] }>(await admin.post(`/api/persons/${bob.id}/revoke`, {}));
  assert.deepEqual(persons, []);
  assert.equal((await page.get("/api/session")).status, 401);
  await assert.rejects(web.signIn(link), /401/);
});

/** Least role by route, as this test says it; every other one is for admins. */
const open: Readonly<Record<string, Role>> = {
  "GET /api/session": "viewer",
  "POST /api/sign-out": "viewer",
  "GET /api/events": "viewer",
  "GET /api/attention": "viewer",
  "GET /api/connectors": "viewer",
  "GET /api/connectors/:id": "viewer",
  "GET /api/connectors/:id/runs": "viewer",
  "GET /api/runs/:runId": "viewer",
  "GET /api/reviews": "viewer",
  "GET /api/reviews/:id": "viewer",
  "GET /api/reviews/:id/export": "viewer",
  "POST /api/reviews/:id/decide": "reviewer",
  "POST /api/reviews/:id/sign": "reviewer",
  "POST /api/sources/:source/list": "viewer",
  "POST /api/sources/:source/list/export": "viewer",
};
const ranks: readonly Role[] = ["viewer", "reviewer", "admin"];

test("each route is refused to anyone who may not ask it, and to nobody else", async () => {
  await using connectors = await openTestConnectors();
  await using web = await startWebServer({ connectors: connectors.connectors });
  const admin = await web.signIn();
  const routes = web.app.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/"));
  assert.ok(routes.length > 40, String(routes.length));
  for (const role of ranks) {
    const { link } = await person(web, admin, role, role);
    for (const { method, path } of routes) {
      const name = `${method} ${path}`;
      if (name === "GET /api/events") continue;
      const least = open[name] ?? (name.startsWith("GET /api/sources/:source") ? "viewer" : "admin");
      const isAllowed = ranks.indexOf(role) >= ranks.indexOf(least);
      if (isAllowed && role === "admin") continue;
      // A new one each time: signing out is one of the routes.
      const page = await web.signIn(link);
      const address = path.replaceAll(/:\w+(?:\{([a-z-]+).*?\})?/g, (_all: string, word?: string) => word ?? "x");
      const reply = method === "POST" ? await page.post(address, {}) : await page.get(address);
      assert.equal(reply.status === 403, !isAllowed, `${role}: ${name} answered ${reply.status}`);
    }
  }
});

test("who is no admin sees no settings, no key, no failure and no path of this machine", async () => {
  await using sandbox = await startSandbox({ organization: { members: 5, teams: 1, seed: 1 } });
  await using connectors = await openTestConnectors();
  await using web = await startWebServer({ connectors: connectors.connectors });
  const { id } = await connectors.connect(sandbox);
  const admin = await web.signIn();
  const { page } = await person(web, admin, "Bob", "reviewer");
  const { body } = await page.get(`/api/connectors/${id}`);
  for (const hidden of [sandbox.baseUrl, connectors.dataDir, sandbox.keys.service.slice(-4)])
    assert.ok(!body.includes(hidden), hidden);
  assert.ok((await admin.get(`/api/connectors/${id}`)).body.includes(sandbox.baseUrl));
});

test("a review outlives its connector, and a back-up from the page brings it back on another machine", async () => {
  await using sandbox = await startSandbox({ organization: { members: 8, teams: 1, seed: 1 } });
  await using console = await openTestConnectors();
  await using web = await startWebServer({ connectors: console.connectors });
  const { id } = await console.connect(sandbox);
  const admin = await web.signIn();
  const started = bodyOf<DecidedReview>(
    await admin.post("/api/reviews", { source: `connector:${id}`, question: { report: "roster" } }),
  );
  bodyOf(await admin.post(`/api/reviews/${started.id}/decide`, { rows: "all", decision: "keep" }));
  bodyOf(await admin.post(`/api/connectors/${id}/remove`, { slug: sandbox.organization.slug }));
  const csv = await admin.get(`/api/reviews/${started.id}/export?format=csv`);
  assert.match(csv.body, /,keep,,owner,/);
  const reply = await fetch(`${web.origin}/api/back-up`, { headers: { cookie: admin.cookie } });
  assert.equal(reply.status, 200);
  const path = join(scratch.path, "console.backup");
  writeFileSync(path, Buffer.from(await reply.arrayBuffer()));
  const restored = join(scratch.path, "restored");
  restoreBackup(path, restored);
  const review = join(restored, "reviews", `${started.id}.review`);
  assert.equal(new ReviewFile(review, systemClock).review.progress().counts.keep, started.rows);
});
