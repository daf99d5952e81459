/** Runs the sandbox as a process of its own: `node sandbox/main.ts --json`. The only sandbox file to touch `process`. */
import { runSandboxCommand } from "./command.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
process.exitCode = await runSandboxCommand(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  signal: stop.signal,
});
