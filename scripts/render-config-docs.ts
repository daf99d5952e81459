/** The page about configuration, as Markdown, made from the tables that the program itself uses. Pure. */

import type { ConnectorApp } from "../src/sdk/cli/app.ts";
import { builtInCommands } from "../src/sdk/cli/built-in-commands.ts";
import { signalExitCodes } from "../src/sdk/cli/cli-io.ts";
import { environmentVariable, type Field } from "../src/sdk/config/field.ts";
import { type FlagBehaviour, type StandardFlag, standardFlags } from "../src/sdk/config/standard-fields.ts";
import { Status } from "../src/sdk/errors.ts";
import { fleetExitCode, resultExitCodes } from "../src/sdk/sync/verdict.ts";

/** Renders the page, ending in a newline. The same tables give the same text. */
export function renderConfigDocs(app: ConnectorApp): string {
  const flags = standardFlags({ stdoutIsTty: false, nowMs: 0 });
  const sections = [
    `# Configuration of ${app.name}`,
    "<!-- Generated from the field tables; change those instead. -->",
    introduction(app),
    `## ${app.displayName}`,
    fieldTable(app.fields),
    ...groups.flatMap((group) => flagSection(group, flags)),
    "## A single sync",
    "Refused in service mode.",
    fieldTable(builtInCommands.find(({ name }) => name === "")?.options ?? []),
    "## Variables without a flag",
    table(["Variable", "Default", "Meaning"], variables),
    "## Exit codes",
    exitCodeTable(),
  ];
  return `${sections.join("\n\n")}\n`;
}

function introduction(app: ConnectorApp): string {
  const [first] = app.fields;
  const name = first?.name ?? "file";
  return [
    "Every setting can be given in three ways; the first one that is there counts:",
    "",
    `1. the flag, \`--${name} VALUE\` or \`--${name}=VALUE\`;`,
    `2. the environment variable, \`${environmentVariable(name)}\`;`,
    `3. the configuration file, a YAML file with a line \`${name}: VALUE\`.`,
    "",
    "The configuration file is the one that `BATON_CONFIG_PATH` names, else `.baton.yaml` or `.baton.yml` in the current",
    "directory. A file that is named but missing, or that is not YAML, is an error. An empty variable counts as not set.",
    "Lists given as flags are added to the list from the environment or the file; in flags and variables their items",
    "are separated by commas. Switches accept `true`, `false`, `1`, `0`, `t`, `f`.",
    "",
    "Give secrets in the environment or in a file: other users of a machine can read the arguments of a process. A secret",
    "with a `-file` and a `-command` setting beside it can also come from a file, from what a command prints, or from the",
    "systemd credential of its name. Only one of the three settings may be set; a setting beats a credential, and a",
    "credential beats the variables named after `else`. White space around the secret does not count. A command is run",
    "without a shell, for at most ten seconds. In service mode, files and commands are read again before every sync.",
  ].join("\n");
}

interface Group {
  readonly title: string;
  readonly text: string;
  readonly behaviours: readonly FlagBehaviour[];
}

const groups: readonly Group[] = [
  { title: "Running", text: "Flags that every Baton connector has.", behaviours: ["supported"] },
  {
    title: "Outside of service mode only",
    text: "With a client id these are named in the log and change nothing.",
    behaviours: ["once"],
  },
  {
    title: "Service mode only",
    text: "Without a client id these are named in the log and change nothing.",
    behaviours: ["service"],
  },
  {
    title: "Accepted without effect",
    text: "So that scripts for other connectors go on working; each is named in the log.",
    behaviours: ["inert"],
  },
  {
    title: "Refused",
    text: "What they ask for is not done, so that the program ends with an error.",
    behaviours: ["refused"],
  },
  {
    title: "Tasks",
    text: "Tasks of connectors that change the connected system. This one only reads and answers as a connector without the ability: exit code 12, or 5 for actions and event feeds.",
    behaviours: ["task"],
  },
];

function flagSection({ title, text, behaviours }: Group, flags: readonly StandardFlag[]): string[] {
  const chosen = flags.filter(({ behaviour }) => behaviours.includes(behaviour));
  return [`## ${title}`, text, fieldTable(chosen.map(({ field }) => field))];
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map((field) => [
    field.shorthand === undefined
      ? code(`--${field.name}`)
      : `${code(`--${field.name}`)}, ${code(`-${field.shorthand}`)}`,
    [...new Set([environmentVariable(field.name), ...(field.fallbackEnvironment ?? [])])].map(code).join(", else "),
    typeWords[field.kind],
    defaultText(field),
    meaning(field),
  ]);
  return table(["Flag", "Variable", "Type", "Default", "Meaning"], rows);
}

const typeWords = { string: "text", int: "number", bool: "switch", stringSlice: "list" } as const satisfies Record<
  Field["kind"],
  string
>;

/** Two defaults depend on where and when the program runs. */
const changingDefaults: ReadonlyMap<string, string> = new Map([
  ["log-format", "`console` on a terminal, else `json`"],
  ["event-feed-start-at", "a day ago"],
]);

