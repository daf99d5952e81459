/** A sync of odd ids, for whatever has to carry them. */
import assert from "node:assert/strict";
import type { C1zWriter } from "../../src/sdk/c1z/write/writer.ts";
import type { Grant } from "../../src/sdk/contracts/model.ts";
import { core, member, memberGrant, teamType, user, userType } from "./sample-c1z.ts";

/** Ids with everything that a key must keep apart. */
export const odd: readonly string[] = [
  "nul\0inside",
  "\x01",
  "a:b:c",
  "é\u{1f600}\uffee",
  "x".repeat(1024),
  "a\0",
  "a",
];

/** Grants to these, with ids of their own, sources and an expansion. */
export function oddGrants(): readonly Grant[] {
  const [first = assert.fail(), second = assert.fail(), ...rest] = odd.map(memberGrant);
  return [
    { ...first, id: "an id of its own" },
    {
      ...second,
      sources: new Map([
        ["team:core:member", { isDirect: true }],
        ["b\0", { isDirect: false }],
      ]),
    },
    ...rest,
    {
      ...memberGrant("ada"),
      expandable: { entitlementIds: ["team:core:member"], shallow: true, resourceTypeIds: ["user"] },
      annotations: [{ typeUrl: "type.googleapis.com/c1.connector.v2.GrantImmutable", value: new Uint8Array(0) }],
    },
  ];
}

/** Puts everything that such grants name, and the grants. */
export function fill(writer: C1zWriter, grants: readonly Grant[]): void {
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources([core, user("ada"), ...odd.map(user)]);
  writer.rows.putEntitlements([member, { ...member, id: "of another form", slug: "other" }]);
  writer.grants.put(grants);
}
