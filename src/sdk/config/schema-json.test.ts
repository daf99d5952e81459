import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJson, type JsonObject, toJson } from "@bufbuild/protobuf";
import { exampleFields } from "../../../test/support/example-connector.ts";
import { ConfigurationSchema } from "../proto/gen/c1/config/v1/config_pb.ts";
import type { Field } from "./field.ts";
import { standardRelations } from "./relations.ts";
import { configSchemaJson } from "./schema-json.ts";
import { standardFields } from "./standard-fields.ts";

const program = { displayName: "Example", helpUrl: "/docs/baton/example", iconUrl: "/static/app-icons/example.svg" };
const standard = standardFields({ stdoutIsTty: false, nowMs: 0 });

/** What the tests look at. */
interface SchemaJson extends JsonObject {
  fields: (JsonObject & {
    name: string;
    isOps?: boolean;
    stringField?: JsonObject;
    intField?: JsonObject;
    boolField?: JsonObject;
  })[];
  constraints: JsonObject[];
}

function parsed(fields: readonly Field[]): SchemaJson {
  return JSON.parse(configSchemaJson({ ...program, fields, relations: standardRelations })) as SchemaJson;
}

test("the schema begins with the 13 operational fields in the order of the Go connectors", () => {
  const fields = parsed([...standard, ...exampleFields]).fields;
  assert.deepEqual(
    fields.map((field) => field.name),
    [
      "log-level",
      "log-level-debug-expires-at",
      "session-store-maximum-size",
      "otel-collector-endpoint",
      "otel-collector-endpoint-tls-cert-path",
      "otel-collector-endpoint-tls-cert",
      "otel-collector-endpoint-tls-insecure",
      "otel-tracing-disabled",
      "otel-logging-disabled",
      "health-check",
      "health-check-port",
      "health-check-bind-address",
      "http-timeout-seconds",
      "api-key",
      "org",
    ],
  );
  assert.ok(fields.slice(0, 13).every((field) => field.isOps === true));
});

test("the schema is text with two spaces, keys in proto order and no newline at the end", () => {
  const fields = exampleFields.slice(0, 2);
  assert.equal(
    configSchemaJson({ ...program, fields, relations: [] }),
    `{
  "fields": [
    {
      "name": "api-key",
      "displayName": "API key",
      "description": "Key of the example",
      "isRequired": true,
      "isSecret": true,
      "stringField": {
        "rules": {
          "isRequired": true
        }
      }
    },
    {
      "name": "org",
      "displayName": "Organization",
      "description": "Organization to read",
      "placeholder": "my-org",
      "isRequired": true,
      "stringField": {
        "rules": {
          "pattern": "^[-a-z0-9]+$",
          "isRequired": true
        }
      }
    }
  ],
  "displayName": "Example",
  "helpUrl": "/docs/baton/example",
  "iconUrl": "/static/app-icons/example.svg"
}`,
  );
});

test("numbers of 64 bits are strings and zero values are left out", () => {
  const fields = parsed(standard).fields;
  const find = (name: string) => fields.find((field) => field.name === name);
  assert.deepEqual(find("session-store-maximum-size")?.intField, { defaultValue: "15728640" });
  assert.deepEqual(find("http-timeout-seconds")?.intField, {
    defaultValue: "300",
    rules: { lte: "1800", gte: "1" },
  });
  assert.deepEqual(find("health-check")?.boolField, {});
  assert.deepEqual(find("log-level")?.stringField, { defaultValue: "info" });
});

test("hidden fields are exported, fields for the command line are not", () => {
  const hidden: Field = { kind: "string", name: "hidden", hidden: true };
  const cli: Field = { kind: "string", name: "cli", exportTarget: "cli" };
  const names = parsed([hidden, cli]).fields.map((field) => field.name);
  assert.deepEqual(names, ["hidden"]);
});

test("relations appear as constraints unless they name a field that is not exported", () => {
  const fields: Field[] = ["a", "b"].map((name) => ({ kind: "string", name }));
  const cli: Field = { kind: "string", name: "c", exportTarget: "cli" };
  const schema = configSchemaJson({
    ...program,
    fields: [...fields, cli],
    relations: [
      { kind: "requiredTogether", fields: ["a", "b"] },
      { kind: "dependentOn", fields: ["a"], secondary: ["b"] },
      { kind: "atLeastOne", fields: ["a", "c"] },
    ],
  });
  assert.deepEqual((JSON.parse(schema) as SchemaJson).constraints, [
    { kind: "CONSTRAINT_KIND_REQUIRED_TOGETHER", fieldNames: ["a", "b"] },
    { kind: "CONSTRAINT_KIND_DEPENDENT_ON", fieldNames: ["a"], secondaryFieldNames: ["b"] },
  ]);
});

test("the schema of every kind of field and rule is what the generated messages print", () => {
  const fields: Field[] = [
    {
      kind: "string",
      name: "s",
      default: "x",
      rules: {
        eq: "x",
        len: 1,
        minLen: 0,
        maxLen: 3,
        pattern: "x",
        prefix: "x",
        suffix: "x",
        contains: "x",
        in: ["x"],
        notIn: ["y"],
        wellKnown: "uri",
      },
    },
    {
      kind: "int",
      name: "i",
      default: 3,
      required: true,
      rules: { eq: 3, lt: 9, lte: 9, gt: 0, gte: 0, in: [3], notIn: [4] },
    },
    { kind: "bool", name: "b", default: true },
    {
      kind: "stringSlice",
      name: "l",
      default: ["a"],
      required: true,
      rules: { minItems: 1, maxItems: 2, unique: true, itemRules: { minLen: 1 } },
    },
  ];
  const ours = parsed([...standard, ...exampleFields, ...fields]);
  const printed = toJson(ConfigurationSchema, fromJson(ConfigurationSchema, ours));
  assert.equal(JSON.stringify(ours), JSON.stringify(printed));
});
