/**
 * `npm run build:executable [-- PATH]`: the program and the Node that runs this script as one file that needs neither
 * Node nor packages, by default dist-executable/baton-cloudsmith (Node.js documentation: single executable
 * applications). It runs on systems like this one; other systems build their own.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildConsole, consoleAssetsDir } from "./build.ts";
import { bundleProgram } from "./bundle-program.ts";

const root = join(import.meta.dirname, "..");
/** The mark in Node's binary that tells it that a program was put in. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Builds the executable at `path`, in place of what is there. */
async function buildExecutable(path: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "executable-"));
  try {
    const blob = join(scratch, "program.blob");
    const settings = join(scratch, "settings.json");
    const [program = "", ...others] = await bundleProgram(scratch, "executable");
    await buildConsole();
    // Under the names by which the program finds them (src/sdk/start-thread.ts, src/sdk/written-places.ts).
    const beside = Object.fromEntries(others.map((name) => [name, join(scratch, name)]));
    const assets = { ...consolePage(), ...beside };
    writeFileSync(
      settings,
      JSON.stringify({
        main: join(scratch, program),
        output: blob,
        assets,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
      }),
    );
    run(["--experimental-sea-config", settings]);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    copyFileSync(process.execPath, path);
    chmodSync(path, 0o755);
    if (process.platform === "darwin") sign(["--remove-signature", path]);
    const segment = process.platform === "darwin" ? ["--macho-segment-name", "NODE_SEA"] : [];
    run([
      fileURLToPath(import.meta.resolve("postject/dist/cli.js")),
      path,
      "NODE_SEA_BLOB",
      blob,
      "--sentinel-fuse",
      fuse,
      ...segment,
    ]);
    if (process.platform === "darwin") sign(["--sign", "-", path]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Paths of the console's page by the names under which the program finds them (src/console/server/assets.ts). */
function consolePage(): Readonly<Record<string, string>> {
  const paths = globSync("**/*.*", { cwd: consoleAssetsDir });
  return Object.fromEntries(
    paths.map((path) => [`console/${path.replaceAll("\\", "/")}`, join(consoleAssetsDir, path)]),
  );
}

function run(args: readonly string[]): void {
  check(spawnSync(process.execPath, args, { encoding: "utf8" }), args[0] ?? "");
}

/** macOS runs no binary whose signature does not fit. */
function sign(args: readonly string[]): void {
  check(spawnSync("codesign", args, { encoding: "utf8" }), "codesign");
}

function check({ status, stderr }: { status: number | null; stderr: string }, step: string): void {
  if (status !== 0) throw new Error(`${step} failed: ${stderr}`);
}

const name = process.platform === "win32" ? "baton-cloudsmith.exe" : "baton-cloudsmith";
const target = resolve(process.argv[2] ?? join(root, "dist-executable", name));
await buildExecutable(target);
process.stdout.write(`${target}\n`);
