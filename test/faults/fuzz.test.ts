// T-53: readers of what comes from outside, fed with what chance and fast-check make up. Each must give a value or a
// BatonError, whatever comes; FUZZ_RUNS sets how many inputs, with FUZZ_SEED they can be had again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { cloudsmithErrors } from "../../src/cloudsmith/errors.ts";
import * as schemas from "../../src/cloudsmith/schemas.ts";
import { type Check, listOf } from "../../src/sdk/api/json-check.ts";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { readConfigFile } from "../../src/sdk/config/config-file.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { parseRateLimit, parseRetryAfter } from "../../src/sdk/http/rate-limit.ts";
import { isBlank } from "../../src/sdk/resources/profile.ts";
import { SyncState } from "../../src/sdk/sync/sync-state.ts";

const { read } = cloudsmithErrors("fuzz", systemClock);

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);
const seed = process.env["FUZZ_SEED"] === undefined ? {} : { seed: Number(process.env["FUZZ_SEED"]) };
const options = { numRuns, ...seed };
const directory = mkdtempSync(join(tmpdir(), "fuzz-"));
after(() => rmSync(directory, { recursive: true, force: true }));

/** The value, or undefined when a BatonError says why there is none; any other error fails the test. */
function orRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (caught) {
    if (caught instanceof BatonError && caught.code !== "BATON-UNEXPECTED") return undefined;
    throw caught;
  }
}

async function orRefusedLater(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (caught) {
    if (!(caught instanceof BatonError) || caught.code === "BATON-UNEXPECTED") throw caught;
  }
}

const keys = fc.constantFrom(
  "user_id",
  "user",
  "role",
  "is_active",
  "teams",
  "slug",
  "slug_perm",
  "name",
  "members",
  "authenticated",
  "__proto__",
  "constructor",
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue(),
    fc.dictionary(keys, tie("value"), { noNullPrototype: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.constantFrom<unknown>(null, true, "Owner", "true", "", 0, -0, 1e308, "\uD800"),
  ),
})).value;

test("T-53: whatever JSON Cloudsmith answers is read by the schemas or refused, and never touches a prototype", () => {
  const { member, team, organization, self, service, teamMembers } = schemas;
  const checks: readonly Check<unknown>[] = [listOf(member), listOf(team), organization, self, service, teamMembers];
  fc.assert(
    fc.property(json, (value) => {
      for (const check of checks) orRefused(() => read(check, value, "/fuzz/"));
      assert.equal(({} as Record<string, unknown>)["role"], undefined);
    }),
    options,
  );
});

test("T-53: a member that is accepted says nothing that the answer did not", () => {
  fc.assert(
    fc.property(fc.dictionary(keys, json, { noNullPrototype: true }), fc.string({ minLength: 1 }), (row, id) => {
      const sent: Record<string, unknown> = { ...row, user_id: id };
      const [member] = orRefused(() => read(listOf(schemas.member), [sent], "/fuzz/")) ?? [];
      if (!member) return;
      assert.equal(member.user_id, isBlank(id) ? "" : id);
      assert.equal(member.role, sent["role"] ?? undefined);
      if (typeof sent["is_active"] === "boolean") assert.equal(member.is_active, sent["is_active"]);
      if (sent["is_active"] === undefined || sent["is_active"] === null) assert.equal(member.is_active, undefined);
    }),
    options,
  );
});

const headerText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.integer().map(String),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
);

test("T-53: Retry-After and the rate headers give a wait that is not negative, or none", () => {
  fc.assert(
    fc.property(headerText, headerText, headerText, (retryAfter, reset, remaining) => {
      const wait = parseRetryAfter(retryAfter, Date.now());
      assert.ok(wait === undefined || wait >= 0, `${wait}`);
      const headers = {
        "retry-after": retryAfter,
        "x-ratelimit-reset": reset,
        "x-ratelimit-remaining": remaining,
        date: reset,
      };
      const { resetInMs, retryAfterMs } = parseRateLimit(headers, Date.now());
      for (const ms of [resetInMs, retryAfterMs]) assert.ok(ms === undefined || ms >= 0, `${ms}`);
    }),
    options,
  );
});

test("T-53: page tokens and the plan of a sync are read or refused, and a page token is written back as it was", () => {
  const token = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^\d{1,4}:\d{1,2}:\d{1,10}$/),
    fc.json(),
  );
  fc.assert(
    fc.property(token, (text) => {
      orRefused(() => SyncState.parse(text));
    }),
    options,
  );
});

test("T-53: a configuration file of any text is read or refused", async () => {
  const path = join(directory, "x.yaml");
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.constantFrom(
      "a: &a [*a]",
      "!!js/function x",
      "a: !!binary x",
      "- &x [*x,*x]",
      "%YAML 9.9\n---",
      "? [a]\n: b",
      "<<: *missing",
    ),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      writeFileSync(path, content);
      await orRefusedLater(() => readConfigFile({ env: { BATON_CONFIG_PATH: path }, cwd: directory }));
    }),
    options,
  );
});

test("T-53: a file of any bytes, also behind a good beginning or in a good envelope, is inspected and refused, not believed", async () => {
  const path = join(directory, "x.c1z");
  const magic = Buffer.from("C1ZF\0");
  const bytes = fc.uint8Array({ maxLength: 2_000 });
  const content = fc.oneof(
    bytes,
    bytes.map((tail) => Buffer.concat([magic, tail])),
    bytes.map((inner) => Buffer.concat([magic, zstdCompressSync(inner)])),
    bytes.map((inner) =>
      Buffer.concat([magic, zstdCompressSync(Buffer.concat([Buffer.from("SQLite format 3\0"), inner]))]),
    ),
    bytes.map((tail) => Buffer.concat([Buffer.from("C1Z3\0"), tail])),
  );
  await fc.assert(
    fc.asyncProperty(content, async (file) => {
      writeFileSync(path, file);
      await orRefusedLater(async () => {
        const { sound } = await inspectC1z(path, { tempDir: directory });
        assert.equal(sound, false);
      });
      await orRefusedLater(async () => {
        using reader = await openC1z(path, { tempDir: directory });
        reader.view();
      });
    }),
    { ...options, numRuns: Math.ceil(numRuns / 3) },
  );
});
