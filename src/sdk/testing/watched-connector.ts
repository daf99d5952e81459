/** A connector that is watched while it runs: how often it is asked, and which rows it gives. Tells twins apart. */
import type { Connector, Page, ResourceSyncer } from "../contracts/connector.ts";

/** What is seen of a connector. */
export interface Watch {
  /** Called before each page that it is asked for. */
  onPage?(): void;
  /** Told of every row as it comes, such as `team 't1'`. */
  onRow?(row: string): void;
}

/** The same connector, watched. */
export function watched(connector: Connector, watch: Watch): Connector {
  return new Proxy(connector, {
    get(target, key) {
      if (key === "syncers") return target.syncers.map((syncer) => watchedSyncer(syncer, watch));
      const value: unknown = Reflect.get(target, key, target);
      // With the connector as `this`: a private field is not in the proxy.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const nameOf = {
  list: (row: { id: { resourceType: string; resource: string } }) => `${row.id.resourceType} '${row.id.resource}'`,
  entitlements: (row: { id: string }) => `entitlement '${row.id}'`,
  grants: (row: { id: string }) => `grant '${row.id}'`,
} as const;

function watchedSyncer(syncer: ResourceSyncer, watch: Watch): ResourceSyncer {
  return new Proxy(syncer, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "list" && key !== "entitlements" && key !== "grants") return value.bind(target);
      return async (...given: unknown[]): Promise<Page<never>> => {
        watch.onPage?.();
        const page = (await value.apply(target, given)) as Page<never>; // what these three methods give
        if (watch.onRow) for (const row of page.items) watch.onRow(nameOf[key](row));
        return page;
      };
    },
  });
}
