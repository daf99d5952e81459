/**
 * What a correct sync of an organization must hold, worked out from the organization alone. Every id, name and profile
 * key is written out here a second time, on purpose: nothing of the connector is imported.
 */
import type { JsonValue } from "@bufbuild/protobuf";
import type { StoredRows } from "./stored-rows.ts";

/** A person as the oracle wants them; fields as on the wire. */
export interface OracleMember {
  readonly user_id: string;
  readonly user: string;
  readonly user_name: string;
  /** Undefined when the key may not see it. */
  readonly email: string | undefined;
  readonly role: string;
  readonly is_active: boolean;
  readonly has_two_factor: boolean;
  readonly joined_at: string | undefined;
  readonly last_login_at: string | undefined;
  readonly last_login_method: string;
  readonly visibility: string;
  readonly user_url: string;
  readonly teams: readonly { readonly slug: string; readonly role: string }[];
  /** False where memberships come without their teams: then the profile has none. */
  readonly teamsInProfile: boolean;
}

/** A team as the oracle wants it. */
export interface OracleTeam {
  readonly slug_perm: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly visibility: string;
}

/** An organization as the oracle wants it. */
export interface OracleOrganization {
  readonly slug_perm: string;
  readonly slug: string;
  readonly name: string;
  readonly created_at: string | undefined;
  readonly country: string | undefined;
  readonly location: string | undefined;
  readonly tagline: string | undefined;
  readonly members: readonly OracleMember[];
  readonly teams: readonly OracleTeam[];
}

type Json = Readonly<Record<string, JsonValue>>;
const any = (name: string, fields: Json = {}): Json => ({
  ...fields,
  "@type": `type.googleapis.com/c1.connector.v2.${name}`,
});

const userType: Json = {
  id: "user",
  displayName: "User",
  traits: ["TRAIT_USER"],
  annotations: [any("SkipEntitlementsAndGrants")],
  description: "A member of the Cloudsmith organization",
};

/** All rows, as proto JSON by id. */
export function expectedRows(organization: OracleOrganization): StoredRows {
  const organizationRow = organizationJson(organization);
  const teamRows = organization.teams.map((team) => teamJson(team, organization.slug_perm));
  const users = organization.members.map((member) => userJson(member, organization.slug_perm));
  return {
    resourceTypes: byKey([
      {
        id: "organization",
        displayName: "Organization",
        traits: ["TRAIT_GROUP"],
        description: "A Cloudsmith organization (workspace)",
      },
      userType,
      {
        id: "team",
        displayName: "Team",
        traits: ["TRAIT_GROUP"],
        description: "A team of the Cloudsmith organization",
      },
    ]),
    resources: sorted([organizationRow, ...users, ...teamRows].map((row) => [resourceKey(row), row])),
    entitlements: byKey([...roleEntitlements(organizationRow, organization), ...teamRows.flatMap(teamEntitlements)]),
    grants: byKey(organization.members.flatMap((member) => memberGrants(member, organization))),
  };
}

function organizationJson(organization: OracleOrganization): Json {
  const { slug, slug_perm, name, country, location, tagline, created_at } = organization;
  const profile = known({ country, created_at, location, name, slug, slug_perm, tagline });
  return {
    id: { resourceType: "organization", resource: slug_perm },
    displayName: name,
    annotations: [
      any("ChildResourceType", { resourceTypeId: "user" }),
      any("ChildResourceType", { resourceTypeId: "team" }),
      any("RawId", { id: slug_perm }),
      any("ExternalLink", { url: `https://app.cloudsmith.com/${slug}` }),
      any("GroupTrait", { profile }),
    ],
    profile,
    ...known({ createdAt: timestamp(created_at) }),
  };
}

function teamJson(team: OracleTeam, organization: string): Json {
  const { slug, slug_perm, visibility } = team;
  const profile = { slug, slug_perm, visibility };
  return {
    id: { resourceType: "team", resource: slug_perm },
    parentResourceId: { resourceType: "organization", resource: organization },
    displayName: seen(team.name) ?? slug,
    annotations: [any("RawId", { id: slug_perm }), any("GroupTrait", { profile })],
    ...known({ description: team.description }),
    profile,
  };
}

