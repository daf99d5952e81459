import assert from "node:assert/strict";
import { test } from "node:test";
import { packageFileProblems } from "../scripts/package-files.ts";

const complete = [
  "package.json",
  "README.md",
  "LICENSE",
  "bin/baton-cloudsmith",
  "bin/package.json",
  "bin/start-program.cjs",
  "config_schema.json",
  "baton_capabilities.json",
  "dist/program.cjs",
  "dist/callers.json",
  "dist/inspection-thread-main.cjs",
  "dist/write-thread-main.cjs",
  "dist/health-thread-main.cjs",
  "dist/src/cloudsmith/index.js",
  "dist/src/cloudsmith/index.d.ts",
  "dist/src/sdk/c1z/inspect/inspection-thread-main.js",
  "dist/src/sdk/c1z/scratch/write-thread-main.js",
  "dist/src/sdk/health/health-thread-main.js",
  "dist/src/sdk/index.js",
  "dist/src/sdk/index.d.ts",
  "dist/src/sdk/testing/index.js",
  "dist-console/index.html",
  "dist-console/index.html.gz",
  "dist-console/assets/icon.svg",
];

test("a package of just what is needed is in order", () => {
  assert.deepEqual(packageFileProblems(complete), []);
});

test("tests, sources and helpers of tests are named, and so is what is missing", () => {
  const superfluous = ["dist/src/a.test.js", "src/main.ts", "dist/src/console/command.js"];
  const problems = packageFileProblems([...complete.slice(1), ...superfluous, ".env"]);
  assert.deepEqual(
    problems.map((problem) => problem.split(" ")[0]),
    [...superfluous, ".env", "package.json"],
  );
});
