// The row policy of client/schemas.ts, seen in the file: a value of the wrong type refuses the run, a value that is
// unknown is said to be unknown, and nobody's row ever says what Cloudsmith did not.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import type { BatonError } from "../../src/sdk/errors.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { readStoredRows, sealedSyncIds } from "../e2e/stored-rows.ts";
import { newFile, syncSandbox } from "../trust/sandbox-sync.ts";
import { always } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 30, teams: 4, seed: 5 } });
after(() => sandbox.close());
const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

const [victim = assert.fail()] = sandbox.organization.members.filter(
  ({ role, memberships }) => role === "Manager" && memberships.length > 0,
);
const [team = assert.fail()] = sandbox.organization.teams;

interface Rows {
  readonly users: ReadonlySet<string>;
  readonly teams: ReadonlySet<string>;
  readonly grants: ReadonlySet<string>;
  readonly victim: string;
  readonly whole: ReturnType<typeof readStoredRows>;
}

function rowsIn(path: string, id: string | undefined): Rows {
  const whole = readStoredRows(path, id);
  const ids = Object.keys(whole.resources);
  return {
    users: new Set(ids.filter((one) => one.startsWith("user:"))),
    teams: new Set(ids.filter((one) => one.startsWith("team:"))),
    grants: new Set(Object.keys(whole.grants)),
    victim: JSON.stringify(whole.resources[`user:${victim.userId}`]),
    whole,
  };
}

const baseline = await (async () => {
  const path = newFile(scratch.path);
  const { end } = await syncSandbox(sandbox, path);
  return rowsIn(path, end.sync?.id);
})();

/** Syncs with one field of one row replaced in every answer. */
async function syncWith(
  list: "members" | "teams",
  field: string,
  value: unknown,
): Promise<{
  readonly error: BatonError | undefined;
  readonly rows: Rows | undefined;
  readonly codes: readonly string[];
}> {
  sandbox.clearFaults();
  const isVictim = (row: Record<string, unknown>): boolean =>
    list === "members" ? row["user_id"] === victim.userId : row["slug_perm"] === team.slugPerm;
  let replaced = 0;
  const rewrite = (json: unknown): unknown => {
    if (!Array.isArray(json)) return json;
    return json.map((row: Record<string, unknown>) => {
      if (!isVictim(row)) return row;
      replaced++;
      return { ...row, [field]: value };
    });
  };
  sandbox.addFault({ kind: "rewrite", rewrite, match: { path: new RegExp(`/${list}/$`) }, times: always });
  const path = newFile(scratch.path);
  const ended = await syncSandbox(sandbox, path);
  sandbox.clearFaults();
  assert.ok(replaced > 0, "the value was in an answer");
  if (ended.error && existsSync(path)) assert.deepEqual(sealedSyncIds(path), []);
  return {
    error: ended.error,
    codes: ended.codes,
    rows: ended.error ? undefined : rowsIn(path, ended.end.sync?.id),
  };
}

const kinds: readonly unknown[] = [7, true, "yes", {}, [], null];
const memberFields = [
  "user_id",
  "user",
  "user_name",
  "email",
  "role",
  "is_active",
  "has_two_factor",
  "joined_at",
  "last_login_at",
  "last_login_method",
  "visibility",
  "user_url",
  "teams",
] as const;
const teamFields = ["slug_perm", "slug", "name", "description", "visibility"] as const;

/** Types besides null that a field may have. */
const typeOf: Readonly<Record<string, string>> = { has_two_factor: "boolean", is_active: "boolean", teams: "array" };
const neverNull = new Set(["user_id", "slug_perm", "slug"]);

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

function isAccepted(field: string, value: unknown): boolean {
  if (value === null) return !neverNull.has(field);
  // A whole number is a certain id.
  if (value === 7) return field === "user_id" || field === "slug_perm";
  return kindOf(value) === (typeOf[field] ?? "string");
}

/** A row without an id is a row all the same, and the list that has it is incomplete. */
function refusalOf(field: string, value: unknown): string {
  return value === null && (field === "user_id" || field === "slug_perm") ? "BATON-INCOMPLETE" : "CS-ANSWER-SCHEMA";
}

for (const field of memberFields) {
  test(`T-23: a member's ${field} of each of six kinds is refused, or taken for what it says and no more`, async () => {
    for (const value of kinds) {
      const label = `${field}: ${JSON.stringify(value)}`;
      const { error, rows, codes } = await syncWith("members", field, value);
      if (!isAccepted(field, value)) {
        assert.equal(error?.code, refusalOf(field, value), label);
        continue;
      }
      assert.ok(rows, `${label}: ${error?.message}`);
      if (field === "user_id") continue; // another id is another person
      assert.deepEqual(rows.users, baseline.users, `${label}: nobody is lost`);
      const added = [...rows.grants].filter((grant) => !baseline.grants.has(grant));
      assert.deepEqual(added, [], `${label}: nothing is granted that was not`);
      const lost = [...baseline.grants].filter((grant) => !rows.grants.has(grant));
      assert.ok(lost.length === 0 || codes.length > 0 || Array.isArray(value), `${label}: a lost grant is said aloud`);
      if (field === "has_two_factor" && value === null)
        assert.doesNotMatch(rows.victim, /two_factor|mfaEnabled/, label);
      if (field === "is_active" && value === null)
        assert.match(rows.victim, /STATUS_ENABLED|STATUS_UNSPECIFIED|\{\}/, label);
      if (field === "email") assert.doesNotMatch(rows.victim, /"yes"/, `${label}: what is no address is not written`);
    }
  });
}

for (const field of teamFields) {
  test(`T-23: a team's ${field} of each of six kinds is refused, or taken for what it says and no more`, async () => {
    for (const value of kinds) {
      const label = `${field}: ${JSON.stringify(value)}`;
      const { error, rows } = await syncWith("teams", field, value);
      if (!isAccepted(field, value)) {
        assert.equal(error?.code, refusalOf(field, value), label);
        continue;
      }
      if (field === "slug" || field === "slug_perm") continue; // another team
      assert.ok(rows, `${label}: ${error?.message}`);
      assert.deepEqual([rows.teams, rows.grants], [baseline.teams, baseline.grants], label);
    }
  });
}

test("T-23: a date that is none is left out of the trait, not guessed", async () => {
  for (const [field, name] of [
    ["joined_at", "createdAt"],
    ["last_login_at", "lastLogin"],
  ] as const) {
    assert.match(baseline.victim, new RegExp(`"${name}":"2`));
    for (const value of ["yesterday", "2026-13-45", "0", ""]) {
      const { rows, error } = await syncWith("members", field, value);
      assert.ok(rows, error?.message);
      assert.doesNotMatch(rows.victim, new RegExp(`"${name}"`), `${field}: ${value}`);
    }
  }
});
