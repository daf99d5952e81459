/** Which teams groups of the identity provider fill: there a change made in Cloudsmith does not last. */

import { OncePer } from "../../sdk/api/child-syncer.ts";
import { flag, objectOf } from "../../sdk/api/json-check.ts";
import type { GetOptions } from "../../sdk/contracts/connector.ts";
import { type Endpoint, orgPath } from "../client.ts";
import { unlessUnseen } from "../errors.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { groupSyncRows } from "./records.ts";
import { sign } from "./signs.ts";

/** Groups by the slug of the team that they fill, in lower case, each as `key=value`. */
export type TeamSources = ReadonlyMap<string, readonly string[]>;

/** Whether groups fill teams at all (Cloudsmith API: saml-group-sync status). */
const status: Endpoint<{ readonly saml_group_sync_status: boolean }> = {
  path: (org) => `${orgPath(org)}saml-group-sync/status/`,
  subject: "list",
  check: objectOf({ saml_group_sync_status: flag }),
};

/** The sources of all teams, asked for once in a sync; empty unless they are asked for, and where they are not shown. */
export const teamSources = new OncePer(
  async (reading: OrganizationReading, options: GetOptions): Promise<TeamSources> => {
    return reading.asked.tellsTeamSources ? await ask(reading, options) : new Map();
  },
);

async function ask({ client, organization }: OrganizationReading, options: GetOptions): Promise<TeamSources> {
  const org = organization.slug;
  const read = await unlessUnseen(client.records(groupSyncRows, org, options));
  if (!read) {
    options.warn(sign("CS-TEAM-SOURCES-UNSEEN"));
    options.report({ kind: "not-read", what: "team-sources", title: "groups that fill teams", reason: "refused" });
    return new Map();
  }
  const { rows } = read;
  const isOn = rows.length > 0 && (await unlessUnseen(client.record(status, org, "", options)))?.saml_group_sync_status;
  const sources = new Map<string, string[]>();
  if (isOn === false) return sources;
  for (const { team, idp_key, idp_value } of rows) {
    if (team === undefined) continue;
    const slug = team.toLowerCase();
    const groups = sources.get(slug) ?? [];
    groups.push(`${idp_key ?? ""}=${idp_value ?? ""}`);
    sources.set(slug, groups);
  }
  return sources;
}
