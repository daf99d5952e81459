// What stands in files and in ConductorOne, typed in by hand. A change here is a change for everybody who has synced
// before: reviews, policies and history hang on these ids.
import assert from "node:assert/strict";
import { test } from "node:test";
import { organizationResource, teamResource, userResource } from "../../src/cloudsmith/converters.ts";
import type { Member } from "../../src/cloudsmith/schemas.ts";
import {
  organizationEntitlements,
  organizationType,
  roleSlug,
  teamEntitlements,
  teamType,
  userType,
} from "../../src/cloudsmith/types.ts";
import type { Annotation, Resource } from "../../src/sdk/contracts/model.ts";
import { entitlementId, grantId } from "../../src/sdk/resources/ids.ts";

const organization = organizationResource({
  slug_perm: "OrgPerm",
  slug: "acme",
  name: "Acme",
  created_at: "2020-01-02T03:04:05Z",
  country: "AT",
  location: "Graz",
  tagline: "t",
});
const team = teamResource(
  { slug_perm: "TeamPerm", slug: "ops", name: "Ops", description: "d", visibility: "Hidden" },
  organization.id,
);
const person: Member = {
  user_id: "UserPerm",
  user: "ada",
  user_name: "Ada",
  email: "ada@acme.example",
  role: "Owner",
  is_active: true,
  has_two_factor: true,
  joined_at: "2020-01-02T03:04:05Z",
  last_login_at: "2021-01-02T03:04:05Z",
  last_login_method: "SAML",
  visibility: "Public",
  user_url: "https://api.example/ada/",
  teams: [{ slug: "ops", role: "Manager" }],
};
const facts = { active: true, isService: false, hasOwnEmail: true, nowMs: Date.UTC(2026, 0) } as const;
const user = userResource(person, facts, organization.id);

function names(annotations: readonly Annotation[]): readonly string[] {
  return annotations.map(({ typeUrl }) => typeUrl.replace("type.googleapis.com/c1.connector.v2.", ""));
}

test("the resource types have these ids, names, traits and annotations", () => {
  const shown = [organizationType, userType, teamType].map(({ id, displayName, traits, annotations }) => [
    id,
    displayName,
    ...traits,
    ...names(annotations),
  ]);
  assert.deepEqual(shown, [
    ["organization", "Organization", 2],
    ["user", "User", 1, "SkipEntitlementsAndGrants"],
    ["team", "Team", 2],
  ]);
});

test("resources are known by the ids that survive a rename", () => {
  const ids = [organization, user, team].map(({ id }) => `${id.resourceType}/${id.resource}`);
  assert.deepEqual(ids, ["organization/OrgPerm", "user/UserPerm", "team/TeamPerm"]);
  assert.equal(organization.parentResourceId, undefined);
  assert.deepEqual([user.parentResourceId, team.parentResourceId], [organization.id, organization.id]);
});

test("annotations come in this order", () => {
  assert.deepEqual(
    [organization, user, team].map(({ annotations }) => names(annotations)),
    [
      ["ChildResourceType", "ChildResourceType", "RawId", "ExternalLink", "GroupTrait"],
      ["RawId", "UserTrait"],
      ["RawId", "GroupTrait"],
    ],
  );
});

test("profiles have these keys", () => {
  const keys = ({ profile = {} }: Resource): readonly string[] => Object.keys(profile).toSorted();
  assert.deepEqual(keys(organization), ["country", "created_at", "location", "name", "slug", "slug_perm", "tagline"]);
  assert.deepEqual(keys(team), ["slug", "slug_perm", "visibility"]);
  assert.deepEqual(keys(user), [
    "email",
    "joined_at",
    "last_login_at",
    "last_login_method",
    "login",
    "role",
    "teams",
    "two_factor_enabled",
    "user_id",
    "user_url",
    "visibility",
  ]);
});

test("the status of a person is 1 when active, 2 with a reason when inactive, 0 when nobody says", () => {
  const status = (active: boolean | undefined): Resource["status"] =>
    userResource(person, { ...facts, active }, organization.id).status;
  assert.deepEqual(status(true), { status: 1 });
  assert.deepEqual(status(false), { status: 2, details: "inactive in Cloudsmith" });
  assert.deepEqual(status(undefined), { status: 0 });
});

test("entitlements have these ids and purposes", () => {
  const all = [...organizationEntitlements(organization), ...teamEntitlements(team)];
  assert.deepEqual(
    all.map(({ id, slug, purpose }) => [id, slug, purpose]),
    [
      ["organization:OrgPerm:owner", "owner", 1],
      ["organization:OrgPerm:manager", "manager", 1],
      ["organization:OrgPerm:member", "member", 1],
      ["organization:OrgPerm:collaborator", "collaborator", 1],
      ["team:TeamPerm:member", "member", 1],
      ["team:TeamPerm:manager", "manager", 2],
    ],
  );
  for (const { grantableTo } of all)
    assert.deepEqual(
      grantableTo.map(({ id }) => id),
      ["user"],
    );
});

test("the four roles exclude each other within one organization, higher ones first", () => {
  const groups = organizationEntitlements(organization).map(({ annotations: [group] }) => group);
  // EntitlementExclusionGroup: field 1 is the group's id, field 2 the order.
  const bytes = groups.map((group) => Buffer.from(group?.value ?? []).toString("latin1"));
  assert.deepEqual(
    bytes,
    [40, 30, 20, 10].map((order) => `\n\x19organization-role-OrgPerm\x10${String.fromCharCode(order)}`),
  );
});

test("ids of entitlements and grants are put together like this", () => {
  const entitlement = { id: entitlementId(team.id, "member"), resource: team.id };
  assert.equal(entitlement.id, "team:TeamPerm:member");
  assert.equal(grantId(entitlement.id, user.id), "team:TeamPerm:member:user:UserPerm");
});

test("a role becomes its slug, and a role that is not known becomes none", () => {
  const spellings = ["Owner", "Manager", "Member", "Collaborator", "owner", "Admin", undefined];
  assert.deepEqual(spellings.map(roleSlug), [
    "owner",
    "manager",
    "member",
    "collaborator",
    "owner",
    ...Array(2).fill(undefined),
  ]);
});
