/** Entitlement tokens: credentials that download from a repository. No part of a token is ever asked for or kept. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import type { ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId, Timestamp } from "../../sdk/contracts/model.ts";
import { rawId } from "../../sdk/resources/annotations.ts";
import { profileOf, shown } from "../../sdk/resources/profile.ts";
import { timestampOf } from "../../sdk/resources/timestamps.ts";
import { CredentialType, secretTrait } from "../../sdk/resources/traits.ts";
import { userId } from "../converters.ts";
import { unlessUnseen } from "../errors.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { ofEachRepository, Unseen, warnOfForeign } from "./each-repository.ts";
import { listedMember } from "./holders.ts";
import { repositoryRows, type TokenRow, tokenRows } from "./records.ts";
import { expiryOf, reportRead, rowsOf, warnOfUnseen } from "./requested-list.ts";
import { sign } from "./signs.ts";
import { entitlementTokenType } from "./types.ts";

/** Reads the entitlement tokens, repository by repository. */
export class EntitlementTokenSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = entitlementTokenType;
  readonly #tokens = ofEachRepository((slug, { client, org, signal }) => {
    return client.records(tokenRows(slug), org, { signal });
  });

  /** The first page asks which repositories there are; each later one gives the tokens of one. */
  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    if (options.pageToken === "") return await this.#begin(reading, options);
    const { slugs, startedAtMs } = plan(options);
    // Place of the repository, and how many tokens those before it have.
    const [place = 0, before = 0] = options.pageToken.split(",").map(Number);
    const repository = slugs[place] ?? "";
    const answer = await this.#tokens.of(reading).get(repository, { keys: () => slugs, signal: options.signal });
    const named = { ...words, list: `${words.list} '${repository}'` };
    if (answer instanceof Unseen) warnOfUnseen(named, options, answer.why);
    const rows = answer === "gone" || answer instanceof Unseen ? [] : rowsOf(answer, named, options);
    const items: Resource[] = [];
    for (const row of rows) {
      if (row.slug_perm === "") options.warn(sign("CS-ID-MISSING", { repository }));
      else
        items.push(
          tokenResource(row, {
            organization: parent,
            repository,
            ...(await people(row, reading, options)),
            expiresAt: expiryOf(row.limit_date_range_to, words, options),
          }),
        );
    }
    const read = before + items.length;
    const isLast = place + 1 >= slugs.length;
    reportRead(words, { read, startedAtMs, endedAtMs: isLast ? reading.nowMs() : null }, options);
    return { items, nextPageToken: isLast ? "" : `${place + 1},${read}` };
  }

  async #begin(reading: OrganizationReading, options: ListOptions): Promise<Page<Resource>> {
    const startedAtMs = reading.nowMs();
    const named = { ...words, list: "the list of repositories" };
    const asking = reading.client.records(repositoryRows, reading.organization.slug, options);
    const read = await unlessUnseen(asking, (why) => warnOfUnseen(named, options, why));
    const rows = read ? rowsOf(read, named, options) : [];
    for (const row of rows) warnOfForeign(row, reading, options);
    const slugs = [...new Set(rows.map(({ slug }) => slug))];
    options.session.set(planKey, Buffer.from(JSON.stringify({ slugs, startedAtMs }), "utf8"));
    return { items: [], nextPageToken: slugs.length > 0 ? "0,0" : "" };
  }
}

const words = {
  list: "the entitlement tokens of the repository",
  rows: "entitlement tokens",
  resourceType: entitlementTokenType.id,
};

/** Whose tokens are read, in order. */
interface Plan {
  readonly slugs: readonly string[];
  readonly startedAtMs: number;
}

/** Session key of the plan. */
const planKey = "entitlement-tokens/plan";

function plan({ session }: ListOptions): Plan {
  const stored = session.get(planKey);
  // Only `#begin` wrote it.
  return stored ? (JSON.parse(Buffer.from(stored).toString("utf8")) as Plan) : { slugs: [], startedAtMs: 0 };
}

/** Ids of members; undefined where nobody is named, or nobody of that login is in the file. */
interface People {
  readonly owner: string | undefined;
  readonly creator: string | undefined;
}

async function people({ user, created_by }: TokenRow, reading: OrganizationReading, options: ListOptions) {
  const member = async (login: string | undefined) =>
    login === undefined ? undefined : await listedMember(login, reading, options);
  return { owner: await member(user), creator: await member(created_by) } satisfies People;
}

interface TokenContext extends People {
  readonly organization: ResourceId;
  readonly repository: string;
  readonly expiresAt: Timestamp | undefined;
}

function tokenResource(row: TokenRow, { organization, repository, owner, creator, expiresAt }: TokenContext): Resource {
  const { slug_perm, name, user, is_active, created_at, created_by, limit_date_range_to } = row;
  const profile = profileOf({
    active: is_active,
    created_at,
    created_by,
    expires_at: limit_date_range_to,
    repository,
    user,
  });
  const createdAt = timestampOf(created_at);
  return {
    id: { resourceType: entitlementTokenType.id, resource: slug_perm },
    parentResourceId: organization,
    displayName: `${shown(name) || slug_perm} (${repository})`,
    annotations: [
      rawId(slug_perm),
      secretTrait({
        profile,
        credentialType: CredentialType.staticSecret,
        createdAt,
        expiresAt,
        createdBy: creator === undefined ? undefined : userId(creator),
        identity: owner === undefined ? undefined : userId(owner),
      }),
    ],
    profile,
    ...(createdAt && { createdAt }),
  };
}
