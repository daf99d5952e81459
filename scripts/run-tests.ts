/**
 * `npm test [-- PATH...]`: runs every test file with Node's own runner, or those named. Settings of the person who
 * runs them (BATON_*, CLOUDSMITH_*) are kept away: a test must not depend on whose machine it is.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "./bundle-program.ts";

const root = join(import.meta.dirname, "..");
const named = process.argv.slice(2);
const files =
  named.length > 0 ? named : ["src/**/*.test.ts", "sandbox/**/*.test.ts", "bench/**/*.test.ts", "test/**/*.test.ts"];
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATON|CLOUDSMITH)_/.test(name)));

// A test that hangs is a failure with a name, not a run that never ends.
const timeoutMs = 180_000;
// Two more than there are processors: tests of real servers and processes wait for nearly half of their time.
const concurrency = availableParallelism() + 2;
// What a failed test leaves open would keep its file from ending, and the run with it.
const fileEnd = `--import=${pathToFileURL(join(root, "test", "support", "test-file-end.ts")).href}`;
const options = [fileEnd, "--test", `--test-timeout=${timeoutMs}`, `--test-concurrency=${concurrency}`];
// Tests start the program a thousand times, and the package's starts in half the time that the sources take.
const built = await buildPackage();
env["LAUNCHER_UNDER_TEST"] = built.launcher;
// Most files load the same modules.
env["NODE_COMPILE_CACHE"] = join(built.directory, "compiled");
const child = spawn(process.execPath, [...options, ...files], { cwd: root, env, stdio: "inherit" });
child.on("exit", (code) => {
  built[Symbol.dispose]();
  process.exitCode = code ?? 1;
});
