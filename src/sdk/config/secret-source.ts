/**
 * Where a secret may come from besides its own setting: a file, the output of a command, a systemd credential. Decides
 * which one counts and reads that one; a setting beats a systemd credential, and two settings for the same secret are
 * an error, because nobody could tell which one is meant. No value is ever in an error's text.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BatonError, Status, settingError } from "../errors.ts";
import type { Field, StringField } from "./field.ts";
import { type ConfigInputs, type ReadSecret, resolveConfig } from "./resolve.ts";
import { readSettingFile, whyUnread } from "./setting-file.ts";

/** Secrets are short; whatever is longer is a wrong file. Bytes. */
const longestSecret = 65_536;
const commandTimeoutMs = 10_000;

/** Where the process looks for files and variables. */
export interface SecretPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A command may take so long, and who writes to a pipe, milliseconds; default 10 s. */
  readonly commandTimeoutMs?: number;
}

/** Where the file lies that a setting names: see {@link readSecretFile}; `cwd` is by default that of the process. */
export function secretFileLocation(path: string, env: SecretPlace["env"], cwd = ""): string {
  return resolve(cwd, expanded(path, env));
}

/**
 * Reads the whole file, without the white space around it. A relative path counts from the working directory, `~/` from
 * the home directory; quotation marks around a path, which files of variables leave there, do not count.
 * @throws BatonError BATON-SECRET-FILE when it is missing, unreadable, empty, or longer than 64 KiB.
 */
export async function readSecretFile(name: string, path: string, place: SecretPlace): Promise<ReadSecret> {
  const location = secretFileLocation(path, place.env, place.cwd);
  const bounds = { mostBytes: longestSecret, pipeWaitMs: place.commandTimeoutMs };
  const text = await readSettingFile(location, bounds).catch((caught: unknown) => {
    throw fileError(name, path, whyUnread(caught, bounds));
  });
  const value = text.trim();
  if (value === "") throw fileError(name, path, "is empty");
  const from = `file ${path}`;
  return (await isOwnAndOpen(location))
    ? { value, from, notice: `${path} holds a secret and other users of the machine can read it; set its mode to 0600` }
    : { value, from };
}

/**
 * The systemd credential of this name, from the directory that systemd names in CREDENTIALS_DIRECTORY.
 * @returns undefined when the unit has none of this name.
 * @throws BatonError BATON-SECRET-FILE when there is one and it cannot be used.
 */
export async function readCredential(name: string, place: SecretPlace): Promise<ReadSecret | undefined> {
  const { CREDENTIALS_DIRECTORY } = place.env;
  if (!CREDENTIALS_DIRECTORY) return undefined;
  const path = join(CREDENTIALS_DIRECTORY, name);
  const isThere = await stat(resolve(place.cwd, path)).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
  if (!isThere) return undefined;
  return { value: (await readSecretFile(name, path, place)).value, from: `systemd credential ${name}` };
}

/**
 * Runs the command and takes what it prints on standard output, without the white space around it. Its standard error
 * is not shown: commands of this kind may print secrets there, too.
 * @throws BatonError BATON-SECRET-COMMAND when it fails, takes longer than 10 s, or prints nothing or too much.
 */
