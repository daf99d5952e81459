/** T-99 and T-101: names that are formulas, and searches that are code, are texts and nothing else. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { type SignedIn, startWebServer, type WebServer } from "../../../test/console/web-server.ts";
import { runProgram, scratchDirectory } from "../../../test/e2e/program.ts";
import { settingsFor } from "../../../test/e2e/sandbox-run.ts";
import { recordsOf } from "../../../test/support/table-records.ts";
import { unprefixed } from "../../../test/support/unprefixed.ts";
import type { TablePage } from "../contract/sources.ts";

const formulas = [
  ...["=1+1", "=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1"],
  ...["＝1+1", "＋1", "－1", "＠SUM", "﹦1", "  =1+1", " -1", "'=1", "\u200b=1"],
  ...['="quoted"', "=a,b", "=a;b", "=line\nbreak", "=line\r\nbreak", "-5"],
];
const harmless = ["50% off", "under_score", "O'Brien", 'say "hi"', "back\\slash", "a.b*c", "(group)", "[class]"];
const scratch = scratchDirectory();
const file = join(scratch.path, "sync.c1z");
let sandbox: Sandbox;
let web: WebServer;
let browser: SignedIn;
let base: string;

before(async () => {
  sandbox = await startSandbox({ organization: { members: 5, teams: 2, seed: 3 } });
  for (const [index, userName] of [...formulas, ...harmless].entries()) {
    sandbox.edit.addMember({ user: `text-${index}`, userName, isActive: false, lastLoginAt: "2026-03-01T10:00:00Z" });
  }
  const synced = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(synced.code, 0, synced.stderr);
  web = await startWebServer();
  browser = await web.signIn();
  const { source } = JSON.parse((await browser.post("/api/files", { path: file })).body) as { source: string };
  base = `/api/sources/${source}`;
});
after(async () => {
  await web[Symbol.asyncDispose]();
  await sandbox.close();
  scratch[Symbol.dispose]();
});

/** First cell of each row, by the login in the second one. */
function namesByLogin(csv: string): ReadonlyMap<string, string> {
  const rows = [...csv.matchAll(/(?:^|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*)),(text-\d+),/g)];
  return new Map(rows.map(([, quoted, plain = "", login = ""]) => [login, quoted?.replaceAll('""', '"') ?? plain]));
}

for (const path of ["people/export?format=csv", "reviews/offboarding/export?format=csv"]) {
  for (const [index, formula] of formulas.entries()) {
    test(`T-99: ${JSON.stringify(formula)} is a text in ${path}, and whole again without its apostrophe`, async () => {
      const cell = namesByLogin((await browser.get(`${base}/${path}`)).body).get(`text-${index}`) ?? "";
      assert.ok(cell.startsWith("'"), cell);
      assert.equal(unprefixed(cell), formula);
    });
  }
}

test("T-99: the page gets names as they are", async () => {
  for (const [index, formula] of formulas.entries()) {
    const found = recordsOf(await browser.json<TablePage>(`${base}/people?q=text-${index}`));
    assert.ok(
      found.some(({ name, login }) => login === `text-${index}` && name === formula),
      JSON.stringify(formula),
    );
  }
});

for (const name of harmless) {
  test(`T-101: searching for ${name} finds what is called so, and nothing else`, async () => {
    const found = recordsOf(await browser.json<TablePage>(`${base}/people?q=${encodeURIComponent(name)}`));
    assert.deepEqual(
      found.map((row) => row["name"]),
      [name],
    );
  });
}

const long = 50_000;
const hostile: readonly (readonly [what: string, text: string])[] = [
  ["a closed quote", "' or '1'='1"],
  ["a second statement", "'; drop table v1_grants; --"],
  ["a union", "' union select data from v1_resources --"],
  ["double quotes", '" or ""="'],
  ["any text for LIKE", "%zzz%"],
  ["any letters for LIKE", "________"],
  ["any text for GLOB", "*zzz*"],
  ["a NUL", "\0zzz"],
  ["a prototype", "__proto__"],
  ["a constructor", "constructor"],
  ["a method", "hasOwnProperty"],
  ["a regular expression that runs for ever", `${"a".repeat(30)}!(a+)+$`],
  ["50,000 of one letter", "z".repeat(long)],
  ["50,000 brackets", "(".repeat(long)],
  ["50,000 letters and marks", "e\u0301".repeat(8000)],
  ["25,000 words", "zz ".repeat(long / 3)],
];
for (const [what, text] of hostile) {
  const q = encodeURIComponent(text);
  test(`T-101: ${what} as a search finds nobody and breaks nothing`, async () => {
    for (const path of [`people?q=${q}`, `teams?q=${q}`]) {
      const { status, body } = await browser.get(`${base}/${path}`);
      // More than the headers may have in all is refused before it is read.
      if (status === 431 || status === 400) continue;
      assert.equal(status, 200);
      assert.equal((JSON.parse(body) as TablePage).total, 0);
    }
  });
  test(`T-101: ${what} as a name of something is not found, and breaks nothing`, async () => {
    for (const path of [
      ...[`people?role=${q}`, `people?team=${q}`, `people?team=team/${q}`, `resources?type=${q}`],
      ...[`grants?entitlement=${q}`, `people/user/${q}`, `reviews/${q}`],
      ...[`reviews/changes?since=${q}`, `resources/${q}/${q.slice(0, 1000)}`],
    ]) {
      const { status, body } = await browser.get(`${base}/${path}`);
      assert.ok([200, 400, 404, 431].includes(status), `${status} from ${path.slice(0, 60)}`);
      if (status === 200) assert.equal((JSON.parse(body) as TablePage).total, 0, path.slice(0, 60));
    }
    assert.equal((await browser.json<TablePage>(`${base}/people`)).total, formulas.length + harmless.length + 5);
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });
}
