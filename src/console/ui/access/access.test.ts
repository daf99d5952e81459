/** What is seen of a source: its run, its people's access, its roles and figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { infoOf, noonMs } from "../../../../test/browser/page-samples.ts";
import type { Holding } from "../../contract/sources.ts";

const { AccessNav, overviewOf, RunFacts } = await import("./source-frame.tsx");
const { HoldingList } = await import("./holding-list.tsx");
const { RolesPanel } = await import("./roles-panel.tsx");
const { ProfileCard } = await import("./profile-card.tsx");
const { TotalsOfFile } = await import("./totals-of-file.tsx");

function holding(more: Partial<Holding> = {}): Holding {
  return {
    ...{
      resourceType: "team",
      resourceId: "t1",
      resourceName: "Build",
      slug: "member",
      entitlementId: "team:t1:member",
    },
    kind: "team",
    how: "direct",
    paths: [],
    ...more,
  };
}

test("above every figure stands how the run ended, when, and what it lacks", async () => {
  const whole = await drawn(RunFacts, { info: infoOf() });
  assert.match(whole.text, /^Complete Synced 30 Nov 2026, \d\d:\d\d \S+$/);
  const partial = await drawn(RunFacts, {
    info: infoOf({ result: "Partial roster", notices: ["Teams are missing."] }),
  });
  assert.match(partial.text, /People or access may be missing from all figures Teams are missing\.$/);
  const other = await drawn(RunFacts, { info: infoOf({ result: "unknown", notices: ["One.", "Two."], sync: null }) });
  assert.equal(other.text, "Result unknown When it was synced is not known. About this file One. Two.");
  assert.deepEqual(other.texts("li"), ["One.", "Two."]);
});

test("a sync that was cut off is told by when it began", async () => {
  const sync = { id: "s", type: "full", startedAtMs: noonMs, endedAtMs: null };
  assert.match((await drawn(RunFacts, { info: infoOf({ sync }) })).text, /Synced 30 Nov 2026/);
});

test("everything of a file is one click from the access of a connector, whose tabs lack it", async () => {
  const connector = await drawn(AccessNav, { source: "connector:c1", current: "teams" });
  assert.deepEqual(connector.texts("a"), ["People", "Teams", "Roles", "Everything"]);
  assert.deepEqual(
    connector.elements("a").map((one) => one["aria-current"]),
    [undefined, "page", undefined, undefined],
  );
  assert.deepEqual((await drawn(AccessNav, { source: "file:f1", current: "people" })).texts("a"), [
    "People",
    "Teams",
    "Roles",
  ]);
});

test("the way back from a source leads to what it is", () => {
  assert.equal(overviewOf("file:a:b"), "/files/a%3Ab");
  assert.equal(overviewOf("connector:c1"), "/connectors/c1");
  assert.equal(overviewOf("run:r1"), "/sources/run%3Ar1/people");
});

const list = (holdings: readonly Holding[], isDisabled = false) =>
  drawn(HoldingList, { source: "file:f1", who: "Grace", isDisabled, holdings });

test("each access says by which path it is held, direct ones too", async () => {
  const { text, elements } = await list([
    holding({ kind: "role", slug: "owner", resourceType: "organization", resourceName: "Acme", entitlementId: "o" }),
    holding({ how: "inherited", paths: [["Grace", "Core", "Build"]] }),
  ]);
  assert.match(text, /Roles \(1\) Owner in Acme Grace Acme: owner/);
  assert.match(text, /Teams \(1\) Member of Build Inherited Grace Core Build$/);
  assert.deepEqual(
    elements("ol").map((path) => path["aria-label"]),
    ["Held directly", "Held through"],
  );
});

test("who is member and manager of one team is in one team", async () => {
  const both = [holding(), holding({ slug: "manager", entitlementId: "team:t1:manager" })];
  assert.match((await list(both)).text, /Teams \(1\)/);
});

test("who is disabled and still holds something is warned of; who holds nothing is not", async () => {
  assert.match((await list([holding()], true)).text, /^Disabled, and still holds 1 grant/);
  assert.equal((await list([], true)).text, "Access Holds no role, team or other access.");
});

test("of very many accesses the first hundred are drawn, and all are one press away", async () => {
  const many = Array.from({ length: 250 }, (_, at) => holding({ resourceId: `t${at}`, entitlementId: `e${at}` }));
  const { texts, html } = await list(many);
  assert.equal(html.split("Held directly").length - 1, 100);
  assert.deepEqual(texts("button"), ["Show all 250"]);
});

test("roles have their number of people, and lead to them", async () => {
  const roles = [
    { slug: "owner", name: "owner", count: 1 },
    { slug: "auditor", name: "", count: 1200 },
  ];
  const { texts, elements } = await drawn(RolesPanel, { info: infoOf({ roles }) });
  assert.deepEqual(texts("li"), [
    "Owner 1 person Everything. Only owners manage owners.",
    "Auditor 1,200 people A role of 1,200 people.",
  ]);
  assert.equal(elements("a")[1]?.["href"], "/sources/file%3Af1/people?roles=auditor");
  assert.match((await drawn(RolesPanel, { info: infoOf() })).text, /^No roles in here/);
});

test("figures lead to their lists; those of a file that is not kept lead nowhere", async () => {
  const totals = { members: 1200, activeMembers: 1150, inactiveMembers: 50, teams: 3, entitlements: 4, grants: 5 };
  const kept = await drawn(TotalsOfFile, { source: "run:r1", totals });
  assert.deepEqual(kept.texts("a"), ["1,200", "1,150 active", "50 inactive", "3", "4", "5"]);
  assert.equal(kept.elements("a")[2]?.["href"], "/sources/run%3Ar1/people?status=disabled");
  const gone = await drawn(TotalsOfFile, { source: undefined, totals });
  assert.equal(gone.elements("a").length, 0);
  assert.equal(gone.text, kept.text);
});

test("a profile stands as it was written, and what is empty in it as not known", async () => {
  const { text } = await drawn(ProfileCard, {
    profile: [
      ["team", "A & <b>"],
      ["room", ""],
    ],
  });
  assert.equal(text, "Profile (2) team A & <b> room – not known");
});
