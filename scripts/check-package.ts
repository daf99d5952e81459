/**
 * `npm run check:package`: builds and packs the package, looks at what is in it, installs it into an empty project as a
 * user does, without running any script, and uses it there: commands, imports, and a sync from a sandbox.
 */
import { type ExecFileException, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { startSandbox } from "../sandbox/server.ts";
import { summarizeRoster } from "../src/reports/roster-summary.ts";
import { openC1z } from "../src/sdk/c1z/read/reader.ts";
import { startStandIn } from "../src/sdk/testing/stand-in.ts";
import { version } from "../src/version.ts";
import { compareCounts } from "./compare-counts.ts";
import { packageFileProblems } from "./package-files.ts";

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "check-package-"));
const project = join(scratch, "project");
const problems: string[] = [];

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and waits; an exit code other than 0 is an answer, not an error. */
async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Output> {
  const own = Object.entries(process.env).filter(([name]) => !/^(BATON|CLOUDSMITH|npm)_/i.test(name));
  // This Node first: npm and npx start with whatever `node` they find.
  const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const options = { cwd, env: { ...Object.fromEntries(own), PATH, ...env }, maxBuffer: 1 << 26 };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return { code: 0, stdout, stderr };
  } catch (caught) {
    const failure = caught as ExecFileException; // what execFile rejects with
    return { code: Number(failure.code), stdout: failure.stdout ?? "", stderr: failure.stderr ?? failure.message };
  }
}

/** Like `run`, for steps without which nothing after them makes sense. */
async function mustRun(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed (${code}): ${stderr || stdout}`);
  return stdout;
}

function check(isRight: boolean, problem: string): void {
  if (!isRight) problems.push(problem);
}

/** The same commit must give the same bytes, or nobody could check what is published. */
async function buildAgain(packed: string, bytes: Buffer): Promise<void> {
  const again = join(scratch, "again");
  mkdirSync(again);
  await mustRun(process.execPath, [join(root, "scripts", "build.ts")], root);
  await mustRun("npm", ["pack", "--pack-destination", again], root);
  check(readFileSync(join(again, packed)).equals(bytes), "a second build gives another package");
}

/** Builds and packs; says what is wrong with the list of files and with the manifest. */
async function pack(): Promise<string> {
  await mustRun(process.execPath, [join(root, "scripts", "build.ts")], root);
  const json = await mustRun("npm", ["pack", "--json", "--pack-destination", scratch], root);
  const [packed] = JSON.parse(json) as readonly { filename: string; files: readonly { path: string }[] }[]; // npm pack --json
  if (packed === undefined) throw new Error(`npm pack said nothing: ${json}`);
  problems.push(...packageFileProblems(packed.files.map(({ path }) => path)));
  const tarball = join(scratch, packed.filename);
  const bytes = readFileSync(tarball);
  await buildAgain(packed.filename, bytes);
  const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: content }, strict: true });
  problems.push(...messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`));
  process.stdout.write(`${packed.filename}: ${packed.files.length} files, ${bytes.length} bytes\n`);
  return tarball;
}

async function install(tarball: string): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await mustRun("npm", ["install", ...flags, tarball], project);
}

async function useCommands(): Promise<void> {
  const npx = (...args: readonly string[]): Promise<Output> =>
    run("npx", ["--no-install", "baton-cloudsmith", ...args], project);
  const [named, capabilities, schema] = [await npx("--version"), await npx("capabilities"), await npx("config")];
  check(named.stdout === `baton-cloudsmith version ${version}\n`, `--version says ${named.stdout}${named.stderr}`);
  const committed = (file: string): string => readFileSync(join(root, file), "utf8");
  check(
    capabilities.stdout === committed("baton_capabilities.json"),
    "capabilities differ from baton_capabilities.json",
  );
  check(schema.stdout === committed("config_schema.json"), "config differs from config_schema.json");
}

async function useImports(): Promise<void> {
  const text = `
    const { CloudsmithConnector } = await import("baton-cloudsmith");
    const { runCli } = await import("baton-cloudsmith/sdk");
    console.log(typeof CloudsmithConnector, typeof runCli);`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", text], project);
  check(stdout === "function function\n", `the package's modules cannot be imported: ${stdout}${stderr}`);
}

