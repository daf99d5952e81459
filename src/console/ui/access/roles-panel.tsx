/** The roles of an organization with their numbers of people. */

import { formatAmount, formatCount } from "../design/format.ts";
import { Empty } from "../design/loaded.tsx";
import { roleTitle } from "../rows/cells.tsx";
import { screenAddress } from "./source-address.ts";
import type { InfoProps } from "./source-frame.tsx";
import { RoleSign } from "./teams/role-sign.tsx";

/** What the roles that Cloudsmith has allow, in a sentence; other products' roles go without. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["owner", "Everything. Only owners manage owners."],
  ["manager", "People and teams, except owners."],
  ["member", "What all members get, and what is granted to them or their teams."],
  ["collaborator", "Only what is granted to them or their teams."],
]);

/** A card for each role; it leads to the people who hold it. */
export function RolesPanel({ info: { source, roles } }: InfoProps) {
  if (roles.length === 0) {
    return (
      <Empty icon="key" title="No roles in here">
        The file has no organization whose roles people hold. Access is below Contents.
      </Empty>
    );
  }
  return (
    <ul class="cards role-cards">
      {roles.map(({ slug, name, count }) => (
        <li key={slug} class="card">
          <h2 class="row">
            <RoleSign role={slug} />
            <a class="card-link" href={screenAddress(source, "people", { roles: slug })}>
              {roleTitle(name || slug)}
            </a>
          </h2>
          <p class="role-count number">
            {formatCount(count)} <span class="muted small">{count === 1 ? "person" : "people"}</span>
          </p>
          <p class="muted">
            {meanings.get(slug.toLowerCase()) ?? `A role of ${formatAmount(count, "person", "people")}.`}
          </p>
        </li>
      ))}
    </ul>
  );
}
