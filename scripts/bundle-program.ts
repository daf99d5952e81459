/**
 * The program as one file, its threads as files beside it, and where its lines were written: what the package starts and
 * what the single executable holds. One file is read and linked once, where some 260 modules took a tenth of a small sync.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { bundledName, callersAsset } from "../src/sdk/written-places.ts";

const root = join(import.meta.dirname, "..");

/** Programs of threads, which src/sdk/start-thread.ts finds by their names. */
const threads: readonly string[] = [
  "src/sdk/c1z/inspect/inspection-thread-main.ts",
  "src/sdk/c1z/scratch/write-thread-main.ts",
  "src/sdk/health/health-thread-main.ts",
];

/** Large, and of use to few commands: read from where they are installed. What others of the program use stays inside. */
const besidePackage: readonly string[] = ["zod", "yaml", "hono", "@hono/node-server"];

/** Which of the two is made. */
export type Product = "package" | "executable";

/** Bundles into `directory`. Returns the names of what is there, the program first. */
export async function bundleProgram(directory: string, product: Product): Promise<readonly string[]> {
  const entries = ["src/main.ts", ...threads];
  const names = entries.map((entry, at) => (at === 0 ? bundledName : `${basename(entry, ".ts")}.cjs`));
  await Promise.all(
    entries.map((entry, at) =>
      build({
        ...(product === "executable" ? inExecutable : inPackage(at === 0)),
        entryPoints: [join(root, entry)],
        outfile: join(directory, names[at] ?? ""),
        absWorkingDir: root,
        bundle: true,
        platform: "node",
        target: "node24",
        format: "cjs",
        // For the lines of the program that log, and for its stacks (src/sdk/written-places.ts).
        sourcemap: at === 0 && "external",
        sourcesContent: false,
        logLevel: "warning",
      }),
    ),
  );
  if (product === "package") writeAsAscii(join(directory, bundledName));
  writeFileSync(join(directory, callersAsset), JSON.stringify(callersIn(join(directory, bundledName))));
  return [...names, callersAsset];
}

/** @param isProgram what bin/start-program.cjs runs is a function; Node itself runs the threads. */
function inPackage(isProgram: boolean): BuildOptions {
  const [head, foot] = isProgram ? ["(function (require, __filename, __dirname) { ", "})"] : ["", ""];
  return {
    external: [...besidePackage, "@aws-sdk/*", "@opentelemetry/*"],
    // With `require`: a script that a function runs imports by an API of Node that warns the user of itself.
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "moduleUrl", "import.meta.dirname": "__dirname" },
    banner: { js: `${head}const moduleUrl = require("node:url").pathToFileURL(__filename).href;` },
    footer: { js: foot },
    legalComments: "none",
  };
}

/** Where the executable runs, nothing is looked for beside the program. */
const inExecutable: BuildOptions = { logOverride: { "empty-import-meta": "silent" } };

/**
 * Writes letters that are left outside of ASCII, all in patterns, as escapes: the program is read as Latin-1, which takes a
 * quarter of the memory.
 */
function writeAsAscii(file: string): void {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/[\u0080-\uffff]/g, escaped));
}

/** Lines of a bundle that may log, and where they were written: `147248` is `cli/run-cli.ts:87`. */
function callersIn(bundle: string): Readonly<Record<string, string>> {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")));
  const callers: Record<string, string> = {};
  for (const [line, text] of readFileSync(bundle, "utf8").split("\n").entries()) {
    const column = text.search(/\.(?:debug|info|warn|error)\(/);
    if (column < 0) continue;
    const origin = map.findEntry(line, column);
    if (!("originalSource" in origin) || origin.originalSource.includes("node_modules")) continue;
    callers[line + 1] = `${origin.originalSource.split("/").slice(-2).join("/")}:${origin.originalLine + 1}`;
  }
  return callers;
}

/** The package as npm would install it, in a directory of its own; disposing removes it. */
export interface BuiltPackage extends Disposable {
  readonly directory: string;
  readonly launcher: string;
}

/** Builds it: its launcher finds no sources beside it, and later edits do not reach who runs it. */
export async function buildPackage(): Promise<BuiltPackage> {
  const directory = mkdtempSync(join(tmpdir(), "built-package-"));
  await bundleProgram(join(directory, "dist"), "package");
  for (const part of ["bin", "package.json"]) cpSync(join(root, part), join(directory, part), { recursive: true });
  for (const part of ["node_modules", "dist-console"]) symlinkSync(join(root, part), join(directory, part));
  const dispose = (): void => rmSync(directory, { recursive: true, force: true });
  return { directory, launcher: join(directory, "bin", "baton-cloudsmith"), [Symbol.dispose]: dispose };
}
