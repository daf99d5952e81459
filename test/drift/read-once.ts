/** Drives the connector's syncers as the sync engine does, with maps for a file. */

import type { Api } from "../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../src/cloudsmith/connector.ts";
import type { Page, ResourceSyncer, SyncWarning } from "../../src/sdk/contracts/connector.ts";
import type { Resource } from "../../src/sdk/contracts/model.ts";
import { memorySession } from "../support/memory-session.ts";
import { orgSlug } from "./moving-client.ts";

/** What was read. */
export interface Reading {
  /** By `<type>:<id>`. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Ids; as many times as they were given. */
  readonly grants: readonly string[];
  readonly warnings: readonly SyncWarning[];
}

class Ended extends Error {}

/** Reads everything; undefined when the connector says that what it read is incomplete. */
export async function readOnce(client: Api, warnings: SyncWarning[] = []): Promise<Reading | undefined> {
  const { signal } = new AbortController();
  const connector = new CloudsmithConnector({ client, orgSlug });
  const session = memorySession();
  const warn = (warning: SyncWarning): void => {
    warnings.push(warning);
    if (warning.severity === "incomplete") throw new Ended();
  };
  const report = (): void => {};
  const all = async <T>(ask: (pageToken: string) => Promise<Page<T>>): Promise<T[]> => {
    const items: T[] = [];
    for (let pageToken = ""; ; ) {
      const page = await ask(pageToken);
      if (page.beginsAnew) items.length = 0;
      items.push(...page.items);
      if (page.nextPageToken === "") return items;
      pageToken = page.nextPageToken;
    }
  };
  const resources = new Map<string, Resource>();
  const list = async (syncer: ResourceSyncer, parent?: Resource): Promise<Resource[]> => {
    const found = await all((pageToken) => syncer.list(parent?.id, { pageToken, session, signal, warn, report }));
    for (const resource of found) resources.set(`${resource.id.resourceType}:${resource.id.resource}`, resource);
    return found;
  };
  try {
    await connector.validate({ signal, warn, report });
    const [organizations, users, teams] = connector.syncers;
    if (!organizations || !users || !teams) throw new Error("three syncers were expected");
    const [organization] = await list(organizations);
    await list(users, organization);
    await list(teams, organization);
    const grants: string[] = [];
    for (const resource of resources.values()) {
      const syncer = connector.syncers.find((one) => one.resourceType.id === resource.id.resourceType);
      if (syncer === users || !syncer?.grants) continue;
      const options = { session, signal, warn, report };
      const found = await all(async (pageToken) => {
        const page = await syncer.grants?.(resource, { ...options, pageToken });
        return page ?? { items: [], nextPageToken: "" };
      });
      grants.push(...found.map(({ id }) => id));
    }
    return { resources, grants, warnings };
  } catch (caught) {
    if (caught instanceof Ended) return undefined;
    throw caught;
  } finally {
    await connector.cleanup();
  }
}