function defaultText(field: Field): string {
  if (field.required === true) return "required";
  const changing = changingDefaults.get(field.name);
  if (changing !== undefined) return changing;
  if (field.default === undefined || field.default === "" || field.default === false) return "";
  return code(String(field.default));
}

function meaning({ displayName, description = "", secret }: Field): string {
  const parts = [displayName, description].filter((text) => text !== undefined && text !== "");
  return `${parts.join(": ")}${secret === true ? " (secret)" : ""}`;
}

const variables: readonly (readonly string[])[] = [
  ["`BATON_CONFIG_PATH`", "", "Configuration file; its name ends in .yaml or .yml"],
  ["`BATON_TMPDIR`", "the system's", "Directory for scratch files when `--c1z-temp-dir` is not given"],
  ["`BATON_KEEP_SYNC_COUNT`", "`2`", "Finished full syncs kept in the file, the new one included"],
  ["`BATON_METRICS`", "`false`", "Service mode: `/metrics` for Prometheus on the health port"],
  ["`BATON_SKIP_CLEANUP`", "`false`", "Keep all syncs in the file"],
  ["`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`", "", "[Proxies](operations.md#network), for every connection"],
  [
    "`NODE_COMPILE_CACHE`",
    "`baton-cloudsmith-code-UID` in the system's temporary directory",
    "Where the package keeps compiled code for the next start: a directory that only its user may write to, or nothing is kept",
  ],
  ["`NODE_DISABLE_COMPILE_CACHE`", "", "Any value: no code is kept"],
  ["`NODE_EXTRA_CA_CERTS`", "", "File with further certificate authorities to trust"],
  ["`NO_COLOR`", "", "Any value: no colours"],
];

/** A row of the table of exit codes. */
interface ExitCode {
  readonly codes: readonly number[];
  readonly meaning: string;
  /** Whether the same command is worth running again. */
  readonly again: "" | "yes" | "no" | "after a correction" | "yes; it goes on from there";
}

const correction = "after a correction";

/** All of them, in order; test/readme.test.ts holds them against the sources. */
export const exitCodes: readonly ExitCode[] = [
  { codes: [Status.ok], meaning: "Done, perhaps with warnings", again: "" },
  {
    codes: [Status.unknown],
    meaning: "A mistake in flags, settings or files; an answer that makes no sense; any other error",
    again: correction,
  },
  {
    codes: [Status.invalidArgument],
    meaning: "A path, number or request that cannot be used",
    again: correction,
  },
  { codes: [Status.deadlineExceeded], meaning: "No answer in time", again: "yes" },
  {
    codes: [Status.notFound],
    meaning: "There is no such organization for this key, or no such file",
    again: correction,
  },
  { codes: [Status.alreadyExists], meaning: "Something that is to be new is there already", again: correction },
  {
    codes: [Status.permissionDenied],
    meaning: "The key may not read something, or this user may not write",
    again: correction,
  },
  {
    codes: [Status.resourceExhausted],
    meaning: "The disk is full, or an answer or file is too large",
    again: correction,
  },
  {
    codes: [Status.failedPrecondition],
    meaning: "A file, certificate or directory is not in the state that the run needs, or another run has it",
    again: correction,
  },
  { codes: [Status.aborted], meaning: "What was asked for was over before the call came", again: "yes" },
  { codes: [Status.unimplemented], meaning: "A flag or task for something this connector does not do", again: "no" },
  { codes: [Status.internal], meaning: "A fault of the program; please report it", again: "no" },
  {
    codes: [Status.unavailable],
    meaning: "The host cannot be reached, or its rate limit is used up for too long",
    again: "yes",
  },
  { codes: [Status.dataLoss], meaning: "A file is damaged", again: "no" },
  { codes: [Status.unauthenticated], meaning: "The credentials were not accepted", again: correction },
  {
    codes: [resultExitCodes.partial],
    meaning: "With `--strict`: the roster is or may be partial; the file was written",
    again: correction,
  },
  {
    codes: [resultExitCodes.incomplete],
    meaning: "Rows are missing although the list was read several times; the file is as it was",
    again: "yes",
  },
  {
    codes: [resultExitCodes.held],
    meaning: "Half or more is gone since the last sync; the file is as it was until somebody accepts that",
    again: correction,
  },
  { codes: [fleetExitCode], meaning: "`fleet`: a target is stale, partial, held or failed", again: correction },
  {
    codes: Object.values(signalExitCodes),
    meaning: `Stopped by ${Object.keys(signalExitCodes).join(", ")}; what was read is kept`,
    again: "yes; it goes on from there",
  },
];

/** The exit codes as Markdown, for every page that shows them. */
export function exitCodeTable(): string {
  const rows = exitCodes.map(({ codes, meaning, again }) => [codes.join(", "), meaning, again]);
  return table(["Code", "Meaning", "Try again?"], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
