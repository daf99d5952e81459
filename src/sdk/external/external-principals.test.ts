import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  entitlementOf,
  grantOf,
  groupOf,
  type ScriptedType,
  scriptedConnector,
  typeOf,
} from "../../../test/support/scripted-connector.ts";
import { openC1z } from "../c1z/read/reader.ts";
import { systemClock } from "../clock.ts";
import { type Annotation, type Grant, type Resource, ResourceStatus, Trait } from "../contracts/model.ts";
import { type LogFields, silentLogger } from "../log.ts";
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from "../proto/gen/c1/connector/v2/annotation_baton_id_pb.ts";
import { annotationUrl } from "../resources/annotations.ts";
import { AccountType, userTrait } from "../resources/traits.ts";
import { runSync } from "../sync/run-sync.ts";
import { type ExternalPrincipalsOptions, openExternalPrincipals } from "./external-principals.ts";

const directory = mkdtempSync(join(tmpdir(), "external-"));
after(() => rmSync(directory, { recursive: true }));
const golden = join(import.meta.dirname, "../../../test/golden/v3");
let files = 0;
const newPath = (): string => join(directory, `sync-${files++}.c1z`);

async function syncOf(types: readonly ScriptedType[], external: Partial<ExternalPrincipalsOptions> = {}) {
  const path = newPath();
  const logged: { message: string; fields: LogFields | undefined }[] = [];
  const principals = await openExternalPrincipals({ path: "", entitlementId: "", traits: [], ...external });
  const outcome = await runSync({
    connector: scriptedConnector({ types }),
    path,
    signal: new AbortController().signal,
    logger: { ...silentLogger, info: (message, fields) => void logged.push({ message, fields }) },
    clock: systemClock,
    ...(principals && { externalPrincipals: principals }),
  });
  using reader = await openC1z(path);
  const view = reader.view(outcome.syncId);
  return {
    path,
    outcome,
    logged,
    grants: [...view.grants()],
    resources: [...view.resources()],
    types: [...view.resourceTypes()].map(({ id }) => id),
  };
}

function person(id: string, email: string, profile: Readonly<Record<string, string>>): Resource {
  const status = { status: ResourceStatus.enabled };
  return {
    id: { resourceType: "person", resource: id },
    displayName: id,
    annotations: [userTrait({ email, status, profile, accountType: AccountType.human })],
    profile,
  };
}

const staff = groupOf({ resourceType: "squad", resource: "staff" });
/** The other connector: three people, two of them in a squad, and a machine without a trait. */
const directoryTypes: readonly ScriptedType[] = [
  {
    type: typeOf("person", [Trait.user]),
    resources: {
      "": [
        person("p1", "Ada@example.com", { badge: "X1", email: "ada@home.example" }),
        person("p2", "grace@example.com", { badge: "x1" }),
        person("p3", "linus@example.com", { badge: "X3" }),
      ],
    },
  },
  {
    type: typeOf("squad", [Trait.group]),
    resources: { "": [staff] },
    entitlements: (resource) => [entitlementOf(resource, "member")],
    grants: (squad) => ["p1", "p3"].map((id) => grantOf(squad.id, "member", { resourceType: "person", resource: id })),
  },
  { type: typeOf("machine", []), resources: { "": [{ ...staff, id: { resourceType: "machine", resource: "m1" } }] } },
];
const external = (await syncOf(directoryTypes)).path;

function annotation<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Annotation {
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, value: toBinary(schema, create(schema, init)) };
}
const byProfile = (resourceType: Trait, key: string, value: string): Annotation =>
  annotation(ExternalResourceMatchSchema, { resourceType, key, value });
const byId = (id: string): Annotation => annotation(ExternalResourceMatchIDSchema, { id });
const everybody = (resourceType: Trait): Annotation => annotation(ExternalResourceMatchAllSchema, { resourceType });

const room = { resourceType: "room", resource: "r1" };
const placeholder = { resourceType: "guest", resource: "somebody" };

/** A connector with one room, whose grants say by annotation who is in it. */
function rooms(...annotations: readonly Annotation[]): readonly ScriptedType[] {
  const grants: readonly Grant[] = annotations.map((one, i) => ({
    ...grantOf(room, "use", { ...placeholder, resource: `somebody-${i}` }),
    annotations: [one],
  }));
  return [
    {
      type: typeOf("room", [Trait.group]),
      resources: { "": [groupOf(room)] },
      entitlements: (resource) => [entitlementOf(resource, "use")],
      grants: () => grants,
    },
  ];
}

