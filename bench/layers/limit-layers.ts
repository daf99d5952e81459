/**
 * What Node and its libraries allow: the same bytes and rows with nothing else done to them. No way of writing the
 * connector can be faster than these added up, as far as they cannot run side by side.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { createIndexes, createTables, dropIndexes } from "../../src/sdk/c1z/scratch/schema.ts";
import { createScratch } from "../../src/sdk/c1z/scratch/scratch.ts";
import { ScratchDatabase } from "../../src/sdk/c1z/scratch/scratch-database.ts";
import { type SandboxHost, startSandboxProcess } from "../sandbox-host.ts";
import type { Layer } from "./layer.ts";
import { countGrants, grantPages, holdersOf, memberPages, organizationOf } from "./organization-data.ts";
import { benchDirectory } from "./sample-file.ts";

/** As many as the connector has under way by default. */
const connections = 6;
const pageRows = 500;
/** The usual size of an encoded grant. */
const rowBytes = 150;

/** Wire, JSON, rows, indexes, compression. */
export const limitLayers: readonly Layer[] = [
  {
    name: "limit-wire",
    title: "limit: HTTP bodies received and dropped",
    unit: "members",
    async prepare(members) {
      const sandbox = await startSandboxProcess({ members, teams: members / 100, teamsPerMember: 10, latencyMs: 0 });
      const bytes = await download(sandbox, members);
      return {
        rows: members,
        bytes,
        async run() {
          await download(sandbox, members);
        },
        end: () => sandbox[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "limit-json",
    title: "limit: JSON.parse",
    unit: "members",
    prepare(members) {
      const pages = memberPages(organizationOf(members));
      return {
        rows: members,
        bytes: pages.reduce((sum, page) => sum + page.length, 0),
        run() {
          for (const page of pages) JSON.parse(page.toString());
        },
      };
    },
  },
  {
    name: "limit-insert",
    title: "limit: SQLite inserts without index",
    unit: "grants",
    prepare(members) {
      const table = new GrantRows(members);
      return { rows: table.count, run: () => table.fill(), reset: () => table.empty() };
    },
  },
  {
    name: "limit-index",
    title: "limit: SQLite builds the seven indexes of grants",
    unit: "grants",
    prepare(members) {
      const table = new GrantRows(members);
      table.fill();
      return {
        rows: table.count,
        run: () => createIndexes(table.db),
        reset: () => dropIndexes(table.db, (index) => index.table === "v1_grants"),
      };
    },
  },
  {
    name: "limit-zstd",
    title: "limit: the database file through zstd",
    unit: "grants",
    prepare(members) {
      const table = new GrantRows(members);
      table.fill();
      createIndexes(table.db);
      table.db.close();
      const target = join(benchDirectory(), "compressed");
      return {
        rows: table.count,
        run: () => pipeline(createReadStream(table.path), createZstdCompress(), createWriteStream(target)),
      };
    },
  },
];

/** The table of grants in a database with the writer's settings. */
class GrantRows {
  readonly db;
  readonly path: string;
  readonly count: number;
  readonly #holders: ReadonlyMap<string, readonly string[]>;

  constructor(members: number) {
    this.#holders = holdersOf(organizationOf(members));
    this.count = countGrants(this.#holders);
    const scratch = createScratch(undefined);
    process.on("exit", () => scratch.remove());
    this.path = scratch.database;
    this.db = new ScratchDatabase("bench", scratch).db;
    createTables(this.db);
  }

  fill(): void {
    const columns = `resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id,
      external_id, data, sync_id, discovered_at`;
    const insert = this.db.prepare(
      `insert into v1_grants (${columns}) values (?, ?, ?, ?, ?, ?, ?, '000000000000000000000000000', '2026-01-01')`,
    );
    const data = new Uint8Array(rowBytes);
    this.db.exec("begin");
    for (const page of grantPages(this.#holders)) {
      for (const { id, entitlement, principal } of page) {
        const { resourceType, resource } = entitlement.resource;
        insert.run(resourceType, resource, entitlement.id, principal.resourceType, principal.resource, id, data);
      }
    }
    this.db.exec("commit");
  }

  empty(): void {
    this.db.exec("delete from v1_grants");
  }
}

/** Reads the whole member list once, several pages at a time; gives the bytes received. */
async function download({ report }: SandboxHost, members: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const list = `${report.baseUrl}/orgs/${report.orgSlug}/members/?page_size=${pageRows}`;
  const pages = Array.from({ length: Math.ceil(members / pageRows) }, (_, n) => `${list}&page=${n + 1}`);
  const sizes = await Promise.all(pages.map((url) => bytesOf(url, agent, report.apiKey)));
  agent.destroy();
  return sizes.reduce((sum, size) => sum + size);
}

async function bytesOf(url: string, agent: Agent, apiKey: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(url, { agent, headers: { "X-Api-Key": apiKey } }, resolve).on("error", reject);
  const response = await promise;
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  let size = 0;
  for await (const chunk of response) size += chunk.length;
  return size;
}
