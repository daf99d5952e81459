/**
 * `npm run console`: builds the page and starts the console on a made-up organization, so that a fresh checkout shows a
 * connected connector with one command. Whatever stands behind `--` goes to the console.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureConsoleBuilt } from "./build.ts";

const launcher = join(import.meta.dirname, "..", "bin", "baton-cloudsmith");

await ensureConsoleBuilt();
const child = spawn(process.execPath, [launcher, "console", "--sample", ...process.argv.slice(2)], {
  stdio: "inherit",
});
// A terminal sends Ctrl-C to both; the console decides when it ends.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
