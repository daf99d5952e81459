import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../config/field.ts";
import { BatonError } from "../errors.ts";
import { parseFlags, splitCommand } from "./parse-argv.ts";

const fields: readonly Field[] = [
  { kind: "string", name: "file", shorthand: "f" },
  { kind: "bool", name: "provisioning", shorthand: "p" },
  { kind: "bool", name: "help", shorthand: "h" },
  { kind: "int", name: "workers" },
  { kind: "stringSlice", name: "types" },
];

const accepted: readonly (readonly [argv: readonly string[], values: Record<string, string[]>, operands?: string[]])[] =
  [
    [[], {}],
    [["--file", "a.c1z"], { file: ["a.c1z"] }],
    [["--file=a.c1z"], { file: ["a.c1z"] }],
    [["--file="], { file: [""] }],
    [["--file", ""], { file: [""] }],
    [["--file", "-odd"], { file: ["-odd"] }],
    [["--file=a=b"], { file: ["a=b"] }],
    [["-f", "a"], { file: ["a"] }],
    [["-fa"], { file: ["a"] }],
    [["-f=a"], { file: ["a"] }],
    [["-f", "a", "--file", "b"], { file: ["a", "b"] }],
    [["--provisioning"], { provisioning: ["true"] }],
    [["--provisioning=false"], { provisioning: ["false"] }],
    [["-p"], { provisioning: ["true"] }],
    [["-p=false"], { provisioning: ["false"] }],
    [["-ph"], { provisioning: ["true"], help: ["true"] }],
    [["-pf", "a"], { provisioning: ["true"], file: ["a"] }],
    [["--provisioning", "false"], { provisioning: ["true"] }, ["false"]],
    [["--workers", "-1"], { workers: ["-1"] }],
    [["--types", "a,b", "--types=c"], { types: ["a,b", "c"] }],
    [["x", "--file", "a", "y"], { file: ["a"] }, ["x", "y"]],
    [["--", "--file", "a"], {}, ["--file", "a"]],
  ];

for (const [argv, values, operands = []] of accepted) {
  test(`argv: ${JSON.stringify(argv)} is accepted`, () => {
    const parsed = parseFlags(argv, fields);
    assert.deepEqual(Object.fromEntries(parsed.values), values);
    assert.deepEqual(parsed.operands, operands);
  });
}

const refused: readonly (readonly [argv: readonly string[], message: string])[] = [
  [["--bogus"], "unknown flag: --bogus"],
  [["--bogus=1"], "unknown flag: --bogus"],
  [["--File", "a"], "unknown flag: --File"],
  [["--__proto__"], "unknown flag: --__proto__"],
  [["--f", "a"], "unknown flag: --f"],
  [["-x"], "unknown shorthand flag: 'x' in -x"],
  [["-px"], "unknown shorthand flag: 'x' in -px"],
  [["--file"], "flag needs an argument: --file"],
  [["-f"], "flag needs an argument: 'f' in -f"],
  [["--workers", "ten"], 'invalid argument "ten" for "--workers" flag: a whole number is expected'],
  [["--workers="], 'invalid argument "" for "--workers" flag: a whole number is expected'],
  [["--provisioning=yes"], 'invalid argument "yes" for "-p, --provisioning" flag: true or false is expected'],
  [
    ["--types", 'a"b'],
    'invalid argument "a\\"b" for "--types" flag: a comma-separated list with balanced quotes is expected',
  ],
];

for (const [argv, message] of refused) {
  test(`argv: ${JSON.stringify(argv)} is refused: ${message}`, () => {
    assert.throws(
      () => parseFlags(argv, fields),
      (error: unknown) => {
        assert.ok(error instanceof BatonError);
        assert.equal(error.message, message);
        assert.equal(error.code, "BATON-USAGE");
        assert.equal(error.exitCode, 2);
        return true;
      },
    );
  });
}

test("the command is the first operand, wherever flags stand", () => {
  assert.deepEqual(splitCommand(["--file", "config", "config", "--workers=1"], fields), {
    command: "config",
    args: ["--file", "config", "--workers=1"],
  });
  assert.deepEqual(splitCommand(["--file", "config"], fields), { args: ["--file", "config"] });
  assert.deepEqual(splitCommand(["-p", "config"], fields), { command: "config", args: ["-p"] });
});

test("an unknown flag before any operand is looked at first", () => {
  assert.deepEqual(splitCommand(["--bogus", "config"], fields), { args: ["--bogus", "config"] });
});
