/** Makes the service accounts of a sandbox organization: managers and members, with and without teams. */
import { timestamp } from "./member-generator.ts";
import type { Service, Team } from "./model.ts";
import { alphanumeric, createRandom, pickDistinct } from "./random.ts";
import { distinct, distinctId } from "./team-generator.ts";

const purposes = ["Baton Sync", "CI Publisher", "Nightly Mirror", "Terraform", "Release Robot", "Scanner (licences)"];

const FIRST_MS = Date.UTC(2023, 0, 1);
const SPAN_MS = 3 * 365 * 86_400_000;

/** Longest slug the service derives from a name (Cloudsmith API: services). */
const SLUG_LIMIT = 30;

/** `count` services. The first is a Manager, the second a Member: they hold the sandbox's two service keys. */
export function createServices(seed: number, count: number, teams: readonly Team[], createdBy: string): Service[] {
  const random = createRandom(seed, "services");
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / purposes.length);
    const name = `${purposes[index % purposes.length] ?? "Service"}${round === 0 ? "" : ` ${round + 1}`}`;
    const slug = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
    return {
      slug: distinct(slug.slice(0, SLUG_LIMIT), taken),
      slugPerm: distinctId(() => alphanumeric(random, 12), taken),
      name,
      description: `Service account no. ${index + 1}`,
      role: index % 3 === 0 ? "Manager" : "Member",
      createdAt: timestamp(random, FIRST_MS + random.below(SPAN_MS)),
      createdBy,
      keyTail: alphanumeric(random, 4),
      keyExpiresAt: random.chance(0.3) ? "2027-12-31T00:00:00Z" : null,
      memberships: pickDistinct(random, teams.length, index === 0 ? 0 : 1 + random.below(3)).flatMap((place) => {
        const team = teams[place];
        if (!team) return [];
        return [random.chance(0.2) ? team.asManager : team.asMember];
      }),
    };
  });
}