const matches: readonly (readonly [string, Annotation, Partial<ExternalPrincipalsOptions>, readonly string[]])[] = [
  ["an id", byId("p2"), {}, ["p2"]],
  ["an id that nobody has", byId("p9"), {}, []],
  ["a profile value, in any case", byProfile(Trait.user, "badge", "X1"), {}, ["p1", "p2"]],
  ["an address of the trait, in any case", byProfile(Trait.user, "email", "ada@EXAMPLE.com"), {}, ["p1"]],
  ["an address of the profile", byProfile(Trait.user, "email", "ada@home.example"), {}, ["p1"]],
  ["a profile value that nobody has", byProfile(Trait.user, "badge", "X9"), {}, []],
  ["all users", everybody(Trait.user), {}, ["p1", "p2", "p3"]],
  ["all groups", everybody(Trait.group), {}, ["staff"]],
  ["a group by id, when only users are matched", byId("staff"), { traits: ["TRAIT_USER"] }, []],
  ["a resource without a trait", byId("m1"), {}, []],
  ["all users that hold an entitlement", everybody(Trait.user), { entitlementId: "squad:staff:member" }, ["p1", "p3"]],
];

for (const [what, asked, options, found] of matches) {
  test(`a grant for ${what} becomes one for each of ${JSON.stringify(found)}`, async () => {
    const { grants, resources, types } = await syncOf(rooms(asked), { path: external, ...options });
    assert.deepEqual(grants.map(({ principal }) => principal.resource).sort(), found);
    for (const grant of grants) {
      const { resourceType, resource } = grant.principal;
      assert.equal(grant.id, `room:r1:use:${resourceType}:${resource}`);
      assert.deepEqual(grant.annotations, [asked]);
    }
    const taken = resources.filter(({ id }) => id.resourceType !== "room");
    assert.deepEqual(taken.map(({ id }) => id.resource).sort(), found);
    for (const { annotations } of taken) assert.equal(annotations.at(-1)?.typeUrl, annotationUrl("BatonID"));
    assert.ok(taken.every(({ id }) => types.includes(id.resourceType)));
  });
}

test("principals are taken over as they are, without warnings, and the log says how many", async () => {
  const { outcome, resources, logged } = await syncOf(rooms(byId("p1"), everybody(Trait.user)), { path: external });
  assert.deepEqual(outcome.warnings, []);
  const ada = resources.find(({ id }) => id.resource === "p1");
  assert.deepEqual(ada?.profile, { badge: "X1", email: "ada@home.example" });
  const line = logged.find(({ message }) => message === "matched grants against external principals");
  assert.deepEqual(line?.fields, { grants_matched: 2, grants_written: 4, principals: 3 });
});

test("when no grant asks for anybody nothing is taken from the file, and the log says so", async () => {
  const { resources, types, logged } = await syncOf(rooms(), { path: external });
  assert.equal(resources.length, 1);
  assert.deepEqual(types, ["room"]);
  assert.ok(logged.some(({ message }) => /^no grant asks for principals of the external file/.test(message)));
});

test("without an external file such a grant stays as the connector gave it", async () => {
  const { grants } = await syncOf(rooms(byId("p1")));
  assert.deepEqual(
    grants.map(({ principal }) => principal),
    [{ resourceType: "guest", resource: "somebody-0" }],
  );
});

test("principals are found in a version 3 file as in a version 1 file", async () => {
  const { grants } = await syncOf(rooms(everybody(Trait.user)), { path: join(golden, "peer26-default.c1z") });
  assert.equal(grants.length, 12);
});

const noC1z = join(directory, "text.c1z");
writeFileSync(noC1z, "this is no c1z");
const empty = (await syncOf([], {})).path;

for (const [what, options, code] of [
  ["is missing", { path: join(directory, "nowhere.c1z") }, "BATON-EXTERNAL-FILE"],
  ["is no c1z", { path: noC1z }, "BATON-EXTERNAL-FILE"],
  [
    "is a version 3 file, but of no Baton store",
    { path: join(golden, "shapes-wal-twolevel.c1z") },
    "BATON-EXTERNAL-FILE",
  ],
  ["has no such entitlement", { path: empty, entitlementId: "a:b:c" }, "BATON-EXTERNAL-ENTITLEMENT"],
  ["is not named, but an entitlement is", { entitlementId: "a:b:c" }, "BATON-EXTERNAL-MISSING"],
  ["is not named, but a trait is", { traits: ["user"] }, "BATON-EXTERNAL-MISSING"],
  ["is to be searched for an unknown trait", { path: empty, traits: ["user", "robot"] }, "BATON-EXTERNAL-TRAIT"],
] as const) {
  test(`an external file that ${what} is refused with exit 2`, async () => {
    const opening = openExternalPrincipals({ path: "", entitlementId: "", traits: [], ...options });
    await assert.rejects(opening, { code, exitCode: 2 });
  });
}

test("traits are named bare or as on the wire, in any case", async () => {
  for (const name of ["group", "GROUP", "TRAIT_GROUP", "trait_group"]) {
    const { grants } = await syncOf(rooms(everybody(Trait.group)), { path: external, traits: [name] });
    assert.equal(grants.length, 1, name);
  }
});
