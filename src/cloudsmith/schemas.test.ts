import assert from "node:assert/strict";
import { test } from "node:test";
import { type Check, listOf } from "../sdk/api/json-check.ts";
import { systemClock } from "../sdk/clock.ts";
import { BatonError } from "../sdk/errors.ts";
import { cloudsmithErrors } from "./errors.ts";
import * as checks from "./schemas.ts";

const { read } = cloudsmithErrors("test", systemClock);

const reads =
  <T>(check: Check<T>) =>
  (json: unknown, endpoint: string): T =>
    read(check, json, endpoint);
const schemas = {
  parseMembers: reads(listOf(checks.member)),
  parseMember: reads(checks.member),
  parseTeams: reads(listOf(checks.team)),
  parseOrganization: reads(checks.organization),
  parseSelf: reads(checks.self),
  parseService: reads(checks.service),
  parseTeamMembers: (json: unknown, endpoint: string) => reads(checks.teamMembers)(json, endpoint).members,
};

const member = {
  email: "olivia@acme.example",
  has_two_factor: true,
  is_active: true,
  joined_at: "2021-03-04T09:15:31Z",
  last_login_at: "2026-08-30T07:01:02.345678Z",
  last_login_method: "SAML",
  role: "Owner",
  teams: [{ name: "Platform", role: "Manager", slug: "platform" }],
  user: "olivia-owner",
  user_id: "Us3rPermAaA1",
  user_name: "Olivia Owner",
  user_url: "https://api.cloudsmith.io/v1/users/profile/olivia-owner/",
  visibility: "Public",
};
const team = {
  description: null,
  name: "Platform",
  slug: "platform",
  slug_perm: "T3amPermAbc1",
  visibility: "Visible",
};
const organization = { name: "Acme", slug: "acme", slug_perm: "0rgPermZzZ9x", country: "IE", tagline: null };

const endpoint = "/orgs/acme/members/ (page 3)";

function errorOf(run: () => unknown): BatonError {
  try {
    run();
  } catch (caught) {
    if (caught instanceof BatonError) return caught;
    throw caught;
  }
  throw new Error("it was accepted");
}

test("a complete member is read as it is", () => {
  assert.deepEqual(schemas.parseMembers([member], endpoint), [member]);
});

test("T-22: unknown keys are dropped, and none of them touches a prototype", () => {
  const text = `[{"user_id":"a","__proto__":{"role":"Owner"},"constructor":{"x":1},"toString":1,"new_field":[1]}]`;
  const [row] = schemas.parseMembers(JSON.parse(text), endpoint);
  assert.deepEqual(row, { user_id: "a" });
  assert.equal(row?.role, undefined);
  assert.equal(({} as Record<string, unknown>)["role"], undefined);
});

test("T-23: everything but the id may be missing, and missing stays unknown", () => {
  const [row] = schemas.parseMembers([{ user_id: "a" }], endpoint);
  assert.deepEqual(
    [row?.role, row?.is_active, row?.has_two_factor, row?.teams],
    [undefined, undefined, undefined, undefined],
  );
});

test("T-23: no teams is not the same as an empty list of teams", () => {
  const rows = schemas.parseMembers([{ user_id: "a" }, { user_id: "b", teams: [] }], endpoint);
  assert.deepEqual(
    rows.map((row) => row.teams),
    [undefined, []],
  );
});

for (const [text, expected] of [
  ["true", true],
  ["True", true],
  ["FALSE", false],
] as const) {
  test(`T-23: is_active and has_two_factor as the text ${text}, and ids as numbers, are understood`, () => {
    const row = { user_id: 7, is_active: text, has_two_factor: text };
    const read = { user_id: "7", is_active: expected, has_two_factor: expected };
    assert.deepEqual(schemas.parseMembers([row], endpoint), [read]);
    const caller = { authenticated: text, slug_perm: 7 };
    assert.deepEqual(schemas.parseSelf(caller, endpoint), { authenticated: expected, slug_perm: "7" });
    assert.equal(schemas.parseOrganization({ ...organization, slug_perm: 7 }, endpoint).slug_perm, "7");
  });
}

const mayBeUnknown = [
  "email",
  "has_two_factor",
  "is_active",
  "joined_at",
  "last_login_at",
  "last_login_method",
  "role",
  "teams",
  "user",
  "user_name",
  "user_url",
  "visibility",
] as const;

for (const field of mayBeUnknown) {
  test(`T-23: ${field}: null is unknown, as if it were missing`, () => {
    assert.equal(schemas.parseMembers([{ ...member, [field]: null }], endpoint)[0]?.[field], undefined);
  });
}

