/** `npm run check`: everything besides the tests that a change must pass, one after the other, each also runnable alone. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const steps = [
  "typecheck",
  "lint",
  "check:rules",
  "check:generated",
  "check:unused",
  "check:package",
  "check:image",
  "check:guides:quick",
  "check:cases",
];
for (const step of steps) {
  const startedMs = performance.now();
  process.stdout.write(`\n== ${step}\n`);
  const { status } = spawnSync("npm", ["run", "--silent", step], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write(`${step} failed\n`);
    process.exit(status ?? 1);
  }
  process.stdout.write(`${step}: ok, ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
}
