/** What is said of a team or a mark in the picture. Pure. */
import { formatAmount, formatCount } from "../../design/format.ts";
import { roleTitle } from "./roles.ts";
import type { SceneCluster, SceneMark } from "./scene.ts";

/** `Platform: 12 people (1 owner, 11 member)`. */
export function clusterWords({ name, total, byRole }: SceneCluster): string {
  const roles = byRole.map(({ role, count }) => `${formatCount(count)} ${roleTitle(role).toLowerCase()}`);
  const people = formatAmount(total, "person", "people");
  return roles.length === 0 ? `${name}: ${people}` : `${name}: ${people} (${roles.join(", ")})`;
}

/** `Ada Lovelace, owner, disabled` or `Platform: 11 people, member`. */
export function markWords({ person, role, count }: SceneMark, team: string): string {
  const title = roleTitle(role).toLowerCase();
  if (!person) return `${team}: ${formatAmount(count, "person", "people")}, ${title}`;
  return [person.name || person.id, title, ...(person.isDisabled ? ["disabled"] : [])].join(", ");
}
