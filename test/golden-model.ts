/**
 * Syncs the fixed organization of golden/organization.json from a small server that only hands out what is written
 * there, and renders the rows of the file. `npm run test:update-golden` freezes them in golden/model.json.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { StorageEngine } from "../src/sdk/c1z/write/engine.ts";
import { runProgram, scratchDirectory } from "./e2e/program.ts";
import { newestSyncId } from "./e2e/stored-rows.ts";
import { rowsOf } from "./support/plain-c1z.ts";
import { type RowKind, rowJson } from "./support/row-json.ts";

type WireObject = Readonly<Record<string, unknown>>;

interface GoldenOrganization {
  readonly organization: WireObject;
  readonly self: WireObject;
  readonly service: WireObject;
  /** Answers to `is_active=true` and `is_active=false`. */
  readonly active: readonly WireObject[];
  readonly inactive: readonly WireObject[];
  readonly teams: readonly WireObject[];
  /** Teams that can be read by slug and are not in the list. */
  readonly unlistedTeams: readonly WireObject[];
}

/** The frozen rows. */
export const goldenFile: string = join(import.meta.dirname, "golden", "model.json");

/** Syncs and renders; deterministic. Throws when the run fails. */
export async function renderModel(): Promise<string> {
  using scratch = scratchDirectory();
  return renderRows(await syncFixed(scratch.path, "sqlite"));
}

/** Syncs into a new file in `directory`. Throws when the run fails. */
export async function syncFixed(directory: string, engine?: StorageEngine): Promise<string> {
  const source = readFileSync(join(import.meta.dirname, "golden", "organization.json"), "utf8");
  const organization = JSON.parse(source) as GoldenOrganization; // written by hand beside this file
  const { server, port } = await serve(organization);
  const name = `golden-${engine ?? "default"}.c1z`;
  try {
    const run = await runProgram(["-f", name], {
      cwd: directory,
      env: {
        BATON_API_KEY: "key-for-the-fixed-rows",
        BATON_ORG_SLUG: String(organization.organization["slug"]),
        BATON_BASE_URL: `http://127.0.0.1:${port}/v1`,
        ...(engine && { BATON_STORAGE_ENGINE: engine }),
      },
    });
    if (run.code !== 0) throw new Error(`the run ended with ${run.code}: ${run.stderr}`);
    return join(directory, name);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const kinds: Readonly<Record<string, RowKind>> = {
  v1_resource_types: "resource type",
  v1_resources: "resource",
  v1_entitlements: "entitlement",
  v1_grants: "grant",
};

/** One row is its columns, its bytes, and for people the message in them. */
function renderRows(file: string): string {
  const tables = Object.entries(rowsOf(file, newestSyncId(file))).map(([table, rows]) => {
    const kind = kinds[table] ?? "grant";
    return [table, rows.map((row) => ({ ...row, message: rowJson(kind, Buffer.from(String(row["data"]), "hex")) }))];
  });
  return `${JSON.stringify(Object.fromEntries(tables), undefined, 1)}\n`;
}

/** What the server has by path and query. */
function answersOf(golden: GoldenOrganization): ReadonlyMap<string, unknown> {
  const base = `/v1/orgs/${String(golden.organization["slug"])}`;
  const byTeam = [...golden.teams, ...golden.unlistedTeams].map(
    (team) => [`${base}/teams/${String(team["slug"])}/`, team] as const,
  );
  return new Map<string, unknown>([
    ["/v1/user/self/", golden.self],
    [`${base}/`, golden.organization],
    [`${base}/services/${String(golden.self["slug"])}/`, golden.service],
    [`${base}/members/?is_active=true`, golden.active],
    [`${base}/members/?is_active=false`, golden.inactive],
    [`${base}/teams/`, golden.teams],
    ...byTeam,
  ]);
}

async function serve(golden: GoldenOrganization): Promise<{ readonly server: Server; readonly port: number }> {
  const answers = answersOf(golden);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://any");
    const active = url.searchParams.get("is_active");
    const body = answers.get(active === null ? url.pathname : `${url.pathname}?is_active=${active}`);
    const headers = {
      "Content-Type": "application/json",
      ...(Array.isArray(body) && { "X-Pagination-Count": String(body.length), "X-Pagination-PageTotal": "1" }),
    };
    response.writeHead(body === undefined ? 404 : 200, headers);
    response.end(JSON.stringify(body ?? { detail: "Not found." }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address ? address.port : 0 };
}

if (import.meta.main) writeFileSync(goldenFile, await renderModel());
