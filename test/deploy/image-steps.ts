/**
 * Does by hand what a container engine would do with the container file, where there is none: each stage becomes a
 * directory, one that begins with another is a copy of it, COPY copies, RUN runs there. Base images, users and limits are
 * left out; an instruction that it does not know is an error.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, matchesGlob } from "node:path";

/** An instruction of the file. */
interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A stage while it is built. */
interface Stage {
  readonly root: string;
  directory: string;
}

/** What building needs. */
export interface BuildOptions {
  /** The container file. */
  readonly file: string;
  /** The directory that is built from; `.dockerignore` in it counts. */
  readonly context: string;
  /** An empty directory for the stages. */
  readonly scratch: string;
  /** For RUN. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What comes out. */
export interface BuiltImage {
  /** The last stage's root directory. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Builds all stages. */
export function buildImage(options: BuildOptions): BuiltImage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  let entrypoint: readonly string[] = [];
  let env: Record<string, string> = {};
  for (const { name, text } of instructionsOf(readFileSync(options.file, "utf8"))) {
    if (name === "FROM") {
      const [, from = "", called = "last"] = /^(\S+)(?: AS (\w+))?$/.exec(text) ?? [];
      const base = stages.get(from);
      stage = { root: join(options.scratch, called), directory: base?.directory ?? "/" };
      mkdirSync(stage.root, { recursive: true });
      if (base) cpSync(base.root, stage.root, { recursive: true });
      stages.set(called, stage);
      env = {};
      continue;
    }
    if (name === "ARG" && !stage) continue;
    if (!stage) throw new Error(`${name} before FROM`);
    if (name === "WORKDIR") workIn(stage, text);
    else if (name === "RUN") run(stage, jsonList(text), options.env);
    else if (name === "COPY") copy(stage, text, stages, options.context);
    else if (name === "ENTRYPOINT") entrypoint = jsonList(text);
    else if (name === "ENV") Object.assign(env, pairs(text));
    else if (!["LABEL", "VOLUME", "USER"].includes(name)) throw new Error(`unknown instruction ${name}`);
  }
  return { root: join(options.scratch, "last"), entrypoint, env };
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ")
    .split("\n");
  return lines.filter(Boolean).map((line) => {
    const [name = ""] = line.split(" ", 1);
    return { name, text: line.slice(name.length + 1).trim() };
  });
}

function jsonList(text: string): readonly string[] {
  return JSON.parse(text) as string[]; // the exec form
}

function pairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(/\s+/).map((pair) => pair.split("=") as [string, string]));
}

function workIn(stage: Stage, directory: string): void {
  stage.directory = directory;
  mkdirSync(join(stage.root, directory), { recursive: true });
}

/** An absolute path that a command names is below the stage's root. */
function run({ root, directory }: Stage, [command = "", ...args]: readonly string[], env: BuildOptions["env"]): void {
  const placed = args.map((arg) => (arg.startsWith("/") ? join(root, arg) : arg));
  const done = spawnSync(command, placed, { cwd: join(root, directory), env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${done.stdout}${done.stderr}`);
}

function copy(stage: Stage, text: string, stages: ReadonlyMap<string, Stage>, context: string): void {
  const words = text.split(/\s+/).filter((word) => !word.startsWith("--chown="));
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const sources = words.filter((word) => !word.startsWith("--"));
  const target = sources.pop() ?? "";
  const source = from === undefined ? undefined : stages.get(from);
  if (from !== undefined && !source) throw new Error(`COPY from ${from}, which is no stage`);
  const base = source?.root ?? context;
  const excludes = source ? () => false : readIgnored(context);
  for (const one of sources) {
    const path = join(base, source && !one.startsWith("/") ? join(source.directory, one) : one);
    // Docker's rule: a directory's content is copied, a file goes into a directory that is named as one.
    const isFile = statSync(path).isFile();
    const into = join(stage.root, target.startsWith("/") ? target : join(stage.directory, target));
    const intoDirectory = target.endsWith("/") || existsSync(into) || sources.length > 1;
    const destination = isFile && intoDirectory ? join(into, basename(one)) : into;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(path, destination, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (each) => !excludes(each.slice(base.length + 1)),
    });
  }
}

/** Which paths the build does not see. */
function readIgnored(context: string): (path: string) => boolean {
  const lines = readFileSync(join(context, ".dockerignore"), "utf8").split("\n").filter(Boolean);
  const back = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const away = lines.filter((line) => !line.startsWith("!"));
  const covers = (pattern: string, path: string): boolean =>
    matchesGlob(path, pattern) || path.startsWith(`${pattern}/`);
  return (path) => {
    const isBack = back.some((pattern) => covers(pattern, path) || pattern.startsWith(`${path}/`));
    return !isBack && away.some((pattern) => covers(pattern, path));
  };
}

/** Files below a directory, for those who want to see what an image holds. */
export function filesIn(root: string): readonly string[] {
  return globSync("**/*", { cwd: root });
}
