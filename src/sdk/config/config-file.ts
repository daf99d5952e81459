/**
 * Finds and reads the configuration file: the one BATON_CONFIG_PATH names, else `.baton.yaml` or `.baton.yml` in the
 * current directory. Unlike the Go connectors, a file that is named but missing and a file that is not YAML are
 * errors: a lost configuration must not look like an empty one.
 */
import { lstat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import type { Document } from "yaml";
import { type BatonError, errnoOf, settingError } from "../errors.ts";
import { environmentVariable } from "./field.ts";
import { readSettingFile, whyUnread } from "./setting-file.ts";

/** The variable that names the configuration file. */
const configPathVariable = environmentVariable("config-path");

/** Many times as much as all settings take. */
const mostBytes = 1024 * 1024;

/** A configuration file that was read. */
export interface ConfigFile {
  /** As the user knows it. */
  readonly path: string;
  /** True when it was found in the current directory rather than named. */
  readonly foundInWorkingDirectory: boolean;
  /** Values by lower-cased key, as YAML reads them: numbers, switches, texts, lists. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The same with every number and switch as it is written, for fields that want a text: `0042`, `1e3`, `yes`. */
  readonly texts: ReadonlyMap<string, unknown>;
}

/** Where to look. */
export interface ConfigFileOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who writes to a pipe may take so long, milliseconds; default 10 s. */
  readonly pipeWaitMs?: number;
}

/**
 * Checks the name in BATON_CONFIG_PATH without reading anything. Every command does so first, as in Go.
 * @throws BatonError BATON-CONFIG-FILE when it ends neither in .yaml nor in .yml.
 */
export function checkConfigPath(env: ConfigFileOptions["env"]): void {
  const path = env[configPathVariable];
  if (!path || [".yaml", ".yml"].includes(extname(path))) return;
  throw fileError(`a .yaml or .yml extension was expected: ${configPathVariable} is ${path}`, "Rename the file.");
}

/**
 * Reads the configuration file.
 * @returns undefined when none is named and the current directory has none.
 * @throws BatonError BATON-CONFIG-FILE when it is named but missing, unreadable, not YAML, or not a map.
 */
export async function readConfigFile({ env, cwd, pipeWaitMs }: ConfigFileOptions): Promise<ConfigFile | undefined> {
  checkConfigPath(env);
  const named = env[configPathVariable];
  for (const path of named ? [named] : [".baton.yaml", ".baton.yml"]) {
    const location = named ? resolve(cwd, path) : join(cwd, path);
    if (!named && (await isOutOfReach(location))) continue;
    const text = await readText(location, path, pipeWaitMs);
    if (text === undefined && named) {
      throw fileError(`the configuration file ${path} does not exist`, `Correct ${configPathVariable}, or unset it.`);
    }
    if (text !== undefined) return { path, foundInWorkingDirectory: !named, ...(await parseYaml(text, path)) };
  }
  return undefined;
}

/** True in a directory that this user may not enter, as after `sudo -u` from somebody's home. */
async function isOutOfReach(location: string): Promise<boolean> {
  try {
    await lstat(location);
    return false;
  } catch (error) {
    // Anything else shows again, and is told, when the file is read.
    return ["EACCES", "EPERM"].includes(errnoOf(error));
  }
}

async function isLink(location: string): Promise<boolean> {
  return await lstat(location).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

async function readText(location: string, path: string, pipeWaitMs?: number): Promise<string | undefined> {
  const bounds = { mostBytes, pipeWaitMs };
  try {
    return await readSettingFile(location, bounds);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && !(await isLink(location))) return undefined;
    const problem = `the configuration file ${path} ${whyUnread(error, bounds)}`;
    throw fileError(problem, "Check that it is a file you may read.");
  }
}

async function parseYaml(text: string, path: string): Promise<Pick<ConfigFile, "values" | "texts">> {
  const { LineCounter, parseDocument, visit } = await import("yaml");
  const lineCounter = new LineCounter();
  // Pretty errors and warnings would quote the line at fault, which may hold a secret.
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", lineCounter });
  const [error] = document.errors;
  if (error) {
    const { line } = lineCounter.linePos(error.pos[0]);
    throw fileError(
      `the configuration file ${path} is not valid YAML (line ${line}, ${error.code})`,
      "Correct that line.",
    );
  }
  const values = entriesOf(document, path);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "number" || typeof node.value === "boolean") node.value = node.source;
    },
  });
  return { values, texts: entriesOf(document, path) };
}

function entriesOf(document: Document, path: string): ReadonlyMap<string, unknown> {
  const content = readValue(() => document.toJS({ maxAliasCount: 100 }), path);
  if (content === null || content === undefined) return new Map();
  if (typeof content !== "object" || Array.isArray(content)) {
    throw fileError(
      `the configuration file ${path} is not a map of keys to values`,
      "Write lines such as `file: sync.c1z`.",
    );
  }
  const entries = Object.entries(content);
  const byName = new Map(entries.map(([key, value]) => [key.toLowerCase(), value]));
  if (byName.size === entries.length) return byName;
  throw fileError(
    `the configuration file ${path} has a key twice, in capital and in small letters`,
    "Keep one of them: they are the same setting.",
  );
}

/** Aliases are looked up only when the value is made: one that leads nowhere, or to too much, is found out here. */
function readValue(make: () => unknown, path: string): unknown {
  try {
    return make();
  } catch {
    // The library's text may quote the file, which may hold a secret.
    throw fileError(
      `the configuration file ${path} has an alias (*name) that cannot be used`,
      "Write the value itself in its place.",
    );
  }
}

function fileError(message: string, hint: string): BatonError {
  return settingError({
    code: "BATON-CONFIG-FILE",
    message,
    hint,
  });
}
