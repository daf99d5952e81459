/** Reads rows of files that Go wrote, and rows that are damaged. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { type RowKind, rowJson } from "../../../test/support/row-json.ts";
import { Purpose, ResourceStatus, Trait } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { FieldReader } from "../wire/field-reader.ts";
import {
  decodeEntitlement,
  decodeGrant,
  decodeGrantExpandable,
  decodeResource,
  decodeResourceLater,
  decodeResourceType,
} from "./decode.ts";

const golden = join(import.meta.dirname, "../../../test/golden");
const magicBytes = 5;

/** `data` of all rows of a table of minimal-v1.c1z. */
function rows(table: string): Uint8Array[] {
  const database = new DatabaseSync(":memory:");
  database.deserialize(zstdDecompressSync(readFileSync(join(golden, "minimal-v1.c1z")).subarray(magicBytes)));
  const all = database.prepare(`SELECT data FROM ${table} ORDER BY id`).all();
  return all.map(({ data }) => (data instanceof Uint8Array ? data : assert.fail("data is not a blob")));
}

function json(name: string): Record<string, Record<string, unknown>[]> {
  return JSON.parse(readFileSync(join(golden, `minimal-v1.${name}.json`), "utf8"));
}

const printed: readonly {
  readonly kind: RowKind;
  readonly table: string;
  readonly file: string;
  readonly key: string;
}[] = [
  { kind: "resource type", table: "v1_resource_types", file: "resource-types", key: "resourceType" },
  { kind: "resource", table: "v1_resources", file: "resources", key: "resource" },
  { kind: "entitlement", table: "v1_entitlements", file: "entitlements", key: "entitlement" },
  { kind: "grant", table: "v1_grants", file: "grants", key: "grant" },
];

for (const { kind, table, file, key } of printed) {
  test(`each ${kind} is printed as the Go tools print it`, () => {
    const expected = Object.values(json(file)).flatMap((list) => list.map((row) => row[key]));
    assert.deepEqual(
      rows(table).map((data) => rowJson(kind, data)),
      expected,
    );
  });
}

test("an annotation of a type that is not known here is printed by its type", () => {
  const any = field(1, text("type.googleapis.com/c1.connector.v9.Later")) + field(2, "0801");
  assert.deepEqual(rowJson("resource", bytes(field(4, any) + field(4, field(1, text("type.googleapis.com/Bare"))))), {
    annotations: [{ "@type": "type.googleapis.com/c1.connector.v9.Later" }, { "@type": "type.googleapis.com/Bare" }],
  });
});

test("rows of a Go connector read as contract objects", () => {
  const type = rows("v1_resource_types").map(decodeResourceType);
  assert.deepEqual(
    type.find((found) => found.id === "team"),
    { id: "team", displayName: "Team", traits: [Trait.group], annotations: [], description: "" },
  );

  const user = rows("v1_resources")
    .map(decodeResource)
    .find((found) => found.id.resource === "u-eve");
  assert.deepEqual(user?.parentResourceId, { resourceType: "org", resource: "acme-widgets" });
  assert.equal(user?.displayName, "Eve Example");
  assert.deepEqual(user?.profile, { name: "Eve Example", slug: "u-eve" });
  assert.deepEqual(user?.status, { status: ResourceStatus.disabled });
  assert.deepEqual(
    user?.annotations.map((annotation) => annotation.typeUrl),
    ["type.googleapis.com/c1.connector.v2.UserTrait"],
  );

  const entitlement = rows("v1_entitlements")
    .map(decodeEntitlement)
    .find((found) => found.id === "team:t-sec:member");
  assert.equal(entitlement?.purpose, Purpose.assignment);
  assert.equal(entitlement?.slug, "member");
  assert.deepEqual(
    entitlement?.grantableTo.map((found) => found.id),
    ["user"],
  );

  const grant = rows("v1_grants")
    .map((data) => decodeGrant(data))
    .find((found) => found.id === "org:acme-widgets:member:user:u-ada");
  assert.deepEqual(grant?.entitlement, {
    id: "org:acme-widgets:member",
    resource: { resourceType: "org", resource: "acme-widgets" },
  });
  assert.deepEqual(grant?.principal, { resourceType: "user", resource: "u-ada" });
  assert.deepEqual(
    grant?.sources,
    new Map([
      ["team:t-eng:member", { isDirect: true }],
      ["team:t-sec:member", { isDirect: true }],
    ]),
  );
});

test("a slim grant row takes entitlement and principal from its columns", () => {
  const entitlement = { id: "team:t:member", resource: { resourceType: "team", resource: "t" } };
  const principal = { resourceType: "user", resource: "u" };
  const id = "team:t:member:user:u";
  assert.deepEqual(decodeGrant(bytes(field(3, text(id))), { entitlement, principal }), { id, entitlement, principal });
  const whole = bytes(field(1, field(2, text("e"))) + field(2, field(1, field(2, text("p")))));
  assert.deepEqual(decodeGrant(whole, { entitlement, principal }), {
    id: "",
    entitlement: { id: "e", resource: { resourceType: "", resource: "" } },
    principal: { resourceType: "", resource: "p" },
  });
});

test("fields, traits and states of later versions are passed over", () => {
  const later = "d20602abcd" + "d80605" + "dd0601020304" + "d906" + "0102030405060708";
  assert.deepEqual(decodeResourceType(bytes(`${later}0a0174${later}1a03016302`)), {
    id: "t",
    displayName: "",
    traits: [Trait.user, Trait.group],
    annotations: [],
    description: "",
  });
  assert.deepEqual(decodeResource(bytes("5a020863")).status, { status: ResourceStatus.unspecified });
  assert.equal(decodeEntitlement(bytes("3863")).purpose, Purpose.unspecified);
});

