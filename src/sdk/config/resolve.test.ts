import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../errors.ts";
import type { ConfigFile } from "./config-file.ts";
import { type Field, onlyHostsBelow } from "./field.ts";
import type { Relation } from "./relations.ts";
import { type ConfigInputs, type ResolvedConfig, resolveConfig } from "./resolve.ts";

const fields: readonly Field[] = [
  { kind: "string", name: "org", fallbackEnvironment: ["OTHER_ORG", "LAST_ORG"], default: "home" },
  { kind: "string", name: "api-key", secret: true },
  { kind: "int", name: "workers", default: 2 },
  { kind: "bool", name: "fast" },
  { kind: "stringSlice", name: "types" },
  { kind: "string", name: "base-url", distrust: onlyHostsBelow(["example.com"]) },
];

interface Given {
  readonly argv?: Record<string, string[]>;
  readonly env?: Record<string, string>;
  readonly file?: Record<string, unknown>;
  readonly found?: boolean;
}

function inputs({ argv = {}, env = {}, file, found = false }: Given): ConfigInputs {
  const configFile: ConfigFile | undefined = file && {
    path: "some.yaml",
    foundInWorkingDirectory: found,
    values: new Map(Object.entries(file)),
    texts: new Map(Object.entries(file)),
  };
  return { fields, relations: [], argv: new Map(Object.entries(argv)), env, file: configFile };
}

