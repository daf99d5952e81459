/**
 * `npm run build`: what the package ships, from an empty dist/: the program as one file, what its exports lead to as plain
 * JavaScript with types, and the console's page.
 * `npm run build:console` builds the page alone, into dist-console/. Names of assets carry a hash of their content, so
 * that a browser never mixes two versions.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { templateNames } from "../src/console/deploy/deploy-templates.ts";
import { bundleProgram } from "./bundle-program.ts";

const root = join(import.meta.dirname, "..");
const source = join(root, "src", "console", "ui");

/** Where the built page lies. */
export const consoleAssetsDir = join(root, "dist-console");

/** Builds the page into a new directory and puts it in the place of the old one, so that nobody sees half of it. */
export async function buildConsole(): Promise<void> {
  // Beside its place, so that the rename stays within one file system.
  const scratch = mkdtempSync(join(root, "dist-console-"));
  try {
    const { metafile } = await build({
      entryPoints: { app: join(source, "main.tsx"), styles: join(source, "styles", "app.css") },
      outdir: join(scratch, "assets"),
      entryNames: "[name]-[hash]",
      bundle: true,
      minify: true,
      format: "esm",
      target: ["es2023", "chrome111", "firefox115", "safari16.4"],
      jsx: "automatic",
      jsxImportSource: "preact",
      metafile: true,
      absWorkingDir: root,
      logLevel: "warning",
    });
    const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
    const address = (pattern: RegExp): string => `/assets/${outputs.find((name) => pattern.test(name)) ?? ""}`;
    const page = readFileSync(join(source, "index.html"), "utf8")
      .replace("%SCRIPT%", address(/^app-.*\.js$/))
      .replace("%STYLES%", address(/^styles-.*\.css$/));
    writeFileSync(join(scratch, "index.html"), page);
    cpSync(join(source, "icon.svg"), join(scratch, "assets", "icon.svg"));
    compressAll(scratch);
    // Not for browsers: the console fills them in.
    for (const name of templateNames) cpSync(join(root, "deploy", name), join(scratch, "deploy", name));
    rmSync(consoleAssetsDir, { recursive: true, force: true });
    renameSync(scratch, consoleAssetsDir);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Puts the compressed forms beside each file, so that the server never compresses while somebody waits. */
function compressAll(directory: string): void {
  for (const path of globSync("**/*.*", { cwd: directory })) {
    const file = join(directory, path);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

/** Builds the page if a source of it is newer than what is there. */
export async function ensureConsoleBuilt(): Promise<void> {
  const built = join(consoleAssetsDir, "index.html");
  const sources = [import.meta.filename, ...globSync("**/*", { cwd: source }).map((path) => join(source, path))];
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (!existsSync(built) || statSync(built).mtimeMs < newest) await buildConsole();
}

/** @returns the compiler's exit code. */
function buildModules(): number {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  return status ?? 1;
}

if (import.meta.main) {
  const isPageOnly = process.argv.includes("--console");
  process.exitCode = isPageOnly ? 0 : buildModules();
  if (process.exitCode === 0 && !isPageOnly) await bundleProgram(join(root, "dist"), "package");
  if (process.exitCode === 0) await buildConsole();
}