const wrong: readonly unknown[] = [7.5, 2 ** 53, true, "yes", {}, [], null, ""];
const accepted: Readonly<Record<string, (value: unknown) => boolean>> = {
  user_id: (value) => value === null || typeof value === "string",
  user: (value) => value === null || (typeof value === "string" && value !== ""),
  role: (value) => value === null || typeof value === "string",
  is_active: (value) => value === null || typeof value === "boolean",
  teams: (value) => value === null || Array.isArray(value),
  has_two_factor: (value) => value === null || typeof value === "boolean",
  email: (value) => value === null || typeof value === "string",
  joined_at: (value) => value === null || typeof value === "string",
  last_login_at: (value) => value === null || typeof value === "string",
  last_login_method: (value) => value === null || typeof value === "string",
  user_name: (value) => value === null || typeof value === "string",
  user_url: (value) => value === null || typeof value === "string",
  visibility: (value) => value === null || typeof value === "string",
};

for (const [field, accepts] of Object.entries(accepted)) {
  for (const value of wrong.filter((candidate) => !accepts(candidate))) {
    test(`T-23: ${field}: ${JSON.stringify(value)} is an error that names endpoint and field`, () => {
      const error = errorOf(() => schemas.parseMembers([member, { ...member, [field]: value }], endpoint));
      assert.equal(error.code, "CS-ANSWER-SCHEMA");
      assert.ok(error.fatal);
      assert.match(error.message, /GET \/orgs\/acme\/members\/ \(page 3\)/);
      assert.match(error.message, new RegExp(`field '1\\.${field}' should be .+, but is .+`));
    });
  }
}

test("the error says what was expected and what was found, but not the value", () => {
  const error = errorOf(() => schemas.parseMembers([{ ...member, role: ["canary"] }], endpoint));
  assert.match(error.message, /field '0\.role' should be string, but is array\./);
  assert.doesNotMatch(error.message + error.hint, /canary/);
});

test("T-23: a team on a membership without a slug is an error", () => {
  const error = errorOf(() => schemas.parseMembers([{ ...member, teams: [{ name: "x" }] }], endpoint));
  assert.match(error.message, /field '0\.teams\.0\.slug' should be string, but is nothing/);
});

for (const answer of [{}, null, 1, "text", { results: [] }]) {
  test(`T-22: ${JSON.stringify(answer)} in place of a list is an error`, () => {
    assert.match(errorOf(() => schemas.parseMembers(answer, endpoint)).message, /the answer should be array/);
    assert.match(errorOf(() => schemas.parseTeams(answer, endpoint)).message, /the answer should be array/);
  });
}

test("T-23: a team needs both ids; its name and description may be null", () => {
  assert.equal(schemas.parseTeams([team], endpoint)[0]?.description, undefined);
  assert.equal(schemas.parseTeams([{ ...team, name: null }], endpoint)[0]?.name, undefined);
  for (const value of [undefined, null, "", 3]) {
    const error = errorOf(() => schemas.parseTeams([{ ...team, slug: value }], endpoint));
    assert.match(error.message, /0\.slug/);
  }
});

test("an organization with an empty name and nothing else is an error, not an organization", () => {
  assert.equal(schemas.parseOrganization(organization, "/orgs/acme/").slug_perm, "0rgPermZzZ9x");
  assert.equal(errorOf(() => schemas.parseOrganization({ name: "" }, "/orgs/acme/")).code, "CS-ANSWER-SCHEMA");
  assert.match(errorOf(() => schemas.parseOrganization([], "/orgs/acme/")).message, /should be object, but is array/);
});

test("the caller of an anonymous answer is not authenticated", () => {
  const self = schemas.parseSelf({ authenticated: false, email: null, name: null, slug: null, slug_perm: null }, "/");
  assert.deepEqual([self.authenticated, self.slug, self.email], [false, undefined, undefined]);
  assert.match(errorOf(() => schemas.parseSelf({ slug: "x" }, "/")).message, /'authenticated' should be true or false/);
});

test("the masked key of a service account is not even read", () => {
  const service = schemas.parseService({ slug: "ci", role: "Manager", key: "****a1B2", key_expires_at: null }, "/");
  assert.deepEqual(service, { slug: "ci", role: "Manager" });
});

test("the members of a team are inside an object", () => {
  const members = [
    { role: "Manager", user: "olivia-owner", user_kind: "User" },
    { role: "Member", user: "max" },
  ];
  assert.deepEqual(schemas.parseTeamMembers({ members }, "/"), members);
  assert.match(errorOf(() => schemas.parseTeamMembers(members, "/")).message, /should be object, but is array/);
});
