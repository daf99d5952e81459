import assert from "node:assert/strict";
import { test } from "node:test";
import type { SyncWarning } from "../../src/sdk/contracts/connector.ts";
import { movingClient } from "./moving-client.ts";
import { type Reading, readOnce } from "./read-once.ts";
import { createSchedule, type DriftClass, type Schedule, stateOf } from "./schedules.ts";

/** Schedules of each class; `npm run test:drift` runs 2,500. `DRIFT_SEED` sets the first seed. */
const schedules = Number(process.env["DRIFT_SCHEDULES"] ?? 500);
const firstSeed = Number(process.env["DRIFT_SEED"] ?? 1);

const titles: Readonly<Record<DriftClass, string>> = {
  removed: "T-40: members removed while the list is read, with or without another added, cost nobody else their row",
  added: "T-41: members added while the list is read double nobody",
  changed:
    "T-42: members renamed, moved, promoted or deactivated while the list is read have one row in a state of theirs",
  teams: "T-43: teams deleted, renamed, hidden or added while they are read leave no dangling grant and lose no other",
};

for (const [kind, title] of Object.entries(titles) as [DriftClass, string][]) {
  test(`${title} (${schedules} schedules)`, async () => {
    let noticed = 0;
    const incomplete: number[] = [];
    for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
      const schedule = createSchedule(kind, seed);
      const warnings: SyncWarning[] = [];
      const reading = await readOnce(movingClient(schedule.world, { ...schedule, announces: true }), warnings);
      if (reading) checkReading(schedule, reading, `${kind}, seed ${seed}`);
      else incomplete.push(seed);
      if (warnings.length > 0) noticed++;
    }
    // A run that says so and keeps nothing is not wrong; it must be rare all the same.
    assert.ok(incomplete.length <= schedules / 100, `ended as incomplete: seeds ${incomplete}`);
    assert.ok(noticed > schedules / 20, `only ${noticed} schedules were noticed at all`);
  });
}

function checkReading({ history }: Schedule, { resources, grants }: Reading, label: string): void {
  for (const [id, { names, states }] of history.constant) {
    const user = resources.get(`user:${id}`);
    assert.ok(user, `${label}: ${id} is missing`);
    assert.ok(names.has(user.displayName), `${label}: ${id} is called ${user.displayName}`);
    const state = stateOf(String(user.profile?.["role"]), user.status?.status === 1);
    assert.ok(states.has(state), `${label}: ${id} is ${state}, and was ${[...states]}`);
  }
  for (const key of resources.keys()) {
    if (key.startsWith("user:")) assert.ok(history.everybody.has(key.slice(5)), `${label}: ${key} never was`);
  }
  assert.equal(new Set(grants).size, grants.length, `${label}: a grant is there twice`);
  checkGrants(history, { resources, grants }, label);
}

function checkGrants(
  history: Schedule["history"],
  { resources, grants }: Pick<Reading, "resources" | "grants">,
  label: string,
): void {
  const roleGrants = new Map<string, string[]>();
  const places = new Set<string>();
  for (const grant of grants) {
    const [type, id, slug, principalType, principal] = grant.split(":");
    assert.ok(resources.has(`${type}:${id}`), `${label}: ${grant} leads to nothing`);
    assert.ok(resources.has(`${principalType}:${principal}`), `${label}: ${grant} is nobody's`);
    if (type === "organization") roleGrants.set(`${principal}`, [...(roleGrants.get(`${principal}`) ?? []), `${slug}`]);
    if (type === "team" && slug === "member") places.add(`${id}/${principal}`);
  }
  for (const id of history.constant.keys()) {
    const role = String(resources.get(`user:${id}`)?.profile?.["role"]).toLowerCase();
    assert.deepEqual(roleGrants.get(id), [role], `${label}: role grants of ${id}`);
  }
  for (const place of places) assert.ok(history.allPlaces.has(place), `${label}: nobody was ever in ${place}`);
  for (const place of history.constantPlaces ?? []) {
    assert.ok(places.has(place), `${label}: ${place} is missing`);
  }
}
