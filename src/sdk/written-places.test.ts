import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { scratchDirectory } from "../../test/e2e/program.ts";
import { bundledName, callersAsset, writtenPlace, writtenStack } from "./written-places.ts";

test("a stack of the bundled program names where its lines were written, and stays as it is without a table", async () => {
  using scratch = scratchDirectory();
  const outfile = join(scratch.path, bundledName);
  writeFileSync(
    join(scratch.path, "thrower.ts"),
    'type Unused = string;\n\nexport function fail() {\n  throw new Error("no");\n}\n',
  );
  const options = { outfile, absWorkingDir: scratch.path, bundle: true, format: "cjs", sourcemap: "external" } as const;
  await build({ ...options, entryPoints: ["thrower.ts"] });
  const { fail } = createRequire(outfile)(outfile);
  const stack = stackOf(fail);
  assert.match(stack, /program\.cjs:\d+:\d+/);
  assert.match(writtenStack(stack), /at fail \(thrower\.ts:4:9\)/);
  assert.equal(
    writtenStack("Error: no\n    at fail (/gone/program.cjs:1:2)"),
    "Error: no\n    at fail (/gone/program.cjs:1:2)",
  );
});

function stackOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.stack ?? "";
  }
  return "";
}

test("a line that logs is named by the table beside the bundled program", () => {
  using scratch = scratchDirectory();
  const scriptName = join(scratch.path, bundledName);
  writeFileSync(join(scratch.path, callersAsset), '{"7":"sync/progress.ts:66"}');
  assert.equal(writtenPlace({ scriptName, lineNumber: 7 }), "sync/progress.ts:66");
});
