// T-105: what an installed program consists of, read from package.json and the lock file as they are.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { builtInPackages, lockedPackages, renderLicences, runtimePackages } from "../../scripts/generate-licences.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const names = z.record(z.string(), z.string()).default({});
const { dependencies, devDependencies } = z
  .object({ dependencies: names, devDependencies: names })
  .parse(JSON.parse(read("package.json")));

const mostDirect = 15;
const mostInAll = 80;
/** Licences that ask for nothing but to be named. */
const permissive = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "CC0-1.0",
]);

test("T-105: at most 15 packages are needed at run time directly, and 80 in all", () => {
  const all = runtimePackages();
  assert.ok(Object.keys(dependencies).length <= mostDirect, Object.keys(dependencies).join(", "));
  assert.ok(all.length >= Object.keys(dependencies).length && all.length <= mostInAll, `${all.length} packages`);
  for (const name of Object.keys(dependencies))
    assert.ok(
      all.some((one) => one.path === `node_modules/${name}`),
      name,
    );
});

test("T-105: every version is exact, and is the one in the lock file", () => {
  const locked = new Map(lockedPackages().map(({ path, version }) => [path, version]));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    assert.equal(locked.get(`node_modules/${name}`), version, name);
  }
});

test("T-105: no package that is needed at run time runs a script when it is installed, or has native code", () => {
  for (const { path, name, hasInstallScript } of runtimePackages()) {
    assert.notEqual(hasInstallScript, true, name);
    assert.ok(existsSync(join(root, path, "package.json")), `${name} is installed`);
    assert.deepEqual(globSync("**/{*.node,binding.gyp,*.wasm}", { cwd: join(root, path) }), [], name);
  }
  assert.match(read(".npmrc"), /^ignore-scripts=true$/m);
});

test("T-105: every package that is installed or built in has a licence that asks for nothing but to be named", () => {
  const all = [...runtimePackages(), ...builtInPackages()];
  assert.ok(all.length > 5);
  for (const { name, license = "" } of all) {
    const parts = license.replaceAll(/[()]/g, "").split(/ (?:AND|OR) /);
    assert.ok(
      parts.every((part) => permissive.has(part)),
      `${name}: ${license || "none"}`,
    );
  }
});

test("T-105: docs/licences.md lists them (npm run generate:licences rewrites it)", () => {
  assert.equal(read("docs/licences.md"), renderLicences());
});
