/** Holds the hand-written row encoders against the generated code and against rows of a file that Go wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  toEntitlementMessage,
  toGrantExpandableMessage,
  toGrantMessage,
  toResourceMessage,
  toResourceTypeMessage,
} from "../../../test/support/reference-messages.ts";
import {
  type Annotation,
  type Entitlement,
  type Grant,
  type GrantExpandable,
  type Profile,
  type ProfileValue,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  type Timestamp,
  Trait,
} from "../contracts/model.ts";
import {
  decodeEntitlement,
  decodeGrant,
  decodeGrantExpandable,
  decodeResource,
  decodeResourceType,
} from "../proto/decode.ts";
import { GrantExpandableSchema } from "../proto/gen/c1/connector/v2/annotation_grant_pb.ts";
import { EntitlementSchema } from "../proto/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantSchema } from "../proto/gen/c1/connector/v2/grant_pb.ts";
import { ResourceSchema, ResourceTypeSchema } from "../proto/gen/c1/connector/v2/resource_pb.ts";
import { groupTrait } from "../resources/traits.ts";
import {
  compareUtf8,
  encodeGrant,
  encodeGrantExpandable,
  encodeResourceType,
  viewOf,
  writeEntitlement,
  writeResource,
} from "./encode.ts";

const encodeResource = (resource: Resource): Uint8Array => new Uint8Array(viewOf(resource, writeResource));
const encodeEntitlement = (entitlement: Entitlement): Uint8Array =>
  new Uint8Array(viewOf(entitlement, writeEntitlement));

const runs = { numRuns: 2000 };
/** Objects like those of literals, which deepEqual tells from objects without a prototype. */
const plain = { noNullPrototype: true } as const;

// Lengths around 42, 128 and 16384 bytes, where the writer changes its way of writing, and above its first buffer of 65536.
const text = fc.oneof(
  { weight: 40, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 40, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 20, arbitrary: fc.string({ unit: "binary", minLength: 38, maxLength: 46 }) },
  { weight: 10, arbitrary: fc.string({ minLength: 120, maxLength: 135 }) },
  { weight: 5, arbitrary: fc.integer({ min: 40, max: 46 }).map((length) => "€".repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom("x".repeat(16_384), "é".repeat(8_190), "🧸".repeat(20_000)) },
);
const someText = text.filter((value) => value !== "");
// Objects put whole numbers before other keys, so that generated maps cannot be in sorted order: tested on its own.
const key = text.filter((value) => !/^\d+$/.test(value) && value !== "__proto__");

const resourceId: fc.Arbitrary<ResourceId> = fc.record({ resourceType: text, resource: text }, plain);
const timestamp: fc.Arbitrary<Timestamp> = fc.record(
  {
    seconds: fc.oneof(fc.integer(), fc.integer({ min: -62_135_596_800, max: 253_402_300_799 })),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  },
  plain,
);
const annotation: fc.Arbitrary<Annotation> = fc.record(
  {
    typeUrl: fc.oneof(fc.constant("type.googleapis.com/c1.connector.v2.RawId"), text),
    value: fc.uint8Array({ maxLength: 200 }),
  },
  plain,
);
const annotations = fc.array(annotation, { maxLength: 3 });

const { profile } = fc.letrec<{ profile: Profile; value: ProfileValue }>((tie) => ({
  profile: fc.dictionary(key, tie("value"), { maxKeys: 6, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("profile"),
  ),
}));

const status: fc.Arbitrary<NonNullable<Resource["status"]>> = fc.record(
  { status: fc.constantFrom(...Object.values(ResourceStatus)), details: someText },
  { ...plain, requiredKeys: ["status"] },
);
const resourceType: fc.Arbitrary<ResourceType> = fc.record(
  {
    id: text,
    displayName: text,
    traits: fc.array(fc.constantFrom(...Object.values(Trait)), { maxLength: 4 }),
    annotations,
    description: text,
  },
  plain,
);
const resource: fc.Arbitrary<Resource> = fc.record(
  {
    id: resourceId,
    parentResourceId: resourceId,
    displayName: text,
    annotations,
    description: someText,
    // JSON objects, which generated messages take, cannot tell infinities from nulls.
    profile: profile.filter(hasOnlyFinite),
    status,
    createdAt: timestamp,
  },
  { ...plain, requiredKeys: ["id", "displayName", "annotations"] },
);
const entitlement: fc.Arbitrary<Entitlement> = fc.record(
  {
    id: text,
    resource,
    displayName: text,
    description: text,
    grantableTo: fc.array(resourceType, { maxLength: 3 }),
    annotations,
    purpose: fc.constantFrom(...Object.values(Purpose)),
    slug: text,
  },
  plain,
);
const expandable: fc.Arbitrary<GrantExpandable> = fc.record(
  {
    entitlementIds: fc.array(text, { maxLength: 4 }),
    shallow: fc.boolean(),
    resourceTypeIds: fc.array(text, { maxLength: 4 }),
  },
  plain,
);
const grant: fc.Arbitrary<Grant> = fc.record(
  {
    id: text,
    entitlement: fc.record({ id: text, resource: resourceId }, plain),
    principal: resourceId,
    annotations: fc.array(annotation, { minLength: 1, maxLength: 3 }),
    sources: fc
      .array(fc.tuple(key, fc.record({ isDirect: fc.boolean() }, plain)), { minLength: 1, maxLength: 5 })
      .map((entries) => new Map(entries)),
  },
  { ...plain, requiredKeys: ["id", "entitlement", "principal"] },
);

function hasOnlyFinite(value: ProfileValue): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || Object.values(value).every(hasOnlyFinite);
}

interface Codec<T, D extends DescMessage> {
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
  readonly schema: D;
  readonly toMessage: (value: T) => MessageShape<D>;
}

/** Bytes equal those of the generated code, and read back they give what was written. */
function holds<T, D extends DescMessage>(values: fc.Arbitrary<T>, codec: Codec<T, D>): void {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = codec.encode(value);
      assert.equal(hex(bytes), hex(toBinary(codec.schema, codec.toMessage(value))));
      assert.deepEqual(codec.decode(bytes), value);
    }),
    runs,
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("a resource type is written as the generated code writes it, and reads back", () => {
  const schema = ResourceTypeSchema;
  holds(resourceType, {
    encode: encodeResourceType,
    decode: decodeResourceType,
    schema,
    toMessage: toResourceTypeMessage,
  });
});

