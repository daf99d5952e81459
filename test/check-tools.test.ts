import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const scratch = mkdtempSync(join(tmpdir(), "check-tools-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A tree with the files given and the settings of this repository. */
function tree(files: Readonly<Record<string, string>>, settings: readonly string[]): string {
  const directory = mkdtempSync(join(scratch, "t-"));
  for (const [path, text] of Object.entries({ "package.json": '{ "name": "planted", "type": "module" }', ...files })) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  for (const name of settings) cpSync(join(root, name), join(directory, name));
  return directory;
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): { readonly status: number; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(modules, program), ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status: status ?? 1, output: stdout + stderr };
}

test("npm run check has a step for each thing that a change must pass", () => {
  const steps = readFileSync(join(root, "scripts/check.ts"), "utf8");
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const step of ["typecheck", "lint", "check:rules", "check:generated", "check:unused", "check:package"]) {
    assert.ok(steps.includes(`"${step}"`) && scripts[step], step);
  }
  assert.equal(scripts["check:unused"], "knip && knip --production");
  assert.match(String(scripts["lint"]), /^biome ci --error-on-warnings/);
});

const used = 'import { used } from "./used.ts";\nused();\n';
const onlyTested = 'import { tested } from "./used.ts";\ntested();\n';

test("code that nothing reaches is named, and code that only tests reach where the product is asked", () => {
  const files = {
    "src/main.ts": used,
    "src/used.ts": "export function used() {}\nexport function tested() {}\nexport function unused() {}\n",
    "src/used.test.ts": onlyTested,
    "src/lonely.ts": "export const alone = 1;\n",
  };
  const knip = (args: readonly string[], of: typeof files) => run("knip/bin/knip.js", args, tree(of, ["knip.json"]));
  const all = knip([], files);
  assert.equal(all.status, 1);
  assert.match(all.output, /src\/lonely\.ts/);
  assert.match(all.output, /^unused .*src\/used\.ts/m);
  assert.doesNotMatch(all.output, /^tested /m);
  assert.match(knip(["--production"], files).output, /^tested .*src\/used\.ts/m);
});

test("a dependency that nothing imports is named", () => {
  const manifest = '{ "name": "planted", "type": "module", "dependencies": { "left-over": "1.0.0" } }';
  const { status, output } = run(
    "knip/bin/knip.js",
    [],
    tree({ "package.json": manifest, "src/main.ts": "export {};\n" }, ["knip.json"]),
  );
  assert.equal(status, 1);
  assert.match(output, /^left-over /m);
});

test("lint names any, a promise that nobody waits for, a default export and text on the console", () => {
  const planted = `async function later(): Promise<void> {}
export function f(value: any): void {
  later();
  console.log(value);
}
export default f;
`;
  const directory = tree({ "planted.ts": planted }, ["biome.json"]);
  const args = ["ci", "--error-on-warnings", "--vcs-enabled=false", "--reporter=github"];
  const { status, output } = run("@biomejs/biome/bin/biome", args, directory);
  assert.equal(status, 1);
  for (const rule of ["noExplicitAny", "noFloatingPromises", "noDefaultExport", "noConsole"]) {
    assert.ok(output.includes(rule), `${rule} is in ${output}`);
  }
});

test("the compiler names what may be undefined, what is implicitly any, and what is never used", () => {
  const planted = `export function f(list: string[], options: { name?: string }, loose) {
  const idle = 1;
  options.name = undefined;
  return list[0].length;
}
`;
  const settings = JSON.stringify({
    extends: join(root, "tsconfig.json"),
    compilerOptions: { types: [] },
    include: ["."],
  });
  const directory = tree({ "planted.ts": planted, "tsconfig.json": settings }, []);
  const { status, output } = run("typescript/bin/tsc", ["-p", "."], directory);
  assert.notEqual(status, 0);
  // Implicit any, never read, possibly undefined, and undefined where a property may only be missing.
  for (const code of ["TS7006", "TS6133", "TS2532", "TS2412"])
    assert.ok(output.includes(code), `${code} is in ${output}`);
});