async function syncSandbox(): Promise<void> {
  await using sandbox = await startSandbox();
  const { organization, keys, baseUrl } = sandbox;
  const env = { BATON_API_KEY: keys.service, BATON_ORG_SLUG: organization.slug, BATON_BASE_URL: baseUrl };
  const { code, stderr } = await run("npx", ["--no-install", "baton-cloudsmith"], project, env);
  check(code === 0, `a sync ended with ${code}: ${stderr}`);
  if (code !== 0) return;
  // As in a checkout: the one file that runs is no place to look at.
  const callers = stderr.split("\n").flatMap((line) => /"caller":"(.*?)"/.exec(line)?.[1] ?? []);
  check(
    callers.length > 1 && callers.every((caller) => /[.]ts:\d+$/.test(caller)),
    `a log names ${callers.join(", ")}`,
  );
  using reader = await openC1z(join(project, "sync.c1z"));
  for (const { label, inFile, inSandbox } of compareCounts(summarizeRoster(reader.view()), organization)) {
    check(inFile === inSandbox, `a sync found ${inFile} ${label} instead of ${inSandbox}`);
  }
}

/**
 * The second connector of examples/, built on the installed package alone: its types are checked strictly, without
 * skipLibCheck, its tests run the conformance kit, and its program syncs from a stand-in.
 */
async function tryExample(): Promise<void> {
  const example = join(project, "rota");
  cpSync(join(root, "examples", "rota"), example, { recursive: true });
  const types = join(project, "node_modules", "@types");
  mkdirSync(types, { recursive: true });
  cpSync(join(root, "node_modules", "@types", "node"), join(types, "node"), { recursive: true });
  cpSync(join(root, "node_modules", "undici-types"), join(project, "node_modules", "undici-types"), {
    recursive: true,
  });
  const typed = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], example);
  check(typed.code === 0, `the example's types: ${typed.stdout}${typed.stderr}`);
  const tested = await run(process.execPath, ["--test", "connector.test.ts"], example);
  check(tested.code === 0, `the example's tests: ${tested.stdout}${tested.stderr}`);
  const capable = await run(process.execPath, ["main.ts", "capabilities"], example);
  check(capable.stdout.includes('"crew"'), `the example's capabilities: ${capable.stdout}${capable.stderr}`);
  await using rota = await startStandIn(
    ["/people", "/crews"].map((path) => ({
      path,
      query: ["after"],
      answer: () => ({ body: { items: path === "/people" ? [{ id: "ada", name: "Ada", active: true }] : [] } }),
    })),
  );
  const env = { BATON_API_KEY: "test", BATON_BASE_URL: rota.baseUrl };
  const synced = await run(process.execPath, ["main.ts", "--file", "rota.c1z"], example, env);
  check(synced.code === 0, `the example's sync ended with ${synced.code}: ${synced.stderr}`);
  const asked = await run(process.execPath, ["main.ts", "report", "roster", "--file", "rota.c1z"], example);
  check(asked.stdout.includes("Ada"), `the example's report: ${asked.stdout}${asked.stderr}`);
}

/** The page is in the package and found by what is installed. */
async function openConsole(): Promise<void> {
  const bin = join(project, "node_modules", "baton-cloudsmith", "bin", "baton-cloudsmith");
  const argv = ["console", "--no-open", "--port", "0", "--data-dir", join(scratch, "console")];
  const child = spawn(process.execPath, [bin, ...argv], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    stdout += String(chunk);
    if (stdout.includes("Ctrl+C")) break;
  }
  const link = /http:\S+/.exec(stdout)?.[0];
  if (link === undefined) check(false, `the console says ${stdout}`);
  else check((await fetch(new URL(link).origin)).status === 200, "the console serves no page");
  child.kill("SIGTERM");
  await once(child, "close");
}

/** A Node that is too old gets one sentence, not a stack trace. */
async function tryOldNode(): Promise<void> {
  for (const node of ["/usr/bin/node", "/usr/local/bin/node"].filter(existsSync)) {
    const major = Number((await run(node, ["-p", "process.versions.node"], project)).stdout.split(".")[0]);
    if (major >= 24) continue;
    const { code, stdout, stderr } = await run(node, ["node_modules/.bin/baton-cloudsmith", "--version"], project);
    check(code === 2 && stdout === "", `with Node ${major} it ends with ${code}`);
    check(
      /^baton-cloudsmith needs Node 24 or newer and this is v.*\n$/.test(stderr),
      `with Node ${major} it says ${stderr}`,
    );
    return;
  }
  process.stdout.write("no Node older than 24 here: its refusal was not tried\n");
}

try {
  const tarball = await pack();
  await install(tarball);
  await Promise.all([useCommands(), useImports(), syncSandbox(), openConsole(), tryOldNode(), tryExample()]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
