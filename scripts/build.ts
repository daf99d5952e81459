/** `npm run build`: what the package ships, as plain JavaScript with types, from an empty dist/, and the console's page. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildConsole } from "./build-console.ts";

const root = join(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = tsc.status ?? 1;
if (tsc.status === 0) await buildConsole();