test("a resource is written as the generated code writes it, and reads back", () => {
  const schema = ResourceSchema;
  holds(resource, { encode: encodeResource, decode: decodeResource, schema, toMessage: toResourceMessage });
});

test("an entitlement is written as the generated code writes it, and reads back", () => {
  const schema = EntitlementSchema;
  holds(entitlement, { encode: encodeEntitlement, decode: decodeEntitlement, schema, toMessage: toEntitlementMessage });
});

test("a grant is written as the generated code writes it, and reads back", () => {
  holds(grant, { encode: encodeGrant, decode: decodeGrant, schema: GrantSchema, toMessage: toGrantMessage });
});

test("a grant is written as its own, whatever parts of the grants before it were the same", () => {
  const parts = fc.constantFrom("a", "b");
  const id = fc.record({ resourceType: parts, resource: parts }, plain);
  const entitlement = fc.record({ id: parts, resource: id }, plain);
  const few = fc.array(fc.record({ entitlement, principal: id, id: parts }, plain));
  fc.assert(
    fc.property(few, (grants) => {
      for (const grant of grants) {
        assert.deepEqual(decodeGrant(encodeGrant(grant)).entitlement, grant.entitlement);
        assert.deepEqual(decodeGrant(encodeGrant(grant)).principal, grant.principal);
      }
    }),
  );
});

test("a grant expansion is written as the generated code writes it, and reads back", () => {
  holds(expandable, {
    encode: encodeGrantExpandable,
    decode: decodeGrantExpandable,
    schema: GrantExpandableSchema,
    toMessage: toGrantExpandableMessage,
  });
});

test("a grant's expansion is not part of its row and comes back from its column", () => {
  fc.assert(
    fc.property(grant, expandable, (direct, expansion) => {
      const expanding = { ...direct, expandable: expansion };
      assert.equal(hex(encodeGrant(expanding)), hex(encodeGrant(direct)));
      const read = decodeGrant(encodeGrant(expanding), { expansion: encodeGrantExpandable(expansion) });
      assert.deepEqual(read, expanding);
      // Over gRPC there is no column: the annotation says the same.
      assert.deepEqual(decodeGrant(toBinary(GrantSchema, toGrantMessage(expanding))), expanding);
    }),
    { numRuns: 500 },
  );
});