/** Undefined for a name in which there is nothing to be seen. */
function seen(name: string | undefined): string | undefined {
  return name !== undefined && /[^\s\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u.test(name) ? name : undefined;
}

function userJson(member: OracleMember, organization: string): Json {
  const { user_id, user, user_name, email, role, is_active, has_two_factor, joined_at, last_login_at } = member;
  const { last_login_method, visibility, user_url } = member;
  const slugs = member.teams.map(({ slug }) => slug);
  const teams = member.teamsInProfile && slugs.length > 0 && slugs.length <= 50 ? slugs : undefined;
  const profile = known({
    email,
    joined_at,
    last_login_at,
    last_login_method,
    login: user,
    role,
    teams,
    two_factor_enabled: has_two_factor,
    user_id,
    user_url,
    visibility,
  });
  const details = is_active ? {} : { details: "inactive in Cloudsmith" };
  const state = is_active ? "STATUS_ENABLED" : "STATUS_DISABLED";
  const createdAt = known({ createdAt: timestamp(joined_at) });
  const isSso = last_login_method === "SAML" || last_login_method === "OIDC";
  return {
    id: { resourceType: "user", resource: user_id },
    parentResourceId: { resourceType: "organization", resource: organization },
    displayName: seen(user_name) ?? user,
    annotations: [
      any("RawId", { id: user_id }),
      any("UserTrait", {
        ...(email === undefined ? {} : { emails: [{ address: email, isPrimary: true }] }),
        status: { status: state, ...details },
        profile,
        accountType: "ACCOUNT_TYPE_HUMAN",
        login: user,
        ...createdAt,
        ...known({ lastLogin: timestamp(last_login_at) }),
        mfaStatus: has_two_factor ? { mfaEnabled: true } : {},
        ...(isSso ? { ssoStatus: { ssoEnabled: true } } : {}),
      }),
    ],
    profile,
    status: { status: `RESOURCE_${state}`, ...details },
    ...createdAt,
  };
}

const roles = [
  {
    role: "Owner",
    order: 40,
    does: "Everything in the NAME organization: all settings, all repositories, all members, other owners among them, and deleting the organization",
  },
  {
    role: "Manager",
    order: 30,
    does: "Manages settings, teams, service accounts, invitations and all members but owners of the NAME organization; reads or changes repositories only where a team, a privilege or a default says so",
  },
  {
    role: "Member",
    order: 20,
    does: "Sees the other members and the visible teams of the NAME organization; reads or changes repositories where a team, a privilege or a default says so",
  },
  {
    role: "Collaborator",
    order: 10,
    does: "Sees only the members of the same teams in the NAME organization; reads or changes repositories only where a team or a privilege says so, never by a default",
  },
];

function roleEntitlements(resource: Json, { slug_perm, name }: OracleOrganization): Json[] {
  return roles.map(({ role, order, does }) => ({
    resource,
    id: `organization:${slug_perm}:${role.toLowerCase()}`,
    displayName: `${name} ${role}`,
    description: does.replace("NAME", () => name),
    grantableTo: [userType],
    annotations: [any("EntitlementExclusionGroup", { exclusionGroupId: `organization-role-${slug_perm}`, order })],
    purpose: "PURPOSE_VALUE_ASSIGNMENT",
    slug: role.toLowerCase(),
  }));
}

function teamEntitlements(resource: Json): Json[] {
  const name = String(resource["displayName"]);
  const key = resourceKey(resource);
  const shared = { resource, grantableTo: [userType] };
  return [
    {
      ...shared,
      id: `${key}:member`,
      displayName: `${name} Team Member`,
      description: `Member of the ${name} team, with the privileges on repositories that are given to the team`,
      purpose: "PURPOSE_VALUE_ASSIGNMENT",
      slug: "member",
    },
    {
      ...shared,
      id: `${key}:manager`,
      displayName: `${name} Team Manager`,
      description: `May change the settings and the members of the ${name} team`,
      purpose: "PURPOSE_VALUE_PERMISSION",
      slug: "manager",
    },
  ];
}

function memberGrants({ user_id, role, teams }: OracleMember, organization: OracleOrganization): Json[] {
  const grant = (type: string, resource: string, slug: string): Json => {
    const entitlement = `${type}:${resource}:${slug}`;
    return {
      entitlement: { resource: { id: { resourceType: type, resource } }, id: entitlement },
      principal: { id: { resourceType: "user", resource: user_id } },
      id: `${entitlement}:user:${user_id}`,
    };
  };
  const hasGrant = roles.some((known) => known.role === role);
  const grants = hasGrant ? [grant("organization", organization.slug_perm, role.toLowerCase())] : [];
  for (const place of teams) {
    const team = organization.teams.find(({ slug }) => slug === place.slug);
    if (team === undefined) continue;
    grants.push(grant("team", team.slug_perm, "member"));
    if (place.role === "Manager") grants.push(grant("team", team.slug_perm, "manager"));
  }
  return grants;
}

/** Proto JSON writes a moment in UTC with 0, 3, 6 or 9 digits of a second. */
function timestamp(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, seconds = "", fraction = ""] = /^(.{19})(?:\.(\d+))?Z$/.exec(text) ?? [];
  const digits = fraction.replace(/0+$/, "");
  const length = Math.ceil(digits.length / 3) * 3;
  return length === 0 ? `${seconds}Z` : `${seconds}.${digits.padEnd(length, "0")}Z`;
}

function known(values: Readonly<Record<string, JsonValue | undefined>>): Json {
  const kept = Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return Object.fromEntries(kept);
}

function resourceKey(resource: Json): string {
  const id = resource["id"] as Json; // made in this file
  return `${String(id["resourceType"])}:${String(id["resource"])}`;
}

function byKey(rows: readonly Json[]): Record<string, JsonValue> {
  return sorted(rows.map((row) => [String(row["id"]), row]));
}

function sorted(entries: readonly (readonly [string, Json])[]): Record<string, JsonValue> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
