import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../errors.ts";
import { defaultOf, type Field, type FieldValue } from "./field.ts";
import { ResolvedConfig } from "./resolve.ts";
import { validateConfig } from "./validate.ts";

function configOf(...values: readonly (readonly [Field, FieldValue])[]): ResolvedConfig {
  return new ResolvedConfig(values.map(([field, value]) => ({ field, value, source: { kind: "flag" } })));
}

function messageOf(config: ResolvedConfig): string | undefined {
  try {
    validateConfig(config);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BatonError);
    assert.equal(error.code, "BATON-CONFIG-INVALID");
    assert.equal(error.exitCode, 2);
    return error.message;
  }
}

type Case = readonly [field: Field, good: FieldValue, bad: FieldValue, problem: string];
const text = { kind: "string", name: "x" } as const;
const whole = { kind: "int", name: "x" } as const;
const list = { kind: "stringSlice", name: "x" } as const;

const cases: readonly Case[] = [
  [{ ...text, required: true }, "a", "", "a value is required, and it is empty"],
  [{ ...text, rules: { eq: "a" } }, "a", "b", '"b" must be "a"'],
  [{ ...text, rules: { len: 2 } }, "é😀", "abc", '"abc" must have 2 characters'],
  [{ ...text, rules: { minLen: 2 } }, "ab", "😀", '"😀" must have at least 2 characters'],
  [{ ...text, rules: { maxLen: 2 } }, "ab", "abc", '"abc" must have at most 2 characters'],
  [{ ...text, rules: { pattern: "^[a-z]+$" } }, "ab", "a1", '"a1" must match ^[a-z]+$'],
  [{ ...text, rules: { prefix: "ab" } }, "abc", "cab", '"cab" must begin with "ab"'],
  [{ ...text, rules: { suffix: "ab" } }, "cab", "abc", '"abc" must end with "ab"'],
  [{ ...text, rules: { contains: "b" } }, "abc", "ac", '"ac" must contain "b"'],
  [{ ...text, rules: { in: ["a", "b"] } }, "a", "c", '"c" must be one of ["a","b"]'],
  [{ ...text, rules: { notIn: ["a"] } }, "b", "a", '"a" must be none of ["a"]'],
  [{ ...text, rules: { wellKnown: "email" } }, "a.b@c.org", "a b@c.org", '"a b@c.org" must be a valid email'],
  [{ ...text, rules: { wellKnown: "uri" } }, "https://x.org/y", "x y", '"x y" must be a valid uri'],
  [{ ...text, rules: { wellKnown: "hostname" } }, "a-b.c", "-a.b", '"-a.b" must be a valid hostname'],
  [{ ...text, rules: { wellKnown: "ip" } }, "::1", "1.2.3", '"1.2.3" must be a valid ip'],
  [{ ...text, rules: { wellKnown: "ipv4" } }, "1.2.3.4", "::1", '"::1" must be a valid ipv4'],
  [{ ...text, rules: { wellKnown: "ipv6" } }, "::1", "1.2.3.4", '"1.2.3.4" must be a valid ipv6'],
  [
    { ...text, rules: { wellKnown: "uuid" } },
    "123e4567-e89b-12d3-a456-426614174000",
    "123e4567",
    '"123e4567" must be a valid uuid',
  ],
  [{ ...whole, rules: { eq: 1 } }, 1, 2, "2 must be 1"],
  [{ ...whole, rules: { lt: 2 } }, 1, 2, "2 must be less than 2"],
  [{ ...whole, rules: { lte: 2 } }, 2, 3, "3 must be at most 2"],
  [{ ...whole, rules: { gt: 2 } }, 3, 2, "2 must be greater than 2"],
  [{ ...whole, rules: { gte: 2 } }, 2, 1, "1 must be at least 2"],
  [{ ...whole, rules: { in: [1, 2] } }, 1, 3, "3 must be one of [1,2]"],
  [{ ...whole, rules: { notIn: [1] } }, 2, 1, "1 must be none of [1]"],
  [{ ...whole, rules: { gte: 1, zeroIsChecked: true } }, 1, 0, "0 must be at least 1"],
  [{ ...list, required: true }, ["a"], [], "a value is required, and it is empty"],
  [{ ...list, rules: { minItems: 2 } }, ["a", "b"], ["a"], '["a"] must have at least 2 items'],
  [{ ...list, rules: { maxItems: 1 } }, ["a"], ["a", "b"], '["a","b"] must have at most 1 items'],
  [{ ...list, rules: { unique: true } }, ["a", "b"], ["a", "a"], '["a","a"] must not have an item twice'],
  [{ ...list, rules: { itemRules: { minLen: 2 } } }, ["ab"], ["ab", "c"], '["ab","c"] must have at least 2 characters'],
];

for (const [field, good, bad, problem] of cases) {
  test(`rules: ${problem}`, () => {
    assert.equal(messageOf(configOf([field, good])), undefined);
    assert.equal(messageOf(configOf([field, bad])), `errors found:\nfield x: ${problem}`);
  });
}

test("values that are not set pass every rule but required", () => {
  for (const [field] of cases) {
    if (field.required === true || (field.kind === "int" && field.rules?.zeroIsChecked)) continue;
    assert.equal(messageOf(configOf([field, defaultOf(field)])), undefined);
  }
});

test("all violations are named at once, and the value of a secret is not", () => {
  const message = messageOf(
    configOf(
      [{ ...text, name: "api-key", secret: true, rules: { prefix: "csa_" } }, "canary-value"],
      [{ ...whole, name: "port", rules: { lte: 10 } }, 11],
    ),
  );
  assert.equal(
    message,
    'errors found:\nfield api-key: the value (not shown) must begin with "csa_"\nfield port: 11 must be at most 10',
  );
});
