/** What a file is: its sync, the word of its run, what is in it. */

import { noticesAbout, syncSeconds } from "../../reports/ask.ts";
import { compareRoles, slugOf } from "../../reports/file-shape.ts";
import { readRunRecord, resultNotice, runOf } from "../../reports/run-result.ts";
import { capitalized } from "../../reports/screen/chart.ts";
import { parseGoTime } from "../../sdk/c1z/container/go-time.ts";
import type { SyncRun } from "../../sdk/c1z/write/sync-runs.ts";
import { Trait } from "../../sdk/contracts/model.ts";
import type { SourceInfo } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";

/** Types of this connector's model. */
const ownTypes: readonly string[] = ["organization", "team", "user"];

/** How a file is called, and what is known beside it. */
export interface SourceNames {
  /** Its name on the wire. */
  readonly source: string;
  /** For people. */
  readonly title: string;
  /** The file with the sync before, where it is in one of its own. */
  readonly before: OpenSource | undefined;
}

/** Describes the file. */
export function sourceInfo(open: OpenSource, { source, title, before }: SourceNames): SourceInfo {
  const { identity, reader, view, holdings } = open;
  const { accountTypes, teamTypes, organizationTypes } = holdings.shape;
  const stats = view.recount();
  const count = (types: readonly string[]): number =>
    types.reduce((sum, type) => sum + (stats.resourcesByResourceType[type] ?? 0), 0);
  const types = [...view.resourceTypes()];
  const result = runOf(readRunRecord(identity.path), view.sync)?.result;
  return {
    source,
    title,
    isCloudsmith: ownTypes.every((id) => types.some((type) => type.id === id)) && types.length === ownTypes.length,
    path: identity.path,
    bytes: identity.bytes,
    sha256: identity.sha256,
    sync: view.sync
      ? {
          id: view.sync.id,
          type: view.sync.type,
          startedAtMs: startedAtMs(view.sync),
          endedAtMs: millisecondsOf(view.sync.endedAt),
        }
      : null,
    result: result ?? "unknown",
    notices: [resultNotice(result) ?? [], noticesAbout(view, reader.syncs)].flat(),
    syncs: reader.syncs.map((sync) => ({
      id: sync.id,
      type: sync.type,
      startedAtMs: startedAtMs(sync),
      isFinished: sync.endedAt !== undefined,
    })),
    hasEarlierSync: open.hasEarlierSync || before !== undefined,
    totals: {
      people: count(accountTypes),
      teams: count(teamTypes),
      entitlements: stats.entitlements,
      grants: stats.grants,
    },
    roles: rolesOf(open),
    resourceTypes: types.map(({ id, displayName, traits }) => ({
      id,
      name: displayName || id,
      count: stats.resourcesByResourceType[id] ?? 0,
      isAccount: traits.includes(Trait.user),
      isTeam: teamTypes.includes(id),
      isOrganization: organizationTypes.includes(id),
    })),
  };
}

/** Roles in organizations with the number of grants, most privileged first. */
function rolesOf({ view, holdings }: OpenSource): SourceInfo["roles"] {
  const held = view.grantsPerEntitlement();
  const roles = new Map<string, { readonly name: string; count: number }>();
  for (const resourceTypeId of holdings.shape.organizationTypes) {
    for (const entitlement of view.entitlements({ resourceTypeId })) {
      const slug = slugOf(entitlement);
      const role = roles.get(slug) ?? { name: capitalized(slug), count: 0 };
      role.count += held.get(entitlement.id) ?? 0;
      roles.set(slug, role);
    }
  }
  return [...roles].map(([slug, role]) => ({ slug, ...role })).toSorted((a, b) => compareRoles(a.slug, b.slug));
}

function startedAtMs(sync: SyncRun): number | null {
  const seconds = syncSeconds(sync);
  return seconds === undefined ? null : seconds * 1000;
}

/** Milliseconds since the epoch, of a time as files have it; null for one that is absent or none. */
export function millisecondsOf(goTime: string | undefined): number | null {
  const seconds = goTime === undefined ? undefined : parseGoTime(goTime)?.seconds;
  return seconds === undefined ? null : seconds * 1000;
}
