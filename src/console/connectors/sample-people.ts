/**
 * Who is in the sample organization: people with names like people's, dates that count from today, and something to find
 * in every review. The same at every start but for the dates.
 */
import type { Member, Organization, OrganizationRole } from "../../../sandbox/organization/model.ts";
import { createOrganization } from "../../../sandbox/organization/organization.ts";

/** Same seed, same ids: the sample that a restarted console finds is the one that it left. */
const seed = 2024;
const count = 240;
const dayMs = 86_400_000;

// As many first names as last ones: then no two people share a name and an address.
const firstNames =
  "Ada Amina Anders Beatriz Björn Camille Chiara Daniel Elena Emeka Emma Felix Freya Hana Henrik Ines Ivan Jana João José Katarzyna Kenji Lars Leila Łukasz Maria Mateo Mei Nadia Noah Olivia Omar Pavel Priya Rafael Rosa Samuel Sofia Tomás Zoë".split(
    " ",
  );
const lastNames =
  "Lindqvist Okafor Moreau Novák Tanaka Silva Weber O'Neil Bianchi Kowalski García Haddad Jensen Castillo Brandt Petrov Dubois Nguyen Rossi Larsen Santos Keller Fischer Amari Sørensen Yılmaz Horvat Murphy Kim Andersson Costa Schneider Dvořák Ferreira Hansen Ivanova Marín Popescu Svensson Virtanen".split(
    " ",
  );
const teamNames = [
  "Platform",
  "Release Engineering",
  "Security",
  "Data",
  "Mobile",
  "Payments",
  "Support",
  "Site Reliability",
  "Developer Experience",
  "Quality",
  "Research",
  "Incident Response",
  "Contractors",
  "Old Build System",
];

/** Numbers of roles, from the first member on; the others are members, the last of all collaborators. */
const owners = 5;
const managers = 12;
const collaborators = 26;

/** Makes it. @param nowMs moment that all dates count from, milliseconds since the epoch. */
export function sampleOrganization(nowMs: number): Organization {
  const organization = createOrganization({
    seed,
    members: count,
    teams: teamNames.length,
    slug: "acme",
    name: "Acme Corporation",
  });
  for (const [at, team] of organization.teams.entries()) {
    team.name = teamNames[at] ?? team.name;
    team.visibility = team.name === "Incident Response" ? "Hidden" : "Visible";
    team.description = null;
  }
  for (const [at, member] of organization.members.entries()) Object.assign(member, personAt(at, member, nowMs));
  return organization;
}

/** What happened since the first sync: somebody came, somebody left, somebody rose, somebody is called otherwise now. */
export function liveOn(organization: Organization, nowMs: number): void {
  const { members } = organization;
  const [rising, renamed] = [members[owners + managers + 3], members[owners + managers + 9]];
  const leaving = members[owners + managers + 20];
  if (!rising || !renamed || !leaving) return;
  rising.role = "Owner";
  renamed.userName = renamed.userName.replace(/ .*/, " Lindqvist-Okafor");
  const joinedAt = new Date(nowMs - dayMs).toISOString();
  const joining = { user: "nora-berg", userId: "SampleNew001", userName: "Nora Berg", email: "nora.berg@acme.example" };
  organization.members = [
    ...members.filter((member) => member !== leaving),
    { ...leaving, ...joining, joinedAt, lastLoginAt: joinedAt, isActive: true },
  ];
  organization.revision++;
}

function personAt(at: number, member: Member, nowMs: number): Partial<Member> {
  const first = firstNames[at % firstNames.length] ?? "";
  const last = lastNames[(at * 7 + Math.floor(at / lastNames.length)) % lastNames.length] ?? "";
  const login = plain(`${first}-${last}`);
  const role = roleAt(at);
  const isPrivileged = role === "Owner" || role === "Manager";
  return {
    userName: `${first} ${last}`,
    user: `${login}-${at}`,
    email: `${plain(`${first}.${last}`)}@acme.example`,
    role,
    // One owner and one manager left and were forgotten; of the others some.
    isActive: isPrivileged ? at !== 3 && at !== owners + 4 : at % 16 !== 5,
    hasTwoFactor: isPrivileged ? at !== 1 && at % 6 !== 0 : at % 5 !== 0,
    joinedAt: new Date(nowMs - (40 + ((at * 37) % 1600)) * dayMs).toISOString(),
    lastLoginAt: lastLogin(at, nowMs),
    lastLoginMethod: at % 3 === 0 ? "SAML" : "Password",
    visibility: "Public",
    memberships: placesOf(at, member),
    overrides: undefined,
  };
}

function roleAt(at: number): OrganizationRole {
  if (at < owners) return "Owner";
  if (at < owners + managers) return "Manager";
  return at >= count - collaborators ? "Collaborator" : "Member";
}

/** Most were here in the last weeks; some were not for long, a few never. */
function lastLogin(at: number, nowMs: number): string | null {
  if (at % 29 === 11) return null;
  const days =
    at % 13 === 7 ? 190 + at : at % 11 === 4 ? 95 + (at % 70) : at % 7 === 2 ? 35 + (at % 40) : (at * 5) % 24;
  return new Date(nowMs - days * dayMs - (at % 9) * 3_600_000).toISOString();
}

/** Nobody is in the last team any more, and nobody manages the one before it. */
function placesOf(at: number, { memberships }: Member): Member["memberships"] {
  const unmanaged = teamNames[teamNames.length - 2];
  return memberships
    .filter(({ team }) => team.name !== teamNames.at(-1))
    .map((place) => (place.team.name === unmanaged || at % 4 === 3 ? place.team.asMember : place));
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}|'/gu, "")
    .toLowerCase()
    .replaceAll("ł", "l")
    .replaceAll("ø", "o")
    .replaceAll("ı", "i");
}
