/** What a start loads: each module costs time in every run, so that what serves another purpose is loaded when it is used. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startSandbox } from "../sandbox/server.ts";
import { scratchDirectory } from "./e2e/program.ts";

const root = join(import.meta.dirname, "..");

/** Runs the program; the modules of ours that it loaded, as paths in the repository. */
async function loadedBy(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  using scratch = scratchDirectory();
  const list = join(scratch.path, "loaded");
  const hook = `import { registerHooks } from "node:module"; import { appendFileSync } from "node:fs";
    registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + "\\n"); return next(url, context); } });`;
  const child = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, join(root, "src", "main.ts"), ...argv],
    { env: { PATH: process.env["PATH"], HOME: scratch.path, ...env }, stdio: "ignore" },
  );
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  const files = readFileSync(list, "utf8")
    .split("\n")
    .filter((url) => url.startsWith("file:"));
  return [...new Set(files)].map((url) => relative(root, fileURLToPath(url)));
}

test("--version loads what the command line is read with, and nothing that a command is made of", async () => {
  const loaded = await loadedBy(["--version"]);
  assert.ok(loaded.length <= 26, `${loaded.length} modules: ${loaded.join(", ")}`);
  assert.deepEqual(
    loaded.filter((path) => /node_modules|\/(?:c1z|sync|http|net|proto|wire)\//.test(path)),
    [],
  );
});

test("a sync into a new file loads of readers what it inspects its own by, no other engine and nothing of service mode", async () => {
  await using sandbox = await startSandbox();
  const { organization, keys, baseUrl } = sandbox;
  using scratch = scratchDirectory();
  const loaded = await loadedBy(["--file", join(scratch.path, "sync.c1z")], {
    BATON_API_KEY: keys.service,
    BATON_ORG_SLUG: organization.slug,
    BATON_BASE_URL: baseUrl,
  });
  assert.ok(loaded.length <= 248, `${loaded.length} modules`);
  const others = [
    "c1z/read/(?!pebble/)",
    "c1z/read/pebble/(?:pebble-view|open-pebble|store|store-files|write-ahead-log)[.]",
    "c1z/inspect/inspect(?:-rows|-schema|-syncs)?[.]",
    "c1z/process/",
    "c1/",
    "connector-server/",
    "rpc/",
    "health/",
    "doctor/",
    "proto/gen/",
  ];
  const pattern = new RegExp(
    `^src/sdk/(?:${others.join("|")})|sqlite-engine|^src/(?:reviews|evidence|console/server)/(?!command)`,
  );
  assert.deepEqual(
    loaded.filter((path) => pattern.test(path)),
    [],
  );
});
