/** The roles of an organization with their numbers of people. */
import type { SourceInfo } from "../../contract/sources.ts";
import { Empty } from "../design/empty.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import { allPeople, peopleScreenAddress } from "./people-query.ts";
import { RoleSign } from "./picture/role-sign.tsx";
import { roleTitle } from "./picture/roles.ts";

/** What the roles that Cloudsmith has allow, in a sentence; other products' roles go without. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["owner", "Everything, including members, billing and the organization itself."],
  ["manager", "Members, teams and repositories, but not owners or billing."],
  ["member", "What teams and repositories grant them."],
  ["collaborator", "Guests: only what they were invited to."],
]);

/** A card for each role; it leads to the people who hold it. */
export function RolesPanel({ source, info }: { readonly source: string; readonly info: SourceInfo }) {
  if (info.roles.length === 0) {
    return (
      <Empty icon="key" title="No roles in here">
        The file has no organization whose roles people hold. Access is below Contents.
      </Empty>
    );
  }
  return (
    <ul class="cards role-cards">
      {info.roles.map(({ slug, name, count }) => (
        <li key={slug} class="card">
          <h2 class="row">
            <RoleSign role={slug} />
            <a class="card-link" href={peopleScreenAddress(source, { ...allPeople, role: slug })}>
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
