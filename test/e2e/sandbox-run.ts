/** What nearly every test of the program against the sandbox needs: its settings, and the comparison with the oracle. */
import assert from "node:assert/strict";
import type { KeyName } from "../../sandbox/keys.ts";
import type { Sandbox } from "../../sandbox/server.ts";
import { expectedRows } from "./oracle.ts";
import { assertSameRows } from "./same-rows.ts";
import { oracleOf, type Sight } from "./sandbox-oracle.ts";
import { newestSyncId, readStoredRows } from "./stored-rows.ts";

/** The settings that every run needs, as environment variables. */
export type Settings = Readonly<Record<"BATON_API_KEY" | "BATON_ORG_SLUG" | "BATON_BASE_URL", string>>;

/** Environment that points the program at the sandbox. */
export function settingsFor(sandbox: Sandbox, key: KeyName = "service"): Settings {
  return {
    BATON_API_KEY: sandbox.keys[key],
    BATON_ORG_SLUG: sandbox.organization.slug,
    BATON_BASE_URL: sandbox.baseUrl,
  };
}

/** Fails unless the sync (by default the newest in the file) holds exactly what the organization does, as `sight` sees it. */
export function assertHolds(file: string, sandbox: Sandbox, sight: Sight = {}, syncId = newestSyncId(file)): void {
  const stored = readStoredRows(file, syncId);
  const expected = expectedRows(oracleOf(sandbox.organization, sight));
  for (const table of ["resourceTypes", "resources", "entitlements", "grants"] as const) {
    assertSameRows(stored[table], expected[table], table);
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
