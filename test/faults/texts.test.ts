import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { parseOrgSlug } from "../../src/cloudsmith/pasted.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { logLines, runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { syncUnderFaults } from "./fault-bench.ts";

/** Texts that programs have stumbled over. */
const texts: readonly string[] = [
  "e\u0301 combining",
  "é composed",
  "a\u0300\u0301\u0302\u0303 stacked",
  "\u0301 begins with a mark",
  "نور الهدى",
  "שלום עולם",
  "abc \u202Edcba",
  "\u2066isolated\u2069",
  "\u200Fmark",
  "\u061Cletter mark",
  "👩‍👩‍👧 family",
  "🏴󠁧󠁢󠁷󠁬󠁳󠁿 flag",
  "👍🏽",
  "𝕏 𝒜",
  "𠜎𠜱𠝹",
  "\u{10FFFF}",
  "\u{1F600}".repeat(50),
  "zero\u200Bwidth",
  "no\u200Cjoin",
  "join\u200Der",
  "\uFEFFbyte order mark",
  "soft\u00ADhyphen",
  "word\u2060joiner",
  "nul \u0000 inside",
  "bell \u0007",
  "escape \u001b[31m red \u001b[0m",
  "\u001b]0;title\u0007",
  "\u009b31m C1 control",
  "backspace \b\b\b",
  "tab\there",
  "line\nbreak",
  "carriage\rreturn",
  "line\u2028separator",
  "paragraph\u2029separator",
  "vertical\vtab",
  "form\ffeed",
  "delete \u007f",
  "\u0085 next line",
  "\uD800 lone high",
  "\uDC00 lone low",
  "\uDC00\uD800 swapped",
  "İstanbul",
  "ıI",
  "Straße",
  "STRASSE",
  "ﬁne ligature",
  "Ǆ titlecase ǅ",
  "ΑΣ final ς",
  "admin",
  "Admin",
  "ADMIN",
  "аdmin with a Cyrillic а",
  "\u212Bngström",
  "\u00C5ngström",
  "'; drop table v1_grants; --",
  '"quoted"',
  "back\\slash",
  "%00%2f",
  "<script>alert(1)</script>",
  `$${"{jndi:ldap://x}"}`,
  "{{7*7}}",
  "=cmd()",
  "n".repeat(10_000),
  " leading and trailing ",
  "constructor",
  "__proto__",
  "\u00A0",
];

const sandbox = await startSandbox({
  organization: { members: texts.length + 5, teams: texts.length, teamsPerMember: 2 },
});
after(() => sandbox.close());
const { members, teams } = sandbox.organization;

test(`T-46: ${texts.length} odd texts as names, addresses, teams and the organization's name arrive in the file as they were sent`, async () => {
  assert.ok(texts.length >= 60);
  texts.forEach((sent, index) => {
    // Half of a surrogate pair is no character and has no UTF-8: it is replaced, as by Go's JSON reader.
    const text = sent.toWellFormed();
    Object.assign(members[index] ?? {}, { userName: text, overrides: { user_name: sent } });
    Object.assign(teams[index] ?? {}, { name: text, description: text });
  });
  // Addresses with white space or without @ are no addresses, which is the connector's word on them; invisible
  // characters are taken out of them.
  const addresses = texts
    .map((text) => `${text.toWellFormed()}@x.example`)
    .filter((text) => /^[^\s@*<>…\p{Cf}]+@x\.example$/u.test(text) && !text.includes(".."));
  for (const [index, email] of addresses.entries()) Object.assign(members[index] ?? {}, { email });
  Object.assign(sandbox.organization, { name: texts.join(" ").slice(0, 5_000).toWellFormed() });
  await syncUnderFaults(sandbox, { expected: "whole" });
});

test("T-46: people and teams whose names differ only in case, form or invisible characters stay apart", async () => {
  const alike = ["Zoë", "Zoe\u0308", "zoë", "Zoë\u200B", "Z\u043Eë", " Zoë"];
  alike.forEach((name, index) => {
    Object.assign(members[index] ?? {}, { userName: name, overrides: undefined });
    Object.assign(teams[index] ?? {}, { name });
  });
  await syncUnderFaults(sandbox, { expected: "whole" });
});

