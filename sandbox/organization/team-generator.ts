/** Makes the teams of a sandbox organization: names within the documented pattern, distinct slugs, some hidden. */

import { alphanumeric, createRandom } from "../random.ts";
import { Team } from "./model.ts";

const areas = [
  "Platform",
  "Release Eng.",
  "Security",
  "Data",
  "People's Ops",
  "R/D",
  "Mobile",
  "QA (Manual)",
  "Payments",
  "Site-Reliability",
  "Docs",
  "Support",
  "Build.Tools",
  "Edge",
  "Research",
  "_internal",
] as const;

const branches = [
  "",
  " EMEA",
  " (APAC)",
  " - Core",
  " / Tools",
  " v2.0",
  " 'Blue'",
  " On-Call",
  " (N. America)",
] as const;

const purposes = [
  "Keeps the lights on.",
  "Owns the build from source to package.",
  "Ships on Thursdays, explains on Fridays. ✅",
  "Beheert de pakketten – für alle Länder.",
  "一切のリリースを担当します",
  "",
] as const;

/** `count` teams. Every fifth is hidden; about a third have no description (null), some an empty one. */
export function createTeams(seed: number, count: number): Team[] {
  const random = createRandom(seed, "teams");
  const shift = random.below(areas.length);
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const name = teamName(index, shift);
    return new Team({
      name,
      slug: distinct(slugOf(name, index), taken),
      slugPerm: distinctId(() => alphanumeric(random, 12), taken),
      description: random.chance(0.35) ? null : random.pick(purposes),
      visibility: index % 5 === 4 ? "Hidden" : "Visible",
    });
  });
}

/** Area, branch and, once both lists are used up, a number. */
function teamName(index: number, shift: number): string {
  const area = areas[(index + shift) % areas.length] ?? "Team";
  const branch = branches[Math.floor(index / areas.length) % branches.length] ?? "";
  const round = Math.floor(index / (areas.length * branches.length));
  return `${area}${branch}${round === 0 ? "" : ` ${round + 1}`}`;
}

/** Letters, digits and dashes; every seventh team uses underscores, and keeps its capitals, as the pattern allows. */
function slugOf(name: string, index: number): string {
  if (index % 7 === 3) return name.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_|_$/g, "");
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** The text itself, or with the first free number behind it. */
export function distinct(text: string, taken: Set<string>): string {
  let candidate = text;
  for (let number = 2; taken.has(candidate); number++) candidate = `${text}-${number}`;
  taken.add(candidate);
  return candidate;
}

/** Draws until an id is new. */
export function distinctId(draw: () => string, taken: Set<string>): string {
  let id = draw();
  while (taken.has(id)) id = draw();
  taken.add(id);
  return id;
}
