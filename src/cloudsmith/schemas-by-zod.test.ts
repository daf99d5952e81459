import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { listOf } from "../sdk/api/json-check.ts";
import { systemClock } from "../sdk/clock.ts";
import { BatonError } from "../sdk/errors.ts";
import { isBlank } from "../sdk/resources/profile.ts";
import { cloudsmithErrors } from "./errors.ts";
import * as checks from "./schemas.ts";

const { read } = cloudsmithErrors("test", systemClock);

const parseMembers = (json: unknown, endpoint: string) => read(listOf(checks.member), json, endpoint);
const parseTeams = (json: unknown, endpoint: string) => read(listOf(checks.team), json, endpoint);
const parseTeamMembers = (json: unknown, endpoint: string) => read(checks.teamMembers, json, endpoint).members;

/** What the checks take, said a second time in the words of a library. */
const id = z.string().min(1);
/** A row without an id is taken, and refused by the reader of the list. */
const rowId = z
  .union([z.string(), z.int().transform(String)])
  .nullish()
  .transform((value) =>
    value === undefined || value === null || isBlank(value) || !value.isWellFormed() ? "" : value,
  );
const note = z.string().nullish();
const flag = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(true|false)$/i)
    .transform((said) => said.toLowerCase() === "true"),
]);
const memberSchema = z.object({
  user_id: rowId,
  user: id.nullish(),
  user_name: note,
  email: note,
  role: note,
  is_active: flag.nullish(),
  has_two_factor: flag.nullish(),
  joined_at: note,
  last_login_at: note,
  last_login_method: note,
  visibility: note,
  user_url: note,
  user_kind: note,
  teams: z.array(z.object({ slug: id, name: note, role: note })).nullish(),
});
const teamSchema = z.object({ slug_perm: rowId, slug: id, name: note, description: note, visibility: note });
const teamMembersSchema = z.object({ members: z.array(z.object({ user: id, role: note, user_kind: note })) });

const anything = fc.oneof(
  fc.constantFrom(undefined, null, "", "x", "True", "false", 0, 7, true, false),
  fc.constant([]),
  fc.constant({}),
);
/** Mostly as promised, at times anything. */
const mostly = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: good }, { weight: 1, arbitrary: anything });
const noteLike = mostly(fc.oneof(fc.string(), fc.constantFrom(null, undefined)));
const idLike = mostly(fc.string({ minLength: 1 }));
const rowIdLike = mostly(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom(7, 7.5, 2 ** 53)));
const flagLike = mostly(fc.constantFrom(true, false, "True", "FALSE", null, undefined));
const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  // JSON has no undefined, and other keys may come with any answer.
  fc.record({ ...fields, new_field: fc.constantFrom(undefined, 1) }).map((row) => JSON.parse(JSON.stringify(row)));
const members = mostly(
  fc.array(
    mostly(
      record({
        user_id: rowIdLike,
        user: mostly(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom(null, undefined))),
        user_name: noteLike,
        email: noteLike,
        role: noteLike,
        is_active: flagLike,
        has_two_factor: flagLike,
        joined_at: noteLike,
        last_login_at: noteLike,
        last_login_method: noteLike,
        visibility: noteLike,
        user_url: noteLike,
        teams: mostly(
          fc.oneof(fc.array(mostly(record({ slug: idLike, name: noteLike, role: noteLike }))), fc.constant(null)),
        ),
      }),
    ),
    { maxLength: 4 },
  ),
);
const teams = mostly(
  fc.array(
    mostly(record({ slug_perm: rowIdLike, slug: idLike, name: idLike, description: noteLike, visibility: noteLike })),
  ),
);
const teamMembers = mostly(
  record({ members: mostly(fc.array(mostly(record({ user: idLike, role: noteLike, user_kind: noteLike })))) }),
);

/** What is left after unknown values and their keys are taken out, so that a missing key is as good as an unknown one. */
function known(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, found) => (found === null ? undefined : found)));
}

const lists = [
  ["members", parseMembers, z.array(memberSchema), members],
  ["teams", parseTeams, z.array(teamSchema), teams],
  ["members of a team", parseTeamMembers, teamMembersSchema.transform((answer) => answer.members), teamMembers],
] as const;

for (const [name, parse, schema, arbitrary] of lists) {
  test(`answers with ${name} are taken or refused, at the same field, as a schema library has it`, () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(arbitrary, (json) => {
        const expected = schema.safeParse(structuredClone(json));
        try {
          const rows = parse(structuredClone(json), "/x/");
          assert.ok(expected.success, `taken, in place of ${expected.error?.message}`);
          const flags = rows.map((row) => ("is_active" in row ? row.is_active : undefined));
          assert.ok(flags.every((flag) => typeof flag !== "string"));
          assert.deepEqual(known(rows), known(expected.data));
          seen.taken++;
        } catch (caught) {
          if (!(caught instanceof BatonError)) throw caught;
          const path = expected.error?.issues[0]?.path ?? assert.fail(caught.message);
          assert.match(
            caught.message,
            path.length === 0 ? /the answer should/ : new RegExp(`'${path.join("\\.")}' should`),
          );
          seen.refused++;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(seen.taken > 200 && seen.refused > 200, JSON.stringify(seen));
  });
}