test("T-100: names that would act upon a terminal or fake a log line come out as escapes, one event a line", async () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\r\n{"level":"info","msg":"fake"}\u2028\u202E';
  await using own = await startSandbox({ organization: { members: 6, teams: 1 } });
  for (const member of own.organization.members)
    Object.assign(member, { userName: `${member.userName}${evil}`, overrides: { role: evil } });
  using scratch = scratchDirectory();
  const env = settingsFor(own);
  const runs = [];
  for (const argv of [
    [],
    ["--log-format", "console", "-f", "y.c1z"],
    ["validate"],
    ["report", "roster"],
    ["doctor"],
    ["report", "access", evil],
  ]) {
    runs.push(await runProgram(argv, { cwd: scratch.path, env }));
  }
  for (const { stdout, stderr } of runs) {
    for (const text of [stdout, stderr]) {
      assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ""), /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      assert.doesNotMatch(text, /^\{"level":"info","msg":"fake"\}/m);
    }
  }
  const [json = assert.fail()] = runs;
  assert.ok(
    logLines(json).some(({ code }) => code === "CS-ROLE-UNKNOWN"),
    "the text was in a log line",
  );
});

const slugs: readonly (readonly [slug: string, sent: string | undefined])[] = [
  ["ACME", "ACME"],
  ["a", "a"],
  ["9", "9"],
  ["_", "_"],
  ["-leading", "-leading"],
  ["trailing-", "trailing-"],
  ["a".repeat(255), "a".repeat(255)],
  [" acme ", "acme"],
  ["acme/", "acme"],
  ["..", undefined],
  [".", undefined],
  [".hidden", undefined],
  ["a.b", undefined],
  ["%2f", undefined],
  ["a%00", undefined],
  ["a/b", undefined],
  ["a?b", undefined],
  ["a#b", undefined],
  ["two words", undefined],
  ["ünïcode", undefined],
  ["a\u0000", undefined],
  ["a\nb", undefined],
  ["../../etc/passwd", undefined],
  ["a;b", undefined],
  ["", undefined],
];

test(`T-47: each of ${slugs.length} slugs at the edge is sent as it is or refused; the path never changes`, () => {
  for (const [slug, sent] of slugs) {
    if (sent === undefined) assert.throws(() => parseOrgSlug(slug), BatonError, JSON.stringify(slug));
    else assert.equal(parseOrgSlug(slug), sent);
  }
});

test("T-47: slugs of people and teams that Cloudsmith would not give are asked for under one path", async () => {
  const odd = ["..", ".", "a/b", "a%2fb", "a?b", "a#b", "two words", "-x", "ünï", "\u0000"];
  await using own = await startSandbox({
    organization: { members: odd.length + 3, teams: odd.length },
    membersCarryTeams: false,
  });
  odd.forEach((slug, index) => {
    Object.assign(own.organization.members[index + 3] ?? {}, { user: slug });
    Object.assign(own.organization.teams[index] ?? {}, { slug });
  });
  await syncUnderFaults(own, { expected: "whole", sight: { teamsOnMemberships: false } }).catch((caught: unknown) => {
    // The sandbox, like any server, may not find a team under such a slug; what counts is the path.
    assert.match(String(caught), /missing|404|no list of members/);
  });
  for (const { path } of own.requests)
    assert.match(
      path,
      /^\/(user\/self\/|orgs\/sandbox-org\/((members|teams|services)\/([^/?#]+(\/members|\/)?)?)?)$/,
      path,
    );
});

test("T-101: searches and slugs with the characters of SQL, patterns and prototypes find nothing but what they name", async () => {
  await using own = await startSandbox({ organization: { members: 8, teams: 2 } });
  using scratch = scratchDirectory();
  const env = settingsFor(own);
  assert.equal((await runProgram([], { cwd: scratch.path, env })).code, 0);
  const searches = [
    "%",
    "_",
    "' or 1=1 --",
    '" or ""="',
    "*",
    ".*",
    "(a+)+$",
    "__proto__",
    "constructor",
    "toString",
    "\\",
    "a".repeat(50_000),
  ];
  await Promise.all(
    searches.map(async (text) => {
      const run = await runProgram(["report", "access", text], { cwd: scratch.path });
      assert.notEqual(run.code, 0, text.slice(0, 40));
      assert.match(run.stderr, /REPORT-NOT-FOUND/, text.slice(0, 40));
    }),
  );
});
