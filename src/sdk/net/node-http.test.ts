import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

test("what a sync loads at its start does not bring Node's other HTTP client along", () => {
  const modules = ["../../cloudsmith/create-connector.ts", "../sync/run-sync.ts", "../cli/run-cli.ts"];
  const imports = modules.map((path) => `await import(${JSON.stringify(join(import.meta.dirname, path))});`);
  const code = `${imports.join("")} console.log(JSON.stringify(process.moduleLoadList))`;
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }),
  );
  assert.ok(loaded.includes("NativeModule http"), "the list names what was loaded");
  assert.deepEqual(
    loaded.filter((name) => name.includes("undici")),
    [],
  );
});