test("rows come out as a Go connector wrote them", () => {
  const team: ResourceType = {
    id: "team",
    displayName: "Team",
    traits: [Trait.group],
    annotations: [],
    description: "",
  };
  assert.equal(hex(encodeResourceType(team)), "0a047465616d12045465616d1a0102");
  const slug = { slug: "t-eng" };
  const engineering: Resource = {
    id: { resourceType: "team", resource: "t-eng" },
    parentResourceId: { resourceType: "org", resource: "acme-widgets" },
    displayName: "Engineering",
    annotations: [groupTrait(slug)],
    profile: slug,
  };
  assert.equal(
    hex(encodeResource(engineering)),
    "0a0d0a047465616d1205742d656e6712130a036f7267120c61636d652d776964676574731a0b456e67696e656572696e6722450a2e" +
      "747970652e676f6f676c65617069732e636f6d2f63312e636f6e6e6563746f722e76322e47726f75705472616974121312110a0f0a" +
      "04736c756712071a05742d656e674a110a0f0a04736c756712071a05742d656e67",
  );
  const expansion: GrantExpandable = {
    entitlementIds: ["team:t-eng:member"],
    shallow: true,
    resourceTypeIds: ["user"],
  };
  assert.equal(hex(encodeGrantExpandable(expansion)), "0a117465616d3a742d656e673a6d656d62657210011a0475736572");
});

test("profile keys are sorted by their UTF-8 bytes, whatever order they were set in", () => {
  // By UTF-16 code units, U+1F9F8 (D83E DDF8) would come before U+FF21; by number, 9 before 10.
  const sorted = ["", "10", "9", "A", "__proto__", "a", "é", "\uFF21", "\u{1F9F8}"];
  const shuffled = [8, 2, 0, 5, 7, 4, 1, 6, 3].map((index) => sorted[index] ?? "");
  const keys = (order: string[]): string => {
    const unsorted = Object.fromEntries(order.map((name) => [name, true]));
    return hex(
      encodeResource({ id: { resourceType: "t", resource: "r" }, displayName: "", annotations: [], profile: unsorted }),
    );
  };
  const entries = sorted.map((name) => {
    const utf8 = Buffer.from(name);
    return Buffer.concat([Buffer.of(0x0a, utf8.length + 6, 0x0a, utf8.length), utf8, Buffer.of(0x12, 2, 0x20, 1)]);
  });
  const body = Buffer.concat(entries);
  assert.equal(keys(shuffled), `0a060a01741201724a${body.length.toString(16)}${hex(body)}`);
});

test("a row of a hundred thousand short texts is whole", () => {
  const entitlementIds = Array.from({ length: 100_000 }, (_, index) => `team:${"€".repeat(index % 30)}:${index}`);
  const expansion: GrantExpandable = { entitlementIds, shallow: true, resourceTypeIds: ["user"] };
  const expected = toBinary(GrantExpandableSchema, toGrantExpandableMessage(expansion));
  assert.ok(Buffer.from(expected).equals(encodeGrantExpandable(expansion)));
});

test("half a surrogate pair, which UTF-8 cannot hold, is written as U+FFFD", () => {
  const bytes = (displayName: string): string =>
    hex(encodeResource({ id: { resourceType: "t", resource: "r" }, displayName, annotations: [] }));
  assert.equal(bytes("a\uD83E"), bytes("a\uFFFD"));
  assert.equal(bytes(`${"a".repeat(50)}\uDDF8`), bytes(`${"a".repeat(50)}\uFFFD`));
});

test("the order of keys is that of their UTF-8 bytes", () => {
  fc.assert(
    fc.property(text, text, fc.string({ unit: "binary", maxLength: 3 }), (start, a, b) => {
      const left = start + a;
      const right = start + b;
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      assert.equal(Math.sign(compareUtf8(left, right)), expected);
    }),
    runs,
  );
  assert.ok(compareUtf8("\u{1f600}", "\uffff") > 0);
});

test("grant sources are sorted by their keys' UTF-8 bytes and read back in that order", () => {
  const direct = { isDirect: true };
  const sources = new Map([
    ["\u{1F9F8}", direct],
    ["\uFF21", { isDirect: false }],
    ["a", direct],
  ]);
  const id = { resourceType: "t", resource: "r" };
  const row = encodeGrant({ id: "g", entitlement: { id: "e", resource: id }, principal: id, sources });
  assert.deepEqual(
    [...(decodeGrant(row).sources ?? [])].map(([name]) => name),
    ["a", "\uFF21", "\u{1F9F8}"],
  );
});
