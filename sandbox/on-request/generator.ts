/**
 * What an organization has besides members and teams, and how much of it a sandbox makes: identity providers,
 * invitations, repositories with privileges and tokens, group mappings, an audit log. Each kind has its own stream of
 * chance, so that asking for more of one does not change another.
 */
import { timestamp } from "../organization/member-generator.ts";
import type {
  AuditEvent,
  EntitlementToken,
  GroupSync,
  Invite,
  Member,
  OidcProvider,
  OnRequest,
  OrganizationRole,
  Privilege,
  PrivilegeLevel,
  Repository,
  Service,
  Team,
} from "../organization/model.ts";
import { distinctId } from "../organization/team-generator.ts";
import { alphanumeric, createRandom, pickDistinct, type Random } from "../random.ts";

/** How much of each; everything has a default. */
export interface OnRequestCounts {
  /** Default 2. */
  readonly oidcProviders?: number;
  /** Default 3. */
  readonly invites?: number;
  /** Default 6. */
  readonly repositories?: number;
  /** Entitlement tokens of each repository. Default 2. */
  readonly tokensPerRepository?: number;
  /** Teams that groups of the identity provider fill. Default 2. */
  readonly groupSyncs?: number;
  /** Lines of the audit log. Default 40. */
  readonly auditEvents?: number;
}

/** Their names. */
export const onRequestCountNames = [
  "oidcProviders",
  "invites",
  "repositories",
  "tokensPerRepository",
  "groupSyncs",
  "auditEvents",
] as const satisfies readonly (keyof OnRequestCounts)[];

interface Present {
  readonly members: readonly Member[];
  readonly teams: readonly Team[];
  readonly services: readonly Service[];
}

const dayMs = 86_400_000;
/** The sandbox's today: the day on which its people last logged in. */
const todayMs = Date.UTC(2026, 7, 30);

/** Makes all of it for an organization. */
export function createOnRequest(seed: number, counts: OnRequestCounts, present: Present): OnRequest {
  const taken = new Set<string>();
  const repositories = createRepositories(createRandom(seed, "repositories"), counts, present, taken);
  return {
    oidcProviders: createProviders(createRandom(seed, "oidc"), counts.oidcProviders ?? 2, present, taken),
    invites: createInvites(createRandom(seed, "invites"), counts.invites ?? 3, present, taken),
    repositories,
    groupSyncs: createGroupSyncs(createRandom(seed, "groups"), counts.groupSyncs ?? 2, present, taken),
    auditEvents: createEvents(createRandom(seed, "audit"), counts.auditEvents ?? 40, present),
  };
}

const issuers: readonly (readonly [name: string, url: string, claims: Readonly<Record<string, string>>])[] = [
  [
    "GitHub Actions",
    "https://token.actions.githubusercontent.com",
    { repository: "acme/deploy", ref: "refs/heads/main" },
  ],
  ["GitLab CI", "https://gitlab.com", { namespace_path: "acme" }],
  ["CircleCI", "https://oidc.circleci.com/org/acme", {}],
  ["Buildkite", "https://agent.buildkite.com", { organization_slug: "acme", pipeline_slug: "*" }],
];

function createProviders(random: Random, count: number, { services }: Present, taken: Set<string>): OidcProvider[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, providerUrl, claims] = issuers[index % issuers.length] ?? random.pick(issuers);
    const round = Math.floor(index / issuers.length);
    return {
      slugPerm: newId(random, taken),
      name: round === 0 ? name : `${name} ${round + 1}`,
      providerUrl,
      enabled: index % 5 !== 3,
      claims,
      serviceAccounts: pickDistinct(random, services.length, Math.min(services.length, 1 + (index % 2))).flatMap(
        (place) => services[place]?.slug ?? [],
      ),
    };
  });
}

const inviteRoles: readonly OrganizationRole[] = ["Member", "Owner", "Collaborator", "Manager"];

function createInvites(random: Random, count: number, { members, teams }: Present, taken: Set<string>): Invite[] {
  const inviter = members[0]?.user ?? "sandbox-owner";
  return Array.from({ length: count }, (_, index) => ({
    slugPerm: newId(random, taken),
    email: index % 4 === 3 ? null : `newcomer-${index + 1}@invited.example`,
    user: index % 4 === 3 ? `known-elsewhere-${index + 1}` : null,
    role: inviteRoles[index % inviteRoles.length] ?? "Member",
    inviter,
    expiresAt: timestamp(random, todayMs + (1 + random.below(14)) * dayMs),
    memberships: pickDistinct(random, teams.length, Math.min(teams.length, index % 3)).flatMap(
      (place) => teams[place]?.asMember ?? [],
    ),
  }));
}

