/** Repositories, and who holds an explicit privilege on each. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import type { ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { externalLink, rawId } from "../../sdk/resources/annotations.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { profileOf, shown } from "../../sdk/resources/profile.ts";
import { timestampOf } from "../../sdk/resources/timestamps.ts";
import { slugOf, teamId, userId } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { teamMemberSlug, teamType, userType } from "../types.ts";
import { type AskedOf, ofEachRepository, Unseen, warnOfForeign } from "./each-repository.ts";
import { distinct, serviceOf, teamOf } from "./holders.ts";
import { type PrivilegeRow, privilegeRowsOf, type RepositoryRow } from "./records.ts";
import { unseen } from "./requested-list.ts";
import { sign } from "./signs.ts";
import { privilegeSlug, repositoryEntitlements, repositoryType, serviceId, serviceType } from "./types.ts";

/** Reads the repositories and the explicit privileges on them. */
export class RepositorySyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = repositoryType;
  readonly #privileges = ofEachRepository(privilegesOn);

  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    const page = await reading.requested.repositories.page(options, (row) => {
      warnOfForeign(row, reading, options);
      return repositoryResource(row, parent);
    });
    if (page.nextPageToken === "") sayWhatCannotBeKnown(options);
    return page;
  }

  async entitlements(repository: Resource, { signal }: ListOptions): Promise<Page<Entitlement>> {
    const reading = await this.reading(signal);
    return { items: repositoryEntitlements(repository, reading.reads(serviceType.id)), nextPageToken: "" };
  }

  async grants(repository: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.reading(options.signal);
    const slug = slugOf(repository);
    const { repositories } = reading.requested;
    const keys = (): readonly string[] => {
      const notes = repositories.memory(options.session).notes();
      return notes.map(({ name }) => name);
    };
    const answer = await this.#privileges.of(reading).get(slug, { keys, signal: options.signal });
    if (answer === "gone") options.warn(sign("CS-REPOSITORY-GONE", { repository: repository.displayName }));
    if (answer instanceof Unseen) warnOfHidden(repository, answer, options);
    const rows = answer === "gone" || answer instanceof Unseen ? [] : answer;
    const items: Grant[] = [];
    for (const row of rows) items.push(...(await privilegeGrants(row, repository, reading, options)));
    return { items: distinct(items), nextPageToken: "" };
  }
}

/** A page that is no round number of rows is no full one, whatever the server makes of the size: it is the last. */
async function privilegesOn(repository: string, { client, org, signal }: AskedOf): Promise<readonly PrivilegeRow[]> {
  const list = privilegeRowsOf(repository);
  const { items, isLast } = await client.page(list, org, { page: 1, signal });
  const isWhole = isLast || items.length % 10 !== 0;
  return isWhole ? items : (await client.records(list, org, { signal })).rows;
}

/** One for each holder that the row names. */
async function privilegeGrants(
  row: PrivilegeRow,
  repository: Resource,
  reading: OrganizationReading,
  options: ListOptions,
): Promise<readonly Grant[]> {
  const slug = privilegeSlug(row.privilege);
  if (slug === undefined) {
    const { privilege = "" } = row;
    options.warn(sign("CS-PRIVILEGE-UNKNOWN", { repository: repository.displayName, privilege }));
    return [];
  }
  const entitlement = { id: entitlementId(repository.id, slug), resource: repository.id };
  const resourceTypeIds = [userType.id, ...(reading.reads(serviceType.id) ? [serviceType.id] : [])];
  return (await holdersOf(row, repository, reading, options)).map((principal) => {
    const grant = newGrant(entitlement, principal);
    if (principal.resourceType !== teamType.id) return grant;
    const entitlementIds = [entitlementId(principal, teamMemberSlug)];
    return { ...grant, expandable: { entitlementIds, shallow: true, resourceTypeIds } };
  });
}

/** Who holds it; one who is not in the file is left out, which is said unless the type is not read at all. */
async function holdersOf(
  { user, team, service }: PrivilegeRow,
  repository: Resource,
  reading: OrganizationReading,
  options: ListOptions,
): Promise<readonly ResourceId[]> {
  const holders: ResourceId[] = [];
  const warnOfUnlisted = (holder: string): void =>
    options.warn(sign("CS-PRIVILEGE-HOLDER-UNLISTED", { repository: repository.displayName, holder }));
  if (team !== undefined) {
    const id = await teamOf(team, reading, options);
    if (id !== undefined) holders.push(teamId(id));
  }
  if (service !== undefined && reading.reads(serviceType.id)) {
    const id = serviceOf(service, reading, options);
    if (id === undefined) warnOfUnlisted(`service account '${service}'`);
    else holders.push(serviceId(id));
  }
  if (user !== undefined && reading.reads(userType.id)) {
    const id = await reading.memberIds.of(user, reading.members.memory(options.session), options);
    if (id === undefined) warnOfUnlisted(`'${user}'`);
    else holders.push(userId(id));
  }
  if (user === undefined && team === undefined && service === undefined) {
    warnOfUnlisted("nobody that is named");
  }
  return holders;
}

function warnOfHidden({ displayName }: Resource, { why }: Unseen, { warn }: ListOptions): void {
  const useWiderKey = "Use an Owner's key, or give the key's owner Admin on each repository.";
  const { problem, hint } = unseen(`the privileges on the repository '${displayName}'`, useWiderKey, why);
  warn({ ...sign("CS-REPOSITORY-UNSEEN", { problem }), hint });
}

/** Effective access is more than explicit privileges, and no API says the rest (Cloudsmith docs: privileges). */
function sayWhatCannotBeKnown({ warn, report }: ListOptions): void {
  const title = "the workspace's default privilege on repositories and the rights that owners have on all of them";
  report({ kind: "not-read", what: "repository-defaults", title, reason: "out-of-scope" });
  warn({ ...sign("CS-REPOSITORY-DEFAULTS", { title }), signal: "R14" });
}

function repositoryResource(row: RepositoryRow, organization: ResourceId): Resource {
  const { slug_perm, slug, created_at, default_privilege, repository_type_str, self_webapp_url } = row;
  const createdAt = timestampOf(created_at);
  return {
    id: { resourceType: repositoryType.id, resource: slug_perm },
    parentResourceId: organization,
    displayName: shown(row.name) || slug,
    annotations: [
      rawId(slug_perm),
      ...(self_webapp_url?.startsWith("https://") ? [externalLink(self_webapp_url)] : []),
    ],
    ...(row.description ? { description: row.description } : {}),
    profile: profileOf({ created_at, default_privilege, slug, visibility: repository_type_str }),
    ...(createdAt && { createdAt }),
  };
}
