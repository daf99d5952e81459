/** Writes a file of the layers' organization with the real writer. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Organization } from "../../sandbox/organization/model.ts";
import { organizationType, teamType, userType } from "../../src/cloudsmith/types.ts";
import { openC1zWriter } from "../../src/sdk/c1z/write/writer.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import type { Entitlement, Resource } from "../../src/sdk/contracts/model.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import {
  entitlementsOf,
  grantPages,
  holdersOf,
  memberPages,
  recordsOf,
  resourceOf,
  teamsOf,
} from "./organization-data.ts";

/** Rows to write. */
export interface SampleRows {
  readonly resources: readonly Resource[];
  readonly entitlements: readonly Entitlement[];
  readonly holders: ReadonlyMap<string, readonly string[]>;
}

/** The rows of an organization. */
export function sampleRows(organization: Organization): SampleRows {
  const users = memberPages(organization).flatMap((page) => recordsOf(page).map(resourceOf));
  return {
    resources: [...users, ...teamsOf(organization)],
    entitlements: entitlementsOf(organization),
    holders: holdersOf(organization),
  };
}

/** Writes them as one finished sync, checks and indexes included. */
export async function writeSample(path: string, { resources, entitlements, holders }: SampleRows): Promise<void> {
  using writer = await openC1zWriter({
    path,
    keepSyncCount: 2,
    skipCleanup: false,
    clock: systemClock,
    logger: silentLogger,
  });
  writer.startSync("full");
  writer.rows.putResourceTypes([organizationType, userType, teamType]);
  writer.rows.putResources(resources);
  writer.rows.putEntitlements(entitlements);
  for (const page of grantPages(holders)) writer.grants.put(page);
  writer.checkReferences();
  writer.endSync();
  await writer.save();
}

/** A directory for files, removed with everything in it when this process ends. */
export function benchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "bench-layer-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
