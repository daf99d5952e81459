import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Annotation } from "../contracts/model.ts";
import { ExternalResourceMatchSchema } from "../proto/gen/c1/connector/v2/annotation_baton_id_pb.ts";
import { EntitlementExclusionGroupSchema } from "../proto/gen/c1/connector/v2/annotation_exclusion_group_pb.ts";
import { GrantMetadataSchema } from "../proto/gen/c1/connector/v2/annotation_grant_pb.ts";
import { AliasesSchema } from "../proto/gen/c1/connector/v2/annotation_id_alias_pb.ts";
import { SkipEntitlementsSchema, SkipGrantsSchema } from "../proto/gen/c1/connector/v2/annotation_resource_tree_pb.ts";
import {
  AgentTraitSchema,
  AppTraitSchema,
  GroupTraitSchema,
  LicenseProfileTraitSchema,
  NonHumanIdentityTraitSchema,
  RoleTraitSchema,
  ScopeBindingTraitSchema,
  SecretTraitSchema,
} from "../proto/gen/c1/connector/v2/annotation_trait_pb.ts";
import {
  CapabilityPermissionsSchema,
  DeprecatedSchema,
  OptInRequiredSchema,
  SkipSyncAnomalyDetectionSchema,
} from "../proto/gen/c1/connector/v2/connector_pb.ts";
import {
  aliases,
  capabilityPermissions,
  deprecated,
  exclusionGroup,
  externalResourceMatch,
  grantMetadata,
  optInRequired,
  skipEntitlements,
  skipGrants,
  skipSyncAnomalyDetection,
} from "./annotations.ts";
import {
  AppFlag,
  agentTrait,
  appTrait,
  CredentialType,
  groupTrait,
  licenseProfileTrait,
  NhiType,
  nonHumanIdentityTrait,
  roleTrait,
  scopeBindingTrait,
  secretTrait,
} from "./traits.ts";

const alice = { resourceType: "user", resource: "alice" };
const profile = { team: "qa", size: 2 };
const at = { seconds: 1_800_000_000, nanos: 5 };
const wireTime = { seconds: 1_800_000_000n, nanos: 5 };

/** A builder's annotation, and the message of the generated code that it must be, byte for byte. */
const built: readonly (readonly [Annotation, Uint8Array, string])[] = [
  is(groupTrait(profile, { sourceType: "team", rawSourceType: "Squad" }), GroupTraitSchema, {
    profile,
    groupSourceType: "team",
    rawGroupSourceType: "Squad",
  }),
  is(roleTrait({ profile, scope: { type: "cel", expressions: ["a", "b"] } }), RoleTraitSchema, {
    profile,
    roleScopeConditions: { type: "cel", conditions: [{ expression: "a" }, { expression: "b" }] },
  }),
  is(scopeBindingTrait(alice, { resourceType: "project", resource: "p" }), ScopeBindingTraitSchema, {
    roleId: alice,
    scopeResourceId: { resourceType: "project", resource: "p" },
  }),
  is(appTrait({ helpUrl: "https://x", flags: [AppFlag.saml, AppFlag.hidden], sourceType: "s" }), AppTraitSchema, {
    helpUrl: "https://x",
    flags: [3, 1],
    appSourceType: "s",
  }),
  is(
    secretTrait({
      createdAt: at,
      expiresAt: at,
      lastUsedAt: at,
      createdBy: alice,
      identity: alice,
      credentialType: CredentialType.certificate,
    }),
    SecretTraitSchema,
    {
      createdAt: wireTime,
      expiresAt: wireTime,
      lastUsedAt: wireTime,
      createdById: alice,
      identityId: alice,
      credentialType: 3,
    },
  ),
  is(nonHumanIdentityTrait(NhiType.managedIdentity, "bot"), NonHumanIdentityTraitSchema, {
    nhiType: 3,
    nhiDetail: "bot",
  }),
  is(
    licenseProfileTrait({ name: "pro", purchasedSeats: 9, currency: "USD", entitlementIds: ["e"] }),
    LicenseProfileTraitSchema,
    {
      licenseName: "pro",
      purchasedSeats: 9n,
      currency: "USD",
      entitlementIds: ["e"],
    },
  ),
  is(agentTrait(alice), AgentTraitSchema, { identityResourceId: alice }),
  is(skipGrants, SkipGrantsSchema, {}),
  is(skipEntitlements, SkipEntitlementsSchema, {}),
  is(optInRequired, OptInRequiredSchema, {}),
  is(skipSyncAnomalyDetection, SkipSyncAnomalyDetectionSchema, {}),
  is(deprecated, DeprecatedSchema, {}),
  is(capabilityPermissions(["read", "list"]), CapabilityPermissionsSchema, {
    permissions: [{ permission: "read" }, { permission: "list" }],
  }),
  is(grantMetadata(profile), GrantMetadataSchema, { metadata: profile }),
  is(externalResourceMatch(1, "email", "a@b.c"), ExternalResourceMatchSchema, {
    resourceType: 1,
    key: "email",
    value: "a@b.c",
  }),
  is(aliases(["a", "b"]), AliasesSchema, { ids: ["a", "b"] }),
  is(exclusionGroup("g", 3, { isDefault: true, scopeToResource: true }), EntitlementExclusionGroupSchema, {
    exclusionGroupId: "g",
    order: 3,
    isDefault: true,
    scopeToResource: true,
  }),
];

function is<D extends DescMessage>(
  annotation: Annotation,
  schema: D,
  init: MessageInitShape<D>,
): readonly [Annotation, Uint8Array, string] {
  const bytes = toBinary(schema, create(schema, init));
  // A map has no order of its own: what is read back and written again is in the builder's.
  assert.deepEqual(fromBinary(schema, annotation.value), fromBinary(schema, bytes));
  return [annotation, bytes, schema.typeName];
}

for (const [annotation, bytes, name] of built) {
  test(`${name} is written as the generated code writes it`, () => {
    assert.equal(annotation.typeUrl, `type.googleapis.com/${name}`);
    assert.equal(annotation.value.length, bytes.length);
  });
}
