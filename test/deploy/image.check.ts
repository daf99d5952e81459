import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { runCommand, scratchDirectory } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { S3Server } from "../object-store/s3-server.ts";
import { type BuiltImage, buildImage, filesIn } from "./image-steps.ts";

const context = join(import.meta.dirname, "..", "..");
const scratch = scratchDirectory();
const sandbox = await startSandbox({ organization: { members: 30, teams: 4 } });
let image: BuiltImage;

before(() => {
  // npm's own settings, a proxy and certificates count; what an npm around this test says about its package does not.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(BATON|CLOUDSMITH|npm_package|npm_lifecycle)_/i.test(name),
  );
  const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  image = buildImage({
    file: join(context, "deploy/container/Containerfile"),
    context,
    scratch: scratch.path,
    env: { ...Object.fromEntries(own), PATH, npm_config_prefer_offline: "true" },
  });
});
after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

/** Runs the image's entry point with the Node of the tests, from its one writable directory. */
function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [node = "", ...args] = image.entrypoint;
  assert.equal(node, "/nodejs/bin/node");
  const work = join(image.root, "work");
  const own = Object.fromEntries(
    Object.entries(image.env).map(([name, value]) => [name, value.replace(/^\/work/, work)]),
  );
  const placed = args.map((arg) => join(image.root, arg));
  return runCommand(process.execPath, [...placed, ...argv], { cwd: work, env: { ...own, ...env } });
}

test("the steps of the container file leave a program that syncs into its work directory", async () => {
  const run = await start([], settingsFor(sandbox));
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(join(image.root, "work/sync.c1z"), sandbox);
});

test("the image has what is loaded only when used: a sync into S3-compatible storage, and telemetry", async () => {
  await using s3 = await S3Server.start();
  const run = await start(["-f", "s3://files/sync.c1z"], { ...settingsFor(sandbox), ...s3.settings });
  assert.equal(run.code, 0, run.stderr);
  const copy = join(scratch.path, "copy.c1z");
  writeFileSync(copy, s3.bytes("sync.c1z") ?? assert.fail("nothing was uploaded"));
  await assertHolds(copy, sandbox);
  const traced = await start(["--otel-collector-endpoint", "127.0.0.1:9", "--otel-collector-endpoint-tls-insecure"], {
    ...settingsFor(sandbox),
  });
  assert.equal(traced.code, 0, traced.stderr);
  assert.match(traced.stderr, /telemetry cannot be delivered/);
});

test("the console in the image has its page", async () => {
  const help = await start(["console", "--help"]);
  assert.equal(help.code, 0, help.stderr);
  assert.ok(filesIn(image.root).includes("app/dist-console/index.html"));
});

test("the image holds neither sources nor tools nor a Node of its own", () => {
  const files = filesIn(image.root);
  assert.ok(files.includes("app/bin/baton-cloudsmith") && files.includes("app/dist/program.cjs"));
  const superfluous = files.filter((path) => {
    const isNode = /node_modules\/(?:node-|node-bin-|baton-cloudsmith-runtime|typescript|@biomejs|esbuild)/.test(path);
    const isSource = /^app\/(?:src|test|scripts|bench|deploy)\//.test(path);
    return isNode || isSource;
  });
  assert.deepEqual(superfluous, []);
});