const purposes = ["production", "staging", "internal-tools", "mirror", "docs", "experiments"];
const kinds = ["Private", "Private", "Private", "Open-Source", "Public", "Private"] as const;
const defaults = ["None", "Read", "None", "Read", "Write", "None"] as const;

function createRepositories(
  random: Random,
  { repositories = 6, tokensPerRepository = 2 }: OnRequestCounts,
  present: Present,
  taken: Set<string>,
): Repository[] {
  return Array.from({ length: repositories }, (_, index) => {
    const round = Math.floor(index / purposes.length);
    const slug = `${purposes[index % purposes.length] ?? "repository"}${round === 0 ? "" : `-${round + 1}`}`;
    return {
      name: slug.replaceAll("-", " "),
      slug,
      slugPerm: newId(random, taken),
      description: `Packages of ${slug}`,
      createdAt: timestamp(random, Date.UTC(2019, 0, 1) + random.below(2000 * dayMs)),
      kind: kinds[index % kinds.length] ?? "Private",
      defaultPrivilege: defaults[index % defaults.length] ?? "None",
      privileges: createPrivileges(random, present),
      tokens: Array.from({ length: tokensPerRepository }, (__, token) =>
        createToken(random, token, present.members, taken),
      ),
    };
  });
}

function createPrivileges(random: Random, { members, teams, services }: Present): Privilege[] {
  const level = (): PrivilegeLevel => (["Read", "Read", "Write", "Admin"] as const)[random.below(4)] ?? "Read";
  const some = <T>(list: readonly T[], most: number): readonly T[] =>
    pickDistinct(random, list.length, Math.min(list.length, random.below(most + 1))).flatMap(
      (place) => list[place] ?? [],
    );
  return [
    ...some(teams, 3).map((team) => ({ level: level(), team })),
    ...some(members, 3).map((user) => ({ level: level(), user })),
    ...some(services, 2).map((service) => ({ level: level(), service })),
  ];
}

function createToken(random: Random, index: number, members: readonly Member[], taken: Set<string>): EntitlementToken {
  const user = members.length > 0 && random.chance(0.5) ? random.pick(members) : null;
  return {
    slugPerm: newId(random, taken),
    name: index === 0 ? "Default" : `Partner ${index}`,
    user,
    createdBy: members[0]?.user ?? "sandbox-owner",
    createdAt: timestamp(random, todayMs - random.below(900 * dayMs)),
    isActive: random.chance(0.9),
    expiresAt: random.chance(0.4) ? timestamp(random, todayMs + (random.below(400) - 100) * dayMs) : null,
  };
}

function createGroupSyncs(random: Random, count: number, { teams }: Present, taken: Set<string>): GroupSync[] {
  return teams.slice(0, count).map((team, index) => ({
    slugPerm: newId(random, taken),
    team,
    idpKey: "groups",
    idpValue: `cloudsmith-${team.slug}`,
    role: index % 3 === 2 ? "Manager" : "Member",
  }));
}

function createEvents(random: Random, count: number, { members, teams, services }: Present): AuditEvent[] {
  const actors: readonly (Member | Service)[] = [...members.filter(({ isActive }) => isActive), ...services];
  const spanMs = 30 * dayMs;
  return Array.from({ length: count }, (_, index) => {
    const kind = random.below(10);
    const actor = actors.length > 0 && kind < 9 ? random.pick(actors) : null;
    return {
      uuid: `${alphanumeric(random, 8)}-${alphanumeric(random, 4)}-${alphanumeric(random, 12)}`.toLowerCase(),
      eventAt: timestamp(random, todayMs - Math.floor((spanMs * (index + random.next())) / Math.max(1, count))),
      actor,
      ...eventOf(random, kind, { members, teams }),
    };
  });
}

function eventOf(
  random: Random,
  kind: number,
  { members, teams }: Pick<Present, "members" | "teams">,
): Pick<AuditEvent, "event" | "target"> {
  if (kind === 7 && teams.length > 0) return { event: "org.team.member_added", target: random.pick(teams) };
  if (kind === 8 && members.length > 0) return { event: "org.member.added", target: random.pick(members) };
  if (kind === 9) return { event: "user.api_token.expired", target: null };
  return { event: kind < 5 ? "user.login" : "repository.updated", target: null };
}

function newId(random: Random, taken: Set<string>): string {
  return distinctId(() => alphanumeric(random, 12), taken);
}
