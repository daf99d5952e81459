import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { FaultKind } from "../../sandbox/faults/faults.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { always, type Expected, syncUnderFaults, trueAnswer } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 40, teams: 6 } });
after(() => sandbox.close());
const org = sandbox.organization.slug;

/** What is asked for, and how its true answer begins and ends. */
const targets = {
  members: { match: { path: /\/members\/$/, query: "is_active=true" }, path: `/orgs/${org}/members/?is_active=true` },
  teams: { match: { path: /\/teams\/$/ }, path: `/orgs/${org}/teams/?sort=name` },
  organization: { match: { path: new RegExp(`/orgs/${org}/$`) }, path: `/orgs/${org}/` },
  self: { match: { path: /\/user\/self\/$/ }, path: "/user/self/" },
} as const;
type Target = keyof typeof targets;

const truth = Object.fromEntries(
  await Promise.all(
    Object.entries(targets).map(async ([name, { path }]) => {
      const query =
        name === "members" ? "&sort=user_name&page=1&page_size=500" : name === "teams" ? "&page=1&page_size=500" : "";
      return [name, (await trueAnswer(sandbox, path + query)).text] as const;
    }),
  ),
);

const body = (text: string | Buffer): FaultKind => ({ kind: "garbage", body: text });
const changed = (target: Target, change: (text: string) => string | Buffer): FaultKind =>
  body(change(truth[target] ?? ""));

/** Answers that are no answer: each in place of a list and of an object. */
const nonsense: readonly (readonly [name: string, fault: FaultKind, list: Expected, object: Expected])[] = [
  ["an HTML page", { kind: "html" }, "CS-ANSWER-TYPE", "CS-ANSWER-TYPE"],
  ["nothing", { kind: "empty" }, "CS-ANSWER-JSON", "CS-ANSWER-JSON"],
  ["null", body("null"), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["a number", body("7"), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["text", body('"ok"'), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["an object", body("{}"), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["a list of numbers", body("[1,2]"), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["rows in an envelope", body('{"count":1,"results":[]}'), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["NaN", body("[NaN]"), "CS-ANSWER-JSON", "CS-ANSWER-JSON"],
  ["half a text", body('[{"user_id":"a'), "CS-ANSWER-JSON", "CS-ANSWER-JSON"],
  ["two texts", body("[][]"), "CS-ANSWER-JSON", "CS-ANSWER-JSON"],
  ["invalid UTF-8", body(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])), "CS-ANSWER-JSON", "CS-ANSWER-JSON"],
  ["lists 10,000 deep", body(`${"[".repeat(10_000)}${"]".repeat(10_000)}`), "CS-ANSWER-SCHEMA", "CS-ANSWER-SCHEMA"],
  ["lists deeper than a stack", body(`${"[".repeat(5_000_000)}`), "CS-ANSWER-SIZE", "CS-ANSWER-SIZE"],
];

for (const [name, fault, list, object] of nonsense) {
  test(`T-22: ${name} in place of an answer ends the sync with an error, seals nothing, and is not asked for without end`, async () => {
    for (const [target, expected] of [
      ["members", list],
      ["teams", list],
      ["organization", object],
    ] as const) {
      const faults = [{ ...fault, match: targets[target].match, times: always }];
      const { fired } = await syncUnderFaults(sandbox, { faults, expected, label: target });
      // Three attempts each for a page and the one that is fetched ahead of it.
      assert.ok(fired <= 6, `${target}: ${fired} attempts`);
    }
  });
}

test("T-22: an empty list in place of people who were announced is no empty organization", async () => {
  const faults = [{ ...body("[]"), match: targets.members.match, times: always }];
  await syncUnderFaults(sandbox, { faults, expected: "BATON-INCOMPLETE" });
});

/** Oddities within JSON's rules: none of them changes what is read. */
const harmless: readonly (readonly [name: string, target: Target, change: (text: string) => string | Buffer])[] = [
  ["a byte order mark", "members", (text) => `\uFEFF${text}`],
  ["white space around", "teams", (text) => `\n\t ${text}\r\n`],
  ["keys that nobody knows", "members", (text) => text.replaceAll("{", '{"new_in_2027":{"a":[1]},')],
  ["__proto__ as a key", "members", (text) => text.replaceAll("{", '{"__proto__":{"role":"Owner","is_active":true},')],
  ["constructor as a key", "members", (text) => text.replaceAll("{", '{"constructor":{"prototype":{"role":"Owner"}},')],
  ["a key twice, of which the last counts", "members", (text) => text.replaceAll('"role":', '"role":"Owner","role":')],
  ["escapes for every letter", "members", (text) => text.replaceAll('"role"', '"\\u0072ole"')],
  [
    "prototype keys in the organization",
    "organization",
    (text) => text.replace("{", '{"__proto__":{"name":"evil"},"hasOwnProperty":1,'),
  ],
  [
    "prototype keys in the key's owner",
    "self",
    (text) => text.replace("{", '{"__proto__":{"authenticated":false},"toString":1,'),
  ],
];

for (const [name, target, change] of harmless) {
  test(`T-22: ${name} changes nothing of what is read, and leaves prototypes clean`, async () => {
    const faults = [{ ...changed(target, change), match: targets[target].match, times: always }];
    await syncUnderFaults(sandbox, { faults, expected: "whole" });
    const clean: Record<string, unknown> = {};
    for (const key of ["role", "is_active", "name", "authenticated"]) assert.equal(clean[key], undefined);
  });
}

const mebibyte = 2 ** 20;
const sizes: readonly (readonly [name: string, fault: FaultKind, expected: Expected])[] = [
  ["10 MiB of valid JSON", { kind: "huge", bytes: 10 * mebibyte }, "whole"],
  ["8 MiB of valid JSON", { kind: "huge", bytes: 8 * mebibyte }, "whole"],
  ["more than 8 MiB", { kind: "huge", bytes: 9 * mebibyte }, "CS-ANSWER-SIZE"],
  [
    "more than 8 MiB of unknown length",
    { kind: "huge", bytes: 200 * mebibyte, declareLength: false },
    "CS-ANSWER-SIZE",
  ],
  ["a gzip bomb of 1 : 1000", { kind: "gzip-bomb", bytes: 100 * mebibyte }, "CS-ANSWER-SIZE"],
  ["a header of 100 KiB", { kind: "big-header", bytes: 100 * 1024 }, "CS-ANSWER-HTTP"],
];

for (const [name, fault, expected] of sizes) {
  test(`T-24: ${name} in an answer is ${expected === "whole" ? "read" : "refused"}`, async () => {
    const { fired } = await syncUnderFaults(sandbox, {
      faults: [{ ...fault, match: targets.members.match, times: expected === "whole" ? 1 : always }],
      expected,
    });
    if (expected === "CS-ANSWER-SIZE") assert.equal(fired, 4, "asked for again in smaller pages only");
  });
}

test("T-24: a name of 1 MiB is read and written as it is", async () => {
  const [member = assert.fail()] = sandbox.organization.members;
  const { userName } = member;
  Object.assign(member, { userName: "n".repeat(mebibyte) });
  await syncUnderFaults(sandbox, { expected: "whole" });
  Object.assign(member, { userName });
});