/** Asserts that resolving fails with a code and a message. */
function assertRefused(given: ConfigInputs, code: string, message: string | RegExp): void {
  assert.throws(
    () => resolveConfig(given),
    (error: unknown) => {
      assert.ok(error instanceof BatonError);
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}

const precedence: readonly (Given & { name: string; value: string; source: string })[] = [
  { name: "nothing given: the default", value: "home", source: "default" },
  { name: "a fallback variable beats the default", env: { LAST_ORG: "l" }, value: "l", source: "environment LAST_ORG" },
  {
    name: "the first fallback variable wins",
    env: { LAST_ORG: "l", OTHER_ORG: "o" },
    value: "o",
    source: "environment OTHER_ORG",
  },
  {
    name: "the file beats fallback variables",
    env: { OTHER_ORG: "o" },
    file: { org: "f" },
    value: "f",
    source: "file some.yaml",
  },
  {
    name: "the own variable beats the file",
    env: { BATON_ORG: "e" },
    file: { org: "f" },
    value: "e",
    source: "environment BATON_ORG",
  },
  {
    name: "the flag beats all",
    argv: { org: ["a"] },
    env: { BATON_ORG: "e" },
    file: { org: "f" },
    value: "a",
    source: "flag",
  },
  { name: "the last of several flags counts", argv: { org: ["a", "b"] }, value: "b", source: "flag" },
  {
    name: "an empty flag is given all the same",
    argv: { org: [""] },
    env: { BATON_ORG: "e" },
    value: "",
    source: "flag",
  },
  {
    name: "an empty variable is not set",
    env: { BATON_ORG: "", OTHER_ORG: "" },
    file: { org: "f" },
    value: "f",
    source: "file some.yaml",
  },
  { name: "a variable in lower case is another variable", env: { baton_org: "e" }, value: "home", source: "default" },
  { name: "a key without a value is not set", file: { org: null }, value: "home", source: "default" },
  { name: "a number in the file is taken for a text", file: { org: 12 }, value: "12", source: "file some.yaml" },
];

for (const { name, value, source, ...given } of precedence) {
  test(`precedence: ${name}`, () => {
    const config = resolveConfig(inputs(given));
    assert.equal(config.string("org"), value);
    assert.equal(config.source("org"), source);
    assert.equal(config.isGiven("org"), source !== "default");
  });
}

const lists: readonly (Given & { name: string; value: readonly string[] })[] = [
  { name: "repeated and comma-separated flags add up", argv: { types: ["a,b", "c"] }, value: ["a", "b", "c"] },
  { name: "quotes keep a comma", argv: { types: ['"a,b",c', '"say ""x"""'] }, value: ["a,b", "c", 'say "x"'] },
  { name: "a variable is split at commas and keeps spaces", env: { BATON_TYPES: "x,y z" }, value: ["x", "y z"] },
  { name: "items of the file may hold commas", file: { types: ["a,b", 3] }, value: ["a,b", "3"] },
  {
    name: "flags are added to the variable",
    argv: { types: ["c"] },
    env: { BATON_TYPES: "a,b" },
    file: { types: ["z"] },
    value: ["a", "b", "c"],
  },
  { name: "flags are added to the file", argv: { types: ["c"] }, file: { types: ["a"] }, value: ["a", "c"] },
];

for (const { name, value, ...given } of lists) {
  test(`lists: ${name}`, () => {
    assert.deepEqual(resolveConfig(inputs(given)).strings("types"), value);
  });
}

test("switches accept the words of Go and nothing else, from the environment and the file", () => {
  for (const text of ["1", "t", "T", "TRUE", "true", "True"]) {
    assert.equal(resolveConfig(inputs({ env: { BATON_FAST: text } })).bool("fast"), true, text);
  }
  for (const text of ["0", "f", "F", "FALSE", "false", "False"]) {
    assert.equal(resolveConfig(inputs({ env: { BATON_FAST: text } })).bool("fast"), false, text);
  }
  assert.equal(resolveConfig(inputs({ file: { fast: true } })).bool("fast"), true);
  for (const text of ["yes", "banana", "tRUE", " true"]) {
    const message = `environment BATON_FAST: "${text}" is not true or false for fast`;
    assertRefused(inputs({ env: { BATON_FAST: text } }), "BATON-CONFIG-VALUE", message);
  }
});

test("whole numbers are read from the environment and the file, anything else is refused", () => {
  assert.equal(resolveConfig(inputs({ env: { BATON_WORKERS: "-1" } })).int("workers"), -1);
  assert.equal(resolveConfig(inputs({ file: { workers: 7 } })).int("workers"), 7);
  for (const text of ["1.5", "ten", "1e3", "99999999999999999999"]) {
    assertRefused(inputs({ env: { BATON_WORKERS: text } }), "BATON-CONFIG-VALUE", /is not a whole number for workers$/);
  }
  assertRefused(
    inputs({ file: { workers: [1] } }),
    "BATON-CONFIG-VALUE",
    "file some.yaml: [1] is not a whole number for workers",
  );
});

test("a value of the wrong type in a secret field is refused without being shown", () => {
  assertRefused(
    inputs({ file: { "api-key": { nested: "canary" } } }),
    "BATON-CONFIG-VALUE",
    "file some.yaml: the value (not shown) is not a text for api-key",
  );
});

test("missing required flags are named in alphabetical order, and the environment satisfies them", () => {
  const required: readonly Field[] = [
    { kind: "string", name: "zone", required: true },
    { kind: "string", name: "api-key", required: true },
    { kind: "string", name: "org", required: true },
  ];
  const env = { BATON_ORG: "x" };
  assertRefused(
    { fields: required, relations: [], argv: new Map(), env },
    "BATON-CONFIG-REQUIRED",
    'required flag(s) "api-key", "zone" not set',
  );
});

test("a key of the file that is written as a variable is named where the field is missing", () => {
  const required: readonly Field[] = ["api-key", "org-slug"].map((name) => ({ kind: "string", name, required: true }));
  for (const [key, name] of [
    ["org_slug", "org-slug"],
    ["baton_api_key", "api-key"],
  ]) {
    const given = { ...inputs({ file: { [key ?? ""]: "x", other_thing: "y" } }), fields: required };
    assert.throws(
      () => resolveConfig(given),
      ({ hint }: BatonError) => hint?.startsWith(`In some.yaml, ${key} is to be called ${name}. Set BATON_`) === true,
    );
  }
});

const pair: readonly Field[] = ["b", "a", "c"].map((name) => ({ kind: "string", name }));
const groups: readonly { relation: Relation; env: Record<string, string>; message?: string }[] = [
  { relation: { kind: "requiredTogether", fields: ["b", "a"] }, env: {} },
  { relation: { kind: "requiredTogether", fields: ["b", "a"] }, env: { BATON_A: "1", BATON_B: "1" } },
  {
    relation: { kind: "requiredTogether", fields: ["b", "a", "c"] },
    env: { BATON_B: "1" },
    message: "the flags in the group [b a c] belong together; missing [a c]",
  },
  {
    relation: { kind: "mutuallyExclusive", fields: ["b", "a", "c"] },
    env: { BATON_B: "1", BATON_A: "1" },
    message: "only one flag of the group [b a c] can be set; [a b] were all set",
  },
  { relation: { kind: "mutuallyExclusive", fields: ["b", "a"] }, env: { BATON_B: "1" } },
  {
    relation: { kind: "atLeastOne", fields: ["b", "a"] },
    env: {},
    message: "at least one of the flags in the group [b a] is required",
  },
  { relation: { kind: "atLeastOne", fields: ["b", "a"] }, env: { BATON_A: "1" } },
  {
    relation: { kind: "dependentOn", fields: ["c"], secondary: ["b", "a"] },
    env: { BATON_C: "1" },
    message: "('c') cannot be set without ('a' and 'b')",
  },
  { relation: { kind: "dependentOn", fields: ["c"], secondary: ["a"] }, env: { BATON_C: "1", BATON_A: "1" } },
];

for (const { relation, env, message } of groups) {
  const given = Object.keys(env).join(" ") || "nothing";
  test(`relations: ${relation.kind} with ${given} set is ${message === undefined ? "accepted" : "refused"}`, () => {
    const asked: ConfigInputs = { fields: pair, relations: [relation], argv: new Map(), env };
    if (message !== undefined) assertRefused(asked, "BATON-CONFIG-GROUP", message);
    else assert.equal(resolveConfig(asked).all().length, pair.length);
  });
}

test("T-84: a URL from a file found in the current directory is taken only below the trusted domains", () => {
  for (const url of ["https://example.com/v1", "https://api.example.com", "https://API.EXAMPLE.COM"]) {
    assert.equal(resolveConfig(inputs({ file: { "base-url": url }, found: true })).string("base-url"), url);
  }
  for (const url of [
    "https://evil.test",
    "https://example.com.evil.test",
    "https://evil.test/example.com",
    "https://example.com@evil.test",
    "https://notexample.com",
    "example.com",
  ]) {
    const given = inputs({ file: { "base-url": url }, found: true });
    assertRefused(given, "BATON-CONFIG-UNTRUSTED", /^some\.yaml in the current directory sets base-url/);
  }
});

test("T-84: the same URL is taken from a flag, a variable and a file that was named", () => {
  const url = "https://mock.test";
  for (const given of [
    { argv: { "base-url": [url] } },
    { env: { BATON_BASE_URL: url } },
    { file: { "base-url": url } },
    { argv: { "base-url": [url] }, file: { "base-url": url }, found: true },
  ]) {
    assert.equal(resolveConfig(inputs(given)).string("base-url"), url);
  }
});

test("keys of the file that no field has are remembered", () => {
  assert.deepEqual(resolveConfig(inputs({ file: { api_key: "x", org: "y" } })).unknownFileKeys, ["api_key"]);
});

test("secrets are listed with their values, and empty ones are not", () => {
  assert.deepEqual(resolveConfig(inputs({ env: { BATON_API_KEY: "k" } })).secrets(), ["k"]);
  assert.deepEqual(resolveConfig(inputs({})).secrets(), []);
});

test("asking for a field that was not declared, or for another type, is a mistake of the program", () => {
  const config = resolveConfig(inputs({}));
  assert.throws(() => config.string("nope"), TypeError);
  assert.throws(() => config.int("org"), TypeError);
});

test("a variable of another program counts only together with the one that it belongs to", () => {
  const together: readonly Field[] = [
    { kind: "string", name: "key", fallbackEnvironment: ["OTHER_KEY"] },
    { kind: "string", name: "host", fallbackEnvironment: ["OTHER_HOST"], fallbackFollows: "key", default: "home" },
  ];
  const OTHER_KEY = "k";
  const OTHER_HOST = "theirs";
  const cases: readonly (readonly [Given, string])[] = [
    [{ env: { OTHER_KEY, OTHER_HOST } }, "theirs"],
    [{ env: { OTHER_KEY } }, "home"],
    [{ env: { OTHER_HOST } }, "home"],
    [{ env: { OTHER_KEY, OTHER_HOST, BATON_KEY: "own" } }, "home"],
    [{ env: { OTHER_KEY, OTHER_HOST }, argv: { key: ["own"] } }, "home"],
    [{ env: { OTHER_KEY, OTHER_HOST }, file: { key: "own" } }, "home"],
    [{ env: { OTHER_KEY, OTHER_HOST, BATON_HOST: "mine" } }, "mine"],
  ];
  for (const [given, host] of cases) {
    for (const order of [together, together.toReversed()]) {
      const config = resolveConfig({ ...inputs(given), fields: order });
      assert.equal(config.string("host"), host, JSON.stringify(given));
    }
  }
});

test("where the names of fields are literal, only those can be asked for, each as what it is", () => {
  const fields = [
    { kind: "string", name: "place" },
    { kind: "int", name: "count", default: 3 },
  ] as const satisfies readonly Field[];
  const config: ResolvedConfig<(typeof fields)[number]> = resolveConfig({
    fields,
    relations: [],
    argv: new Map([["place", ["here"]]]),
    env: {},
  });
  assert.deepEqual([config.string("place"), config.int("count"), config.source("place")], ["here", 3, "flag"]);
  // @ts-expect-error: no field has that name
  assert.throws(() => config.string("palce"), TypeError);
  // @ts-expect-error: it is a number
  assert.throws(() => config.string("count"), TypeError);
});
