import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectorSummary } from "../contract/connectors.ts";
import type { RunSummary } from "../contract/runs.ts";
import type { AttentionFacts } from "../sources/attention.ts";
import type { Figures } from "../sources/sources.ts";
import { inOrder, mattersOf } from "./attention.ts";

const nowMs = 1_800_000_000_000;
const day = 86_400_000;
const run = (endedAtMs: number, errorTitle: string | null = null) => ({ endedAtMs, errorTitle }) as RunSummary;
const connector = (more: Partial<ConnectorSummary> = {}) =>
  ({
    id: "1",
    name: "Acme",
    status: "Connected",
    lastRun: run(nowMs),
    lastGoodRun: run(nowMs),
    ...more,
  }) as ConnectorSummary;
const facts = (more: Partial<AttentionFacts> = {}): AttentionFacts => ({
  ownerRole: "owner",
  owners: ["user/a"],
  disabledOwners: 0,
  ownersWithoutTwoFactor: 0,
  leavers: 0,
  ...more,
});

const known = (found: AttentionFacts): Figures => ({ kind: "known", facts: found });

test("a file whose figures are not known is said nothing about, and one whose figures cannot be is told of", () => {
  assert.deepEqual(mattersOf(connector(), { kind: "pending" }, [facts({ leavers: 3 })], nowMs), []);
  const [matter] = mattersOf(connector(), { kind: "failed", reason: "It is damaged." }, [], nowMs);
  assert.deepEqual([matter?.kind, matter?.reason], ["no-figures", "It is damaged."]);
});

test("a connector that is well needs no attention, nor does one without a file", () => {
  assert.deepEqual(mattersOf(connector(), known(facts()), [facts()], nowMs), []);
  assert.deepEqual(
    mattersOf(connector({ status: "Not set up", lastRun: null, lastGoodRun: null }), undefined, [], nowMs),
    [],
  );
});

test("owners who are disabled, new or without a second factor, and leavers, each with its people and its past", () => {
  const now = facts({ owners: ["user/a", "user/b"], disabledOwners: 2, ownersWithoutTwoFactor: 1, leavers: 9 });
  const found = mattersOf(connector(), known(now), [facts({ leavers: 12, disabledOwners: 1 })], nowMs);
  assert.deepEqual(
    found.map(({ kind, count, series }) => [kind, count, series]),
    [
      ["disabled-owners", 2, [1, 2]],
      ["leavers", 9, [12, 9]],
      ["owners-without-two-factor", 1, [0, 1]],
      ["new-owners", 1, []],
    ],
  );
  assert.deepEqual(found[0]?.place, { on: "people", where: { roles: "owner", status: "disabled" } });
});

test("an owner is new only against a run before", () => {
  assert.deepEqual(mattersOf(connector(), known(facts({ owners: ["user/a", "user/b"] })), [], nowMs), []);
});

test("connectors that fail, are held, partial or stale, and why; what is bad comes first", () => {
  const states = (["Held", "Partial", "Error", "Offline"] as const).flatMap((status) =>
    mattersOf(connector({ status, lastRun: run(nowMs, "No answer") }), undefined, [], nowMs),
  );
  const stale = mattersOf(connector({ lastGoodRun: run(nowMs - 8 * day) }), undefined, [], nowMs);
  assert.deepEqual(
    inOrder([...states, ...stale]).map(({ kind, reason }) => [kind, reason]),
    [
      ["failing", "No answer"],
      ["failing", "No answer"],
      ["held", ""],
      ["partial", ""],
      ["stale", ""],
    ],
  );
});
