/**
 * `npm test [-- PATH...]`: runs every test file with Node's own runner, or those named. Settings of the person who
 * runs them (BATON_*, CLOUDSMITH_*) are kept away: a test must not depend on whose machine it is.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const named = process.argv.slice(2);
const files =
  named.length > 0 ? named : ["src/**/*.test.ts", "sandbox/**/*.test.ts", "bench/**/*.test.ts", "test/**/*.test.ts"];
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATON|CLOUDSMITH)_/.test(name)));

// A test that hangs is a failure with a name, not a run that never ends.
const timeoutMs = 180_000;
const child = spawn(process.execPath, ["--test", `--test-timeout=${timeoutMs}`, ...files], { cwd: root, env, stdio: "inherit" });
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
