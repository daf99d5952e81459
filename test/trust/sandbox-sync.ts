/** Syncs the sandbox in this process, into a file of the test's own, with the real client, engine and writer. */
import { join } from "node:path";
import type { Fault } from "../../sandbox/faults/faults.ts";
import type { KeyName } from "../../sandbox/keys.ts";
import type { Sandbox } from "../../sandbox/server.ts";
import { CloudsmithClient, type CloudsmithClientOptions } from "../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../src/cloudsmith/connector.ts";
import type { Requested } from "../../src/cloudsmith/on-request/settings.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import type { RunEnd } from "../../src/sdk/sync/events.ts";
import { type RunSyncOptions, runSync } from "../../src/sdk/sync/run-sync.ts";
import { queryC1z } from "../support/plain-c1z.ts";

/** A fault of a sandbox: members are counted, and no page shows one. */
export const nobodyShown: Fault = {
  kind: "empty-page",
  match: { path: /\/members\/$/ },
  times: Number.POSITIVE_INFINITY,
};

/** How a run ended. */
export interface Ended {
  readonly end: RunEnd;
  readonly error: BatonError | undefined;
  /** Signs by id, with how much was counted. */
  readonly signals: Readonly<Record<string, number>>;
  readonly codes: readonly string[];
}

/** What is synced: a sandbox, or a server of a test's own. */
export type Served = Pick<Sandbox, "baseUrl" | "keys"> & { readonly organization: { readonly slug: string } };

/** What a test decides. */
export interface SyncOptions extends Partial<RunSyncOptions> {
  readonly key?: KeyName;
  readonly pageSize?: number;
  readonly concurrency?: number;
  /** Which target it is, for the file; default nobody says. */
  readonly host?: string;
  /** What settings ask for besides organization, members and teams. */
  readonly requested?: readonly Requested[];
  /** What else the client is told. */
  readonly client?: Partial<CloudsmithClientOptions>;
}

/** Runs one sync; an error of the run is part of the result. */
export async function syncSandbox(sandbox: Served, path: string, options: SyncOptions = {}): Promise<Ended> {
  const { key = "service", pageSize, concurrency, host, requested, client: clientOptions, ...rest } = options;
  const { clock = systemClock } = rest;
  const client = new CloudsmithClient({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys[key],
    version: "0",
    clock,
    logger: rest.logger ?? silentLogger,
    ...clientOptions,
    ...(pageSize !== undefined && { pageSize }),
    ...(concurrency !== undefined && { concurrency }),
  });
  let end: RunEnd | undefined;
  let error: BatonError | undefined;
  try {
    await runSync({
      connector: new CloudsmithConnector({
        client,
        clock,
        orgSlug: sandbox.organization.slug,
        requested: new Set(requested),
        ...(host !== undefined && { host }),
      }),
      path,
      storageEngine: "sqlite",
      signal: new AbortController().signal,
      logger: silentLogger,
      clock,
      onEnd: async (told) => {
        end = told;
      },
      ...rest,
    });
  } catch (caught) {
    if (!(caught instanceof BatonError)) throw caught;
    error = caught;
  } finally {
    client.close();
  }
  if (!end) throw error ?? new Error("the run did not say how it ended");
  const signals = end.warnings.flatMap(({ signal, count }) => (signal ? [[signal, count ?? 1] as const] : []));
  return { end, error, signals: Object.fromEntries(signals), codes: end.warnings.map(({ code }) => code) };
}

/** External ids of the rows of a table in one sync, sorted. */
export function idsIn(path: string, { end }: Ended, table: "v1_resources" | "v1_grants"): readonly string[] {
  const rows = queryC1z(path, `select external_id from ${table} where sync_id = '${end.sync?.id ?? ""}'`);
  return rows.map((row) => String(row["external_id"])).sort();
}

/** Ids that a correct sync of the whole organization has, sorted: people and teams. */
export function expectedIds({ organization }: Sandbox): readonly string[] {
  return [
    `organization:${organization.slugPerm}`,
    ...organization.members.map(({ userId }) => `user:${userId}`),
    ...organization.teams.map(({ slugPerm }) => `team:${slugPerm}`),
  ].sort();
}

/** A path for a new file in `directory`. */
export function newFile(directory: string): string {
  return join(directory, `sync-${files++}.c1z`);
}

let files = 0;
