/**
 * Changes an organization between two requests: how tests play a roster that moves while it is read.
 * Accepts what the real service would refuse (duplicate ids, odd slugs), because tests need that, too.
 */
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { alphanumeric, createRandom, type Random } from "../random.ts";
import { type Member, type Organization, Team, type TeamFields, type TeamMembership, type TeamRole } from "./model.ts";

/** Adds, changes and removes members and teams. Each call is one revision of the organization. */
export class OrganizationEditor {
  readonly #organization: Organization;
  readonly #random: Random;

  readonly #nowMs: () => number;

  /** @param nowMs milliseconds since the epoch */
  constructor(organization: Organization, nowMs: () => number = Date.now) {
    this.#organization = organization;
    this.#nowMs = nowMs;
    this.#random = createRandom(organization.seed, "editor");
  }

  /** Adds a member; whatever is not given is made up. The slug must be given. */
  addMember(fields: Pick<Member, "user"> & Partial<Member>): Member {
    const member: Member = {
      userId: alphanumeric(this.#random, 12),
      userName: fields.user,
      email: `${fields.user}@${this.#organization.slug}.example`,
      role: "Member",
      isActive: true,
      hasTwoFactor: false,
      joinedAt: "2026-08-30T07:00:00Z",
      lastLoginAt: null,
      lastLoginMethod: "Unknown",
      visibility: "Public",
      memberships: [],
      overrides: undefined,
      ...fields,
    };
    this.#organization.members.push(member);
    this.#changed();
    return member;
  }

  /** Changes fields of a member, such as `user` (renames), `role` or `isActive`. */
  changeMember(user: string, fields: Partial<Member>): Member {
    const member = Object.assign(this.#member(user), fields);
    this.#changed();
    return member;
  }

  /** Removes a member, with all memberships of teams. */
  removeMember(user: string): void {
    const place = this.#organization.members.indexOf(this.#member(user));
    this.#organization.members.splice(place, 1);
    this.#changed();
  }

  /** Adds a team; whatever is not given is made up. The slug must be given. */
  addTeam(fields: Pick<TeamFields, "slug"> & Partial<TeamFields>): Team {
    const team = new Team({
      name: `Team ${fields.slug}`,
      slugPerm: alphanumeric(this.#random, 12),
      description: null,
      visibility: "Visible",
      madeAtMs: this.#nowMs(),
      ...fields,
    });
    this.#organization.teams.push(team);
    this.#changed();
    return team;
  }

  /** Changes fields of a team, such as `slug` (renames) or `visibility`. */
  changeTeam(slug: string, fields: Partial<TeamFields>): Team {
    const team = Object.assign(this.#team(slug), fields);
    this.#changed();
    return team;
  }

  /** Removes a team and everybody's membership of it. */
  removeTeam(slug: string): void {
    const team = this.#team(slug);
    this.#organization.teams.splice(this.#organization.teams.indexOf(team), 1);
    for (const holder of [...this.#organization.members, ...this.#organization.services]) {
      holder.memberships = holder.memberships.filter((membership) => membership.team !== team);
    }
    this.#changed();
  }

  /** Puts a member into a team, or changes the role in it. */
  addToTeam(user: string, slug: string, role: TeamRole = "Member"): void {
    this.#setMemberships(user, slug, (team) => [role === "Manager" ? team.asManager : team.asMember]);
  }

  /** Takes a member out of a team. */
  removeFromTeam(user: string, slug: string): void {
    this.#setMemberships(user, slug, () => []);
  }

  #setMemberships(user: string, slug: string, places: (team: Team) => readonly TeamMembership[]): void {
    const member = this.#member(user);
    const team = this.#team(slug);
    member.memberships = [...member.memberships.filter((membership) => membership.team !== team), ...places(team)];
    this.#changed();
  }

  #member(user: string): Member {
    return found(
      this.#organization.members.find((member) => member.user === user),
      `member ${user}`,
    );
  }

  #team(slug: string): Team {
    return found(
      this.#organization.teams.find((team) => team.slug === slug),
      `team ${slug}`,
    );
  }

  #changed(): void {
    this.#organization.revision++;
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new BatonError({
    code: "SANDBOX-NOT-FOUND",
    status: Status.notFound,
    message: `The sandbox organization has no ${what}.`,
    hint: "Look at the organization's members and teams for the slugs there are.",
  });
}
