/** What nearly every test of the program against the sandbox needs: its settings, and the comparison with the oracle. */
import assert from "node:assert/strict";
import type { KeyName } from "../../sandbox/keys.ts";
import type { Sandbox } from "../../sandbox/server.ts";
import { formatOf } from "../../src/sdk/c1z/container/container.ts";
import { expectedRows } from "./oracle.ts";
import { assertSameRows } from "./same-rows.ts";
import { oracleOf, type Sight } from "./sandbox-oracle.ts";
import { entitlementsByName, newestSyncId, readRows, readStoredRows } from "./stored-rows.ts";

/** The settings that every run needs, as environment variables. */
export type Settings = Readonly<
  Record<"BATON_API_KEY" | "BATON_ORG_SLUG" | "BATON_BASE_URL", string> & { BATON_STORAGE_ENGINE?: string }
>;

/** Environment that points the program at the sandbox, and has it write files that tests can look into by SQL. */
export function settingsFor(sandbox: Sandbox, key: KeyName = "service"): Required<Settings> {
  return {
    BATON_API_KEY: sandbox.keys[key],
    BATON_ORG_SLUG: sandbox.organization.slug,
    BATON_BASE_URL: sandbox.baseUrl,
    BATON_STORAGE_ENGINE: "sqlite",
  };
}

/** Fails unless the sync (by default the newest in the file) holds exactly what the organization does, as `sight` sees it. */
export async function assertHolds(file: string, sandbox: Sandbox, sight: Sight = {}, syncId?: string): Promise<void> {
  const isV3 = (await formatOf(file)) === "v3";
  const stored = isV3 ? await readRows(file, syncId) : readStoredRows(file, syncId ?? newestSyncId(file));
  const expected = expectedRows(oracleOf(sandbox.organization, sight));
  const entitlements = isV3 ? entitlementsByName(expected.entitlements) : expected.entitlements;
  for (const table of ["resourceTypes", "resources", "entitlements", "grants"] as const) {
    assertSameRows(stored[table], table === "entitlements" ? entitlements : expected[table], table);
  }
}

/** Fails when anything but a harmless GET was sent. */
export function assertOnlyReads({ requests, counters }: Sandbox): void {
  assert.ok(requests.length > 0, "requests were seen");
  assert.deepEqual(
    requests.filter(({ method }) => method !== "GET"),
    [],
  );
  assert.equal(counters.destructiveGets, 0);
}