export async function runSecretCommand(name: string, commandLine: string, place: SecretPlace): Promise<ReadSecret> {
  const [program, ...args] = splitCommandLine(commandLine) ?? [];
  if (program === undefined) throw commandError(name, "names no program, or has a quote without its partner");
  const value = (await standardOutput(name, { program, args }, place)).trim();
  if (value === "") throw commandError(name, "printed nothing");
  return { value, from: `command of --${name}-command` };
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

async function standardOutput(name: string, { program, args }: Command, place: SecretPlace): Promise<string> {
  const { promise, resolve: done, reject } = Promise.withResolvers<string>();
  const limits = {
    cwd: place.cwd,
    env: { ...place.env },
    timeout: place.commandTimeoutMs ?? commandTimeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: longestSecret,
    windowsHide: true,
  } as const;
  try {
    const child = execFile(program, args, limits, (error, stdout) => {
      if (error) reject(commandError(name, failureOf(error)));
      else done(stdout);
    });
    // Nothing is asked of the user there: a command that waits for input gets its end.
    child.stdin?.on("error", () => undefined).end();
  } catch (caught) {
    // What the system refuses before anything is started: a name that is too long, or holds what none can.
    throw commandError(name, failureOf(caught as NodeJS.ErrnoException));
  }
  return await promise;
}

function failureOf(error: {
  code?: string | number | null | undefined;
  killed?: boolean;
  signal?: string | null;
}): string {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "printed more than 64 KiB";
  if (error.killed) return "did not end within 10 seconds and was ended";
  if (typeof error.code === "number") return `ended with exit code ${error.code}`;
  if (typeof error.code === "string") return `cannot be started (${error.code})`;
  return `was ended by ${error.signal ?? "a signal"}`;
}

/** The path as a shell would have read it: variables are often set where no shell does. */
function expanded(path: string, { HOME }: SecretPlace["env"]): string {
  const [, quoted] = /^(?:"(.*)"|'(.*)')$/.exec(path)?.filter((part) => part !== undefined) ?? [];
  const bare = quoted ?? path;
  if (bare.startsWith("file:///") && URL.canParse(bare)) return fileURLToPath(bare);
  return HOME && bare.startsWith("~/") ? join(HOME, bare.slice(2)) : bare;
}

/** Somebody else's file, such as a mounted secret, has the mode that its owner chose: there is nothing to correct. */
async function isOwnAndOpen(location: string): Promise<boolean> {
  const { mode, uid } = await stat(location);
  return uid === process.getuid?.() && (mode & 0o004) !== 0;
}

function fileError(name: string, path: string, problem: string): BatonError {
  return new BatonError({
    code: "BATON-SECRET-FILE",
    status: Status.unknown,
    message: `the file for ${name}, ${path}, ${problem}`,
    effect: "Nothing was sent.",
    hint: `Check the path, and that the user of this process may read it. It holds the ${name} and nothing else.`,
  });
}

function commandError(name: string, problem: string): BatonError {
  return new BatonError({
    code: "BATON-SECRET-COMMAND",
    status: Status.unknown,
    message: `the command of --${name}-command ${problem}`,
    effect: "Nothing was sent.",
    hint: "Run it by hand as the same user. It has no shell: pipes, variables and ~ mean nothing in it.",
  });
}

/**
 * Arguments are separated by white space; `'...'` and `"..."` keep it. A backslash is a character like any other, so
 * that Windows paths stay what they are.
 * @returns undefined when a quote has no partner.
 */
export function splitCommandLine(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const [word] = /^(?:[^\s'"]|'[^']*'|"[^"]*")+/.exec(rest) ?? [];
    const after = rest.slice(word?.length ?? 0);
    if (word === undefined || /^\S/.test(after)) return undefined;
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
    rest = after.trimStart();
  }
  return words;
}

/** What was read, by the name of the secret's field. */
type ReadSecrets = ReadonlyMap<string, ReadSecret>;

/**
 * Reads the secrets whose fields are marked `secretSources` and that no setting gives outright.
 * @param inputs fields, with those of `secretSourceFields` among them, and where their values come from.
 * @throws BatonError BATON-SECRET-SOURCE for two settings, BATON-SECRET-FILE, BATON-SECRET-COMMAND.
 */
export async function readSecrets(inputs: ConfigInputs, place: SecretPlace): Promise<ReadSecrets> {
  const found = new Map<string, ReadSecret>();
  for (const field of inputs.fields) {
    if (!hasSources(field)) continue;
    const secret = await readOne(field, inputs, place);
    if (secret) found.set(field.name, secret);
  }
  return found;
}

function hasSources(field: Field): field is StringField {
  return field.kind === "string" && field.secretSources === true;
}

async function readOne(field: StringField, inputs: ConfigInputs, place: SecretPlace): Promise<ReadSecret | undefined> {
  const { name } = field;
  const [file, command] = [`${name}-file`, `${name}-command`];
  // Variables of other programs are no settings of this one: they come after every source.
  const { fallbackEnvironment: _others, required: _checkedLater, ...own } = field;
  const beside = inputs.fields.filter((other) => other.name === file || other.name === command);
  const settings = resolveConfig({ ...inputs, fields: [own, ...beside], relations: [], secrets: undefined });
  const given = [name, ...beside.map((other) => other.name)].filter((each) => settings.isGiven(each));
  if (given.length > 1) throw ambiguous(given);
  if (given.includes(file)) return await readSecretFile(name, settings.string(file), place);
  if (given.includes(command)) return await runSecretCommand(name, settings.string(command), place);
  return given.length === 0 ? await readCredential(name, place) : undefined;
}

function ambiguous(given: readonly string[]): BatonError {
  return settingError({
    code: "BATON-SECRET-SOURCE",
    message: `${given.join(" and ")} are both set, and only one of them can count`,
    hint: "Remove all but one. Flags, the environment and the configuration file count alike.",
  });
}
