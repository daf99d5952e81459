/**
 * The shapes of a sandbox organization in memory. How they look on the wire is bodies.ts' matter.
 * Records are mutable, because tests change them between requests (see editor.ts).
 */

/** Roles in an organization, highest first (Cloudsmith API: members list). */
export const organizationRoles = ["Owner", "Manager", "Member", "Collaborator"] as const;

/** A role in an organization. */
export type OrganizationRole = (typeof organizationRoles)[number];

/** A role in a team. */
export type TeamRole = "Manager" | "Member";

/** How a member last logged in (Cloudsmith API: members list). */
export const loginMethods = ["Unknown", "Password", "Social", "SAML", "OIDC"] as const;

/** A way to log in. */
export type LoginMethod = (typeof loginMethods)[number];

/** Wire fields laid over a rendered row, for tests of bad data; a value of `undefined` leaves the field out. */
export type Overrides = Readonly<Record<string, unknown>>;

/** What a team is made of. */
export interface TeamFields {
  /** 2 to 200 characters, pattern `^\w[\w \-'\.\/()]+$`. */
  name: string;
  /** Renameable id used in paths. */
  slug: string;
  /** Immutable id, 12 characters. */
  slugPerm: string;
  /** At most 200 characters. */
  description: string | null;
  visibility: "Visible" | "Hidden";
  /** When it was made, milliseconds since the epoch; undefined: long ago. */
  madeAtMs?: number | undefined;
  overrides?: Overrides | undefined;
}

/** A place in a team. */
export interface TeamMembership {
  readonly team: Team;
  readonly role: TeamRole;
}

/** A team. Holds its two possible memberships, which all its members share: a million of them cost pointers only. */
export class Team implements TeamFields {
  name: string;
  slug: string;
  slugPerm: string;
  description: string | null;
  visibility: "Visible" | "Hidden";
  madeAtMs: number | undefined;
  overrides: Overrides | undefined;
  readonly asManager: TeamMembership;
  readonly asMember: TeamMembership;

  constructor(fields: TeamFields) {
    this.name = fields.name;
    this.slug = fields.slug;
    this.slugPerm = fields.slugPerm;
    this.description = fields.description;
    this.visibility = fields.visibility;
    this.madeAtMs = fields.madeAtMs;
    this.overrides = fields.overrides;
    this.asManager = { team: this, role: "Manager" };
    this.asMember = { team: this, role: "Member" };
  }
}

/** A person's membership of the organization. */
export interface Member {
  /** Slug of the user, used in paths. */
  user: string;
  /** Immutable id, 12 characters. */
  userId: string;
  /** Display name, any script. */
  userName: string;
  email: string;
  role: OrganizationRole;
  isActive: boolean;
  hasTwoFactor: boolean;
  /** RFC 3339, UTC. */
  joinedAt: string;
  /** RFC 3339, UTC; null when the person never logged in. */
  lastLoginAt: string | null;
  lastLoginMethod: LoginMethod;
  visibility: "Public" | "Private";
  memberships: readonly TeamMembership[];
  overrides: Overrides | undefined;
}

/** A service account. */
export interface Service {
  slug: string;
  /** Immutable id, 12 characters; only `/user/self/` shows it. */
  slugPerm: string;
  /** 1 to 120 characters. */
  name: string;
  /** 1 to 1024 characters. */
  description: string;
  role: "Manager" | "Member";
  createdAt: string;
  /** Slug of the user who made it. */
  createdBy: string;
  /** Last four characters of its key, all that a reader ever sees. */
  keyTail: string;
  keyExpiresAt: string | null;
  memberships: readonly TeamMembership[];
}

/** A trusted issuer of tokens, which workloads trade for a service account (Cloudsmith API: ProviderSettings). */
export interface OidcProvider {
  slugPerm: string;
  name: string;
  providerUrl: string;
  enabled: boolean;
  claims: Readonly<Record<string, string>>;
  /** Slugs of services. */
  serviceAccounts: readonly string[];
}

/** An invitation that nobody has accepted yet (Cloudsmith API: OrganizationInvite). */
export interface Invite {
  slugPerm: string;
  /** One of the two may be null. */
  email: string | null;
  user: string | null;
  role: OrganizationRole;
  inviter: string;
  expiresAt: string;
  memberships: readonly TeamMembership[];
}

/** A level of access to a repository. */
export type PrivilegeLevel = "Admin" | "Write" | "Read";

/** An explicit privilege; exactly one of the holders is set (Cloudsmith API: RepositoryPrivilegeDict). */
export interface Privilege {
  readonly level: PrivilegeLevel;
  readonly user?: Member;
  readonly team?: Team;
  readonly service?: Service;
}

/** A token that downloads packages (Cloudsmith API: RepositoryToken); what it is made of is nobody's to see. */
export interface EntitlementToken {
  slugPerm: string;
  name: string;
  user: Member | null;
  createdBy: string;
  createdAt: string;
  isActive: boolean;
  expiresAt: string | null;
}

/** A repository (Cloudsmith API: Repository). */
export interface Repository {
  name: string;
  slug: string;
  slugPerm: string;
  description: string;
  createdAt: string;
  kind: "Public" | "Private" | "Open-Source";
  defaultPrivilege: PrivilegeLevel | "None";
  privileges: readonly Privilege[];
  tokens: readonly EntitlementToken[];
}

/** A group of the identity provider that fills a team (Cloudsmith API: OrganizationGroupSync). */
export interface GroupSync {
  slugPerm: string;
  team: Team;
  idpKey: string;
  idpValue: string;
  role: "Manager" | "Member";
}

/** A line of the audit log (Cloudsmith API: NamespaceAuditLog). */
export interface AuditEvent {
  uuid: string;
  event: string;
  eventAt: string;
  /** Null where the system itself acted. */
  actor: Member | Service | null;
  /** What was acted on; null where that is the organization. */
  target: Member | Team | Service | null;
}

/** What an organization has besides, and is read only on request. */
export interface OnRequest {
  oidcProviders: OidcProvider[];
  invites: Invite[];
  repositories: Repository[];
  groupSyncs: GroupSync[];
  /** Newest first. */
  auditEvents: AuditEvent[];
}

/** A whole organization. */
export interface Organization {
  readonly seed: number;
  /** Grows with every change, so that whatever was derived from the organization can be thrown away. */
  revision: number;
  name: string;
  slug: string;
  slugPerm: string;
  createdAt: string;
  country: string | null;
  location: string | null;
  tagline: string | null;
  members: Member[];
  teams: Team[];
  services: Service[];
  onRequest: OnRequest;
}
