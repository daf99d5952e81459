/**
 * What a version 3 file must pass with the Go command line: every command that reads, exports or rewrites a file. What
 * Go makes of it is inspected by this program in turn.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatOf } from "../../src/sdk/c1z/container/container.ts";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import type { ResourceId } from "../../src/sdk/contracts/model.ts";

/** True when the program is on the PATH. */
export const hasBaton: boolean = spawnSync("baton", ["--version"]).status === 0;

/** Ids by list. */
export type Listed = Readonly<Record<(typeof lists)[number][0], readonly string[]>>;

const lists = [
  ["resource-types", "resourceType"],
  ["resources", "resource"],
  ["entitlements", "entitlement"],
  ["grants", "grant"],
] as const;

function baton(file: string, args: readonly string[]): Buffer {
  return execFileSync("baton", ["-f", file, ...args], { maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });
}

type Json = Readonly<Record<string, unknown>>;

function json(file: string, args: readonly string[]): Json {
  return JSON.parse(baton(file, [...args, "-o", "json"]).toString("utf8")) as Json; // the format is asked for
}

/** What Go lists of a file, in its order. */
export function listOf(file: string): Listed {
  const ids = ([command, name]: (typeof lists)[number]): readonly string[] => {
    const [rows = []] = Object.values(json(file, [command])) as readonly Json[][];
    return rows.map((row) => idOf(row[name] as Json));
  };
  return Object.fromEntries(lists.map((list) => [list[0], ids(list)])) as unknown as Listed;
}

function idOf({ id }: Json): string {
  if (typeof id === "string") return id;
  const { resourceType, resource } = id as Json;
  return JSON.stringify([resourceType, resource]);
}

/** What this program reads in a file, in its order. */
async function readOf(file: string): Promise<Listed> {
  using opened = await openC1z(file);
  const view = opened.view();
  return {
    "resource-types": Array.from(view.resourceTypes(), ({ id }) => id),
    resources: Array.from(view.resources(), ({ id }) => JSON.stringify([id.resourceType, id.resource])),
    entitlements: Array.from(view.entitlements(), ({ id }) => id),
    grants: Array.from(view.grants(), ({ id }) => id),
  };
}

/**
 * Fails unless the commands take the file. @param directory for what they make. @param principals whose access is asked
 * for. @param comparesLists false for a file of which the lists are too long to be held.
 */
export async function accept(
  file: string,
  directory: string,
  {
    principals,
    comparesLists = true,
  }: { readonly principals: readonly ResourceId[]; readonly comparesLists?: boolean },
): Promise<void> {
  assert.equal(await formatOf(file), "v3");
  const before = readFileSync(file);
  await assertSound(file);
  if (comparesLists) assert.deepEqual(listOf(file), await readOf(file), "both read the same rows in the same order");
  else for (const [command] of lists) assert.ok(baton(file, [command]).length > 0, command);
  for (const command of ["principals", "stats", "syncs"]) assert.ok(json(file, [command]), command);
  for (const { resourceType, resource } of principals) {
    assert.ok(json(file, ["access", "-t", resourceType, "-r", resource])["access"], resource);
  }
  // A sheet has room for 1,048,576 rows.
  const kinds = comparesLists ? ["csv", "xlsx", "c1z"] : ["csv", "c1z"];
  for (const kind of kinds) baton(file, ["export", kind, "--out", join(directory, `out.${kind}`)]);
  await assertSound(join(directory, "out.c1z"));
  baton(file, ["sanitize", "--out", join(directory, "sanitized.c1z")]);
  await assertSound(join(directory, "sanitized.c1z"));
  const dump = join(directory, "dump");
  mkdirSync(dump);
  baton(file, ["dump-db", "--out", dump]);
  assert.ok(readFileSync(file).equals(before), "no command that reads changes the file");
  const recalculated = join(directory, "recalculated.c1z");
  copyFileSync(file, recalculated);
  const stats = json(file, ["stats"]);
  baton(recalculated, ["recalculate-stats"]);
  assert.deepEqual(json(recalculated, ["stats"])["stats"], stats["stats"], "the counts are those that Go counts");
  await assertSound(recalculated);
}

async function assertSound(file: string): Promise<void> {
  const { sound, problems } = await inspectC1z(file);
  assert.equal(sound, true, `${file}: ${JSON.stringify(problems)}`);
}
