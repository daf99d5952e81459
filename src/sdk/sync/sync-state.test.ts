import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BatonError } from "../errors.ts";
import { SyncState } from "./sync-state.ts";

/** What a Go syncer stores right after its first step, member names and order included. */
const afterInit =
  '{"actions_map":{"0000000001":{"id":"0000000001","operation":"grant-expansion"},"0000000002":{"id":"0000000002","operation":"list-grants"},"0000000003":{"id":"0000000003","operation":"list-entitlements"},"0000000004":{"id":"0000000004","operation":"list-static-entitlements"},"0000000005":{"id":"0000000005","operation":"list-resources"},"0000000006":{"id":"0000000006","operation":"list-resource-types"}},"action_order":["0000000001","0000000002","0000000003","0000000004","0000000005","0000000006"],"current_action_id":7,"completed_actions_count":1,"ingest_quality":{},"version":1}';

function begun(): SyncState {
  const state = SyncState.initial();
  state.finish(state.top()?.id ?? "");
  for (const operation of [
    "grant-expansion",
    "list-grants",
    "list-entitlements",
    "list-static-entitlements",
    "list-resources",
    "list-resource-types",
  ] as const) {
    state.push({ operation });
  }
  return state;
}

describe("SyncState", () => {
  it("writes the token that a Go syncer writes after its first step", () => {
    assert.equal(begun().serialize(), afterInit);
  });

  it("reads its own token and a Go syncer's back to the same plan", () => {
    assert.equal(SyncState.parse(afterInit).serialize(), afterInit);
  });

  it("begins with init for an empty token and for a token without actions", () => {
    assert.equal(SyncState.parse("").top()?.operation, "init");
    assert.equal(SyncState.parse('{"current_action_id":23,"version":1}').top()?.operation, "init");
  });

  it("keeps pages, parents, cursors and flags over a round trip", () => {
    const state = begun();
    const listing = state.push({
      operation: "list-resources",
      resourceTypeId: "user",
      parentResourceTypeId: "organization",
      parentResourceId: "o1",
    });
    state.setPageToken(listing.id, "p2");
    state.push({ operation: "list-resources", resourceTypeId: "team", pageToken: "c", spawned: true });
    state.flags.needsExpansion = true;
    const again = SyncState.parse(state.serialize());
    assert.deepEqual(again.find(listing.id), { ...listing, pageToken: "p2" });
    assert.equal(again.top()?.spawned, true);
    assert.equal(again.flags.needsExpansion, true);
    assert.equal(again.serialize(), state.serialize());
    assert.match(state.serialize(), /"version":2}$/);
  });

  it("never keeps the page of an expansion, whose graph is not kept either", () => {
    const state = SyncState.parse(afterInit);
    state.setPageToken("0000000001", "7");
    assert.equal(state.serialize(), afterInit);
  });

  it("offers actions side by side only while those above have the same operation", () => {
    const state = begun();
    state.finish("0000000006");
    const user = state.push({ operation: "list-resources", resourceTypeId: "user" });
    const team = state.push({ operation: "list-resources", resourceTypeId: "team" });
    assert.equal(state.next(new Set())?.id, team.id);
    assert.equal(state.next(new Set([team.id]))?.id, user.id);
    assert.equal(state.next(new Set([team.id, user.id, "0000000005"])), undefined);
  });

  for (const [what, token] of [
    ["text", "not json"],
    ["a list", "[]"],
    ["another version", '{"version":9}'],
    ["a step of another kind", '{"version":1,"action_order":["1"],"actions_map":{"1":{"id":"1","operation":"x"}}}'],
    ["a missing action", '{"version":1,"action_order":["1"],"actions_map":{}}'],
  ] as const) {
    it(`refuses ${what} with a clear error`, () => {
      assert.throws(
        () => SyncState.parse(token),
        (error) => error instanceof BatonError && error.code === "BATON-TOKEN",
      );
    });
  }
});
