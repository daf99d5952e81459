import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";

const root = mkdtempSync(join(tmpdir(), "system-io-"));
after(() => rmSync(root, { recursive: true, force: true }));

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A program around the example connector; `hang` keeps its first page back until the run is stopped. */
const source = `
import { runCli } from ${url("./run-cli.ts")};
import { systemIo } from ${url("./system-io.ts")};
import { exampleApp } from ${url("../../../test/support/example-connector.ts")};
const hang = ({ signal }) => new Promise((resolve, reject) => {
  const alive = setInterval(() => {}, 1000);
  signal.addEventListener("abort", () => { clearInterval(alive); reject(signal.reason); });
  process.stdout.write("reading\\n");
});
process.exitCode = await runCli(exampleApp(process.env.HANG ? { onList: hang } : {}), systemIo());
`;
const program = join(root, "program.mjs");
writeFileSync(program, source);

const fullDevice = { skip: existsSync("/dev/full") ? false : "there is no /dev/full" };

/** Ends as the shell tells it; the program is `"$@"` there. */
function inShell(script: string): { readonly status: number | null; readonly stderr: string } {
  const argv = ["-c", script, "sh", process.execPath, program];
  return spawnSync("sh", argv, { cwd: root, encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" });
}

test(
  "an answer that could not be written is told, in one line, and the exit code is not that of success",
  fullDevice,
  () => {
    const { status, stderr } = inShell('"$@" config > /dev/full');
    assert.equal(status, 8);
    assert.equal(stderr, "standard output takes no more (ENOSPC): what was printed is not whole\n");
  },
);

test("lines that standard error no longer takes end nothing", fullDevice, () => {
  assert.equal(inShell('"$@" no-such-command 2> /dev/full').status, 2);
});

test("a working directory that was removed is named", { skip: process.platform === "win32" }, () => {
  const { status, stderr } = inShell('mkdir gone && cd gone && rmdir ../gone && "$@" version');
  assert.equal(status, 2);
  assert.equal(stderr, "the working directory was removed: change into one that is there\n");
});

function start(
  argv: readonly string[],
  env: Record<string, string> = {},
  node: readonly string[] = [],
  file: string = program,
): ChildProcess {
  const credentials = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme", PATH: "/usr/bin:/bin" };
  return spawn(process.execPath, [...node, file, ...argv], {
    cwd: root,
    env: { ...credentials, ...env },
    // A program that cannot be stopped must fail its test, not hold up all others.
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
}

/** Waits until it says that it reads; one that ends without it is judged by its end. */
async function isReading(child: ChildProcess): Promise<void> {
  if (child.stdout) await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
}

async function finish(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : "")),
  );
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { code: child.exitCode, stdout: stdout ?? "", stderr: stderr ?? "" };
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`a real ${signal} ends the process with ${code} after saving`, {
    skip: process.platform === "win32",
  }, async () => {
    const path = join(root, `${signal}.c1z`);
    const child = start(["-f", path], { HANG: "1" });
    await isReading(child);
    child.kill(signal);
    const result = await finish(child);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, new RegExp(`BATON-INTERRUPTED: stopped by ${signal}`));
    assert.equal(readFileSync(`${path}.unfinished`).subarray(0, 4).toString(), "C1ZF");
    assert.equal(existsSync(path), false);
  });
}

test("a secret given as a flag disappears from the process list", {
  skip: !existsSync("/proc/self/cmdline"),
}, async () => {
  const child = start(["--api-key", "canary-flag-secret", "-f", join(root, "ps.c1z")], { HANG: "1" });
  await isReading(child);
  const arguments_ = readFileSync(`/proc/${child.pid}/cmdline`, "latin1");
  child.kill("SIGTERM");
  const { stdout, stderr } = await finish(child);
  for (const shown of [arguments_, stdout, stderr]) assert.ok(!shown.includes("canary-flag-secret"));
});

test("output to a reader that went away is no failure", { skip: process.platform === "win32" }, async () => {
  const child = start(["config"]);
  child.stdout?.destroy();
  const stderr = child.stderr ? text(child.stderr) : "";
  const [code] = await once(child, "exit");
  assert.deepEqual([code, await stderr], [0, ""]);
});

test("--version loads no package, no database, no engine, and nothing that settles or checks values", async () => {
  const hooks = join(root, "hooks.mjs");
  writeFileSync(
    hooks,
    `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`,
  );
  const product = join(import.meta.dirname, "..", "..", "main.ts");
  const named = { [program]: "baton-example version 1.2.3\n", [product]: /^baton-cloudsmith version \S+\n$/ };
  for (const [file, version] of Object.entries(named)) {
    const { code, stdout, stderr } = await finish(start(["--version"], {}, ["--import", hooks], file));
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(version));
    const loaded = stderr.trim().split("\n");
    const ours = loaded.filter((url) => url.includes("/src/"));
    assert.ok(
      ours.some((url) => url.endsWith("cli/run-cli.ts")),
      "the list of modules is there",
    );
    assert.deepEqual(
      loaded.filter((url) => /node_modules|node:(sqlite|net|v8)|sdk\/(sync|c1z|proto|http|net|api)\//.test(url)),
      [],
    );
    assert.deepEqual(
      ours.filter((url) =>
        /config\/(config-file|resolve|validate|relations|pasted)|cloudsmith\/addresses|reports\/(?!commands|summarize)/.test(
          url,
        ),
      ),
      [],
    );
  }
});
