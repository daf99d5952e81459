import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startSandbox } from "../../sandbox/server.ts";
import type { ConnectorSummary, DeployFile } from "../../src/console/contract/connectors.ts";
import { version } from "../../src/version.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { S3Server } from "../object-store/s3-server.ts";

const root = join(import.meta.dirname, "..", "..");
const scratch = scratchDirectory();
const executable = join(scratch.path, "baton-cloudsmith");
const sandbox = await startSandbox({ organization: { members: 30, teams: 4 } });
after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

test("the single executable is one file that syncs where no Node is on PATH, into a file and into an object", {
  timeout: 170_000,
}, async () => {
  const built = spawnSync(process.execPath, [join(root, "scripts/build-executable.ts"), executable], {
    encoding: "utf8",
  });
  assert.equal(built.status, 0, built.stderr);
  assert.ok(statSync(executable).size > 10_000_000);
  const env = { ...settingsFor(sandbox), HOME: scratch.path, PATH: "/nowhere" };
  const shown = spawnSync(executable, ["--version"], { env, encoding: "utf8" });
  assert.equal(shown.stdout, `baton-cloudsmith version ${version}\n`);
  const log = await runExecutable(env);
  const callers = [...log.matchAll(/"caller":"(.*?)"/g)].map(([, caller = ""]) => caller);
  assert.ok(callers.length > 1);
  for (const caller of callers) {
    const [path = "", line] = caller.split(":");
    const [source = assert.fail(caller)] = globSync(`src/**/${path}`, { cwd: root });
    const text = readFileSync(join(root, source), "utf8").split("\n")[Number(line) - 1];
    assert.match(text ?? "", /\.(debug|info|warn|error)\(/, caller);
  }
  assert.ok(existsSync(join(scratch.path, "sync.c1z")));
  await assertHolds(join(scratch.path, "sync.c1z"), sandbox);

  await using s3 = await S3Server.start();
  await runExecutable({ ...env, ...s3.settings, BATON_FILE: "s3://files/sync.c1z" });
  const copy = join(scratch.path, "copy.c1z");
  writeFileSync(copy, s3.bytes("sync.c1z") ?? assert.fail("nothing was uploaded"));
  await assertHolds(copy, sandbox);
});

test("the single executable writes large organizations with a thread of their own, as the program does", {
  timeout: 170_000,
}, async () => {
  // So many that the thread is worth it.
  await using large = await startSandbox({ organization: { members: 25_000, teams: 4 } });
  const path = join(scratch.path, "large.c1z");
  const env = {
    ...settingsFor(large),
    HOME: scratch.path,
    PATH: "/nowhere",
    BATON_FILE: path,
    BATON_LOG_LEVEL: "debug",
  };
  const log = await runExecutable(env);
  assert.match(log, /rows are written by a thread of their own now.*"resource_type_id":"user"/s);
  await assertHolds(path, large);
});

test("the single executable brings the console along: page, syncs in processes of their own, files to deploy", {
  timeout: 170_000,
}, async () => {
  const argv = ["console", "--no-open", "--sample", "--port", "0", "--data-dir", join(scratch.path, "console")];
  const env = { HOME: scratch.path, PATH: "/nowhere" };
  const child = spawn(executable, argv, { env, cwd: scratch.path, stdio: ["ignore", "pipe", "inherit"] });
  // Of a test that fails: a console that goes on would keep the whole run waiting.
  after(() => child.kill("SIGKILL"));
  let stdout = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    stdout += String(chunk);
    if (stdout.includes("Ctrl+C")) break;
  }
  const link = /http:\S+/.exec(stdout)?.[0] ?? assert.fail(stdout);
  const { origin } = new URL(link);
  const page = await (await fetch(origin)).text();
  // What the journal, `top` and `pgrep` call it.
  if (process.platform === "linux") assert.equal(readFileSync(`/proc/${child.pid}/comm`, "utf8"), "baton-cloudsmit\n");
  const script = /src="(\/assets\/app-[^"]+)"/.exec(page)?.[1] ?? assert.fail(page);
  assert.equal((await fetch(origin + script)).status, 200);
  const launched = await fetch(link, { redirect: "manual" });
  const headers = { cookie: (launched.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(origin + path, { headers })).json()) as T;
  let sample: ConnectorSummary | undefined;
  while (sample?.status !== "Connected") {
    [sample] = (await ask<{ connectors: ConnectorSummary[] }>("/api/connectors")).connectors;
    assert.notEqual(sample?.status, "Error");
    await delay(50);
  }
  const { files } = await ask<{ files: DeployFile[] }>(`/api/connectors/${sample.id}/deploy?target=compose`);
  assert.match(files[0]?.text ?? "", /BATON_ORG_SLUG/);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "close"), [0, null]);
});

/** Returns what it printed, on either stream. */
async function runExecutable(env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(executable, [], { env, cwd: scratch.path, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  assert.deepEqual(await once(child, "close"), [0, null], printed);
  return printed;
}