test("traits read the same whether the writer packed them or not", () => {
  assert.deepEqual(decodeResourceType(bytes("18011804")).traits, [Trait.user, Trait.app]);
});

test("nulls in a profile are left out, in lists too", () => {
  const nothing = "0800";
  const entry = (key: string, value: string): string => field(1, field(1, text(key)) + field(2, value));
  const list = field(6, field(1, nothing) + field(1, field(3, text("x"))));
  assert.deepEqual(decodeResource(bytes(field(9, entry("gone", nothing) + entry("list", list)))).profile, {
    list: ["x"],
  });
});

test("a profile key named __proto__ is a key like others", () => {
  const profile =
    decodeResource(bytes(field(9, field(1, field(1, text("__proto__")) + field(2, "2001"))))).profile ?? {};
  assert.deepEqual(Object.entries(profile), [["__proto__", true]]);
  assert.equal(Object.getPrototypeOf(profile), Object.prototype);
});

test("a profile that nests without end is refused", () => {
  let value = "2001";
  for (let depth = 0; depth < 200; depth++) value = field(5, field(1, field(1, text("k")) + field(2, value)));
  assert.throws(() => decodeResource(bytes(field(9, field(1, field(1, text("k")) + field(2, value))))), isDecodeError);
});

test("damaged bytes are refused with the kind of the row, what it means and what to do", () => {
  const damaged = bytes("0a05");
  const decoders = {
    "resource type": decodeResourceType,
    resource: decodeResource,
    entitlement: decodeEntitlement,
    grant: (data: Uint8Array) => decodeGrant(data),
    "grant expansion": decodeGrantExpandable,
  };
  for (const [kind, decoder] of Object.entries(decoders)) {
    assert.throws(
      () => decoder(damaged),
      (error) =>
        isDecodeError(error) &&
        error.message.startsWith(`A ${kind} cannot be read: `) &&
        error.status === Status.dataLoss &&
        error.effect !== undefined &&
        error.hint !== undefined,
    );
  }
  assert.throws(() => rowJson("grant", damaged), isDecodeError);
});

const damages: readonly (readonly [string, string])[] = [
  ["a text that is not UTF-8", "0a02c328"],
  ["a length beyond the end", "0a7f61"],
  ["a length of more than 2^53", "0affffffffffffffffff01"],
  ["a number that never ends", "3880808080808080808080"],
  ["a number cut short", "38ff"],
  ["a tag with field number 0", "00"],
  ["a wire type that does not exist", "0f"],
  ["a string sent as a number", "1001"],
];
for (const [name, data] of damages) {
  test(`${name} is refused`, () => {
    assert.throws(() => decodeEntitlement(bytes(data)), isDecodeError);
  });
}

test("a nested message must not reach beyond the one around it", () => {
  assert.throws(() => decodeGrant(bytes("0a031205617a7a7a7a")), isDecodeError);
});

test("whatever is done to a row's bytes, it is read or refused, and never anything else", () => {
  const originals = ["v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"].flatMap(rows);
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const damaged = fc
    .tuple(fc.constantFrom(...originals), fc.array(change, { maxLength: 3 }), fc.nat())
    .map(([original, changes, cut]) => {
      const copy = Uint8Array.from(original);
      for (const [position, byte] of changes) copy[position % copy.length] = byte;
      return copy.subarray(0, copy.length - (cut % 3));
    });
  fc.assert(
    fc.property(damaged, (data) => {
      for (const decoder of [
        decodeResourceType,
        decodeResource,
        decodeEntitlement,
        (d: Uint8Array) => decodeGrant(d),
      ]) {
        try {
          decoder(data);
        } catch (error) {
          assert.ok(isDecodeError(error), String(error));
        }
      }
    }),
    { numRuns: 5000 },
  );
});

test("a resource that is read later says what it says when it is read at once, with fields in any order and number", () => {
  const fields = rows("v1_resources").flatMap(fieldsOf);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...fields), { maxLength: 12 }), (some) => {
      const bytes = Buffer.concat(some);
      const { id, displayName, annotations, profile, ...rest } = decodeResource(bytes);
      const later = decodeResourceLater(bytes);
      assert.deepEqual({ ...later }, rest);
      // In another order than they stand in.
      assert.deepEqual([later.profile, later.annotations, later.displayName], [profile, annotations, displayName]);
      assert.deepEqual(later.id, id);
    }),
    { numRuns: 500 },
  );
});

/** The bytes of each field of a message. */
function fieldsOf(message: Uint8Array): Uint8Array[] {
  const reader = new FieldReader(message);
  const found: Uint8Array[] = [];
  for (let start = 0; reader.next(reader.end); start = reader.position) {
    reader.skip();
    found.push(message.subarray(start, reader.position));
  }
  return found;
}

function isDecodeError(error: unknown): error is BatonError {
  return error instanceof BatonError && error.code === "BATON-DECODE";
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function text(value: string): string {
  return Buffer.from(value).toString("hex");
}

/** Hex of a length-delimited field. */
function field(number: number, body: string): string {
  let length = body.length / 2;
  const varint: number[] = [];
  for (; length > 127; length = length >> 7) varint.push((length & 127) | 128);
  varint.push(length);
  return Buffer.of(number * 8 + 2, ...varint).toString("hex") + body;
}
