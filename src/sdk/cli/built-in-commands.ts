/**
 * The commands that every program has, each declared once: its flags are read by the parser, the help text, the
 * completion scripts and the docs. The table is loaded at every start, so that what a command takes to run is imported
 * when it runs.
 */
import { type Command, type ConnectorApp, defineCommand } from "./app.ts";
import { readFileCommandName } from "./cli-io.ts";

/** The root command. */
export const syncCommand = defineCommand({
  name: "",
  summary: "Sync once into a file, or serve ConductorOne when a client id is given",
  settings: "connector",
  options: [
    {
      kind: "bool",
      name: "strict",
      fallbackEnvironment: ["BATON_STRICT"],
      description: "End with exit code 20 when the roster is or may be partial (the file is written all the same)",
    },
    {
      kind: "bool",
      name: "accept-changes",
      fallbackEnvironment: ["BATON_ACCEPT_CHANGES"],
      description:
        "Let the sync replace the file although half or more of the resources of a type, or of the grants, are gone",
    },
    {
      kind: "int",
      name: "lock-wait",
      fallbackEnvironment: ["BATON_LOCK_WAIT"],
      description:
        "How long to wait for another run on the same file, in seconds; 0: not at all. Unless this is set, one that lives and does not move is waited for 30 s",
      default: 120,
      rules: { gte: 0, lte: 86_400, zeroIsChecked: true },
    },
  ],
  run: async (invocation) => (await import("./commands/sync.ts")).runSyncCommand(invocation),
});

/** Prints the capabilities. */
const capabilitiesCommand: Command = {
  name: "capabilities",
  summary: "Print what the connector can do, as JSON",
  settings: "connector",
  async run({ app, io }) {
    const { capabilitiesJson } = await import("../proto/to-message.ts");
    io.stdout.write(capabilitiesJson(await app.capabilitiesSyncers(), app.hasEventFeeds));
    return 0;
  },
};

/** Prints the script; without a known shell it prints help and succeeds, as in the Go connectors. */
const completionCommand = defineCommand({
  name: "completion",
  summary: "Print a completion script for bash, zsh, fish or powershell",
  operands: "bash|zsh|fish|powershell",
  operandValues: ["bash", "zsh", "fish", "powershell"],
  settings: "standard",
  options: [{ kind: "bool", name: "no-descriptions", description: "Leave descriptions out of the script" }],
  async run(invocation) {
    const { io, flags, options } = invocation;
    const { completionScript } = await import("./commands/completion.ts");
    const script = completionScript(flags.operands[0] ?? "", invocation, !options.bool("no-descriptions"));
    if (script !== undefined) io.stdout.write(script);
    else io.stdout.write(await (await import("./help.ts")).helpText(invocation, "completion"));
    return 0;
  },
});

/** Prints the schema. */
const configCommand: Command = {
  name: "config",
  summary: "Print the schema of the configuration, as JSON",
  settings: "standard",
  async run({ app, io, standardFields }) {
    const { configSchemaJson } = await import("../config/schema-json.ts");
    const { standardRelations } = await import("../config/relations.ts");
    const { displayName, helpUrl, iconUrl } = app;
    const fields = [...standardFields, ...app.fields];
    const relations = [...standardRelations, ...(app.relations ?? [])];
    io.stdout.write(configSchemaJson({ displayName, helpUrl, iconUrl, fields, relations }));
    return 0;
  },
};

/** Writes a new file; the old one stays. --storage-engine asks for a format whatever IN has. */
const convertCommand = defineCommand({
  name: "convert",
  summary: "Write a .c1z file in the other format, version 3 or version 1",
  operands: "IN OUT",
  settings: "standard",
  options: [{ kind: "bool", name: "json", description: "Print the result as JSON" }],
  readsForeignFiles: true,
  run: async (invocation) => (await import("./commands/convert.ts")).runConvert(invocation),
});

/** Started by commands that read a file beside other things. */
const readFileCommand: Command = {
  name: readFileCommandName,
  summary: "Read a file for another command",
  settings: "none",
  isInternal: true,
  run: async (invocation) => (await import("./commands/read-file.ts")).runReadFile(invocation),
};

/** Prints on standard output. The exit code is the status of the first failed check. */
const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Look for what keeps syncs from working: machine, network, key, roster, disk and file",
  settings: "connector",
  options: [
    { kind: "bool", name: "json", description: "Print the result as JSON" },
    {
      kind: "string",
      name: "bundle",
      description: "Also write the result, without secrets and names, to this new file, to be sent along with a report",
    },
  ],
  run: async (invocation) => (await import("./commands/doctor.ts")).runDoctor(invocation),
});

/** Prints on standard output, oldest first. */
const eventsCommand = defineCommand({
  name: "events",
  summary: "Print what happened, as far as the product's log shows it: who used what, and what changed",
  settings: "connector",
  options: [
    { kind: "string", name: "since", description: "Time from which events are wanted (RFC 3339)" },
    { kind: "string", name: "feed", description: "Id of the feed, where there are several" },
  ],
  run: async (invocation) => (await import("./commands/event-feed.ts")).runEvents(invocation),
});

/** The exit code is 0 when all are fresh and whole, 23 when one is not. */
const fleetCommand = defineCommand({
  name: "fleet",
  summary: "Show from the run records of many targets which are fresh and whole",
  operands: "DIR|s3://BUCKET/PREFIX",
  settings: "none",
  options: [
    { kind: "bool", name: "json", description: "Print the result as JSON" },
    {
      kind: "int",
      name: "stale-after",
      description: "Hours after which a sync is stale",
      default: 26,
      rules: { gte: 1, lte: 100_000, zeroIsChecked: true },
    },
  ],
  run: async (invocation) => (await import("./commands/fleet.ts")).runFleet(invocation),
});

/** The command. Silent when the service answers 200. */
const healthCheckCommand = defineCommand({
  name: "health-check",
  summary: "Ask a running service for its health",
  settings: "standard",
  options: [
    {
      kind: "string",
      name: "endpoint",
      description: "What to ask for: health, ready or live",
      default: "health",
    },
    {
      kind: "int",
      name: "timeout",
      description: "Longest wait in seconds",
      default: 5,
      rules: { gte: 1, lte: 3600, zeroIsChecked: true },
    },
  ],
  run: async (invocation) => (await import("./commands/health-check.ts")).checkHealth(invocation),
});

/** Prints help about the program or the command named by the first operand. */
const helpCommand: Command = {
  name: "help",
  summary: "Print help about a command",
  operands: "[command]",
  settings: "connector",
  async run(invocation) {
    const { helpText } = await import("./help.ts");
    const [name = ""] = invocation.flags.operands;
    invocation.io.stdout.write(await helpText(invocation, name));
    return 0;
  },
};

/** The exit code is 0 for a sound file, 15 (data loss) for a damaged one. */
const inspectCommand = defineCommand({
  name: "inspect",
  summary: "Verify a .c1z file of any writer and say what is wrong where",
  operands: "FILE",
  settings: "standard",
  readsForeignFiles: true,
  options: [{ kind: "bool", name: "json", description: "Print the result as JSON" }],
  run: async (invocation) => (await import("./commands/inspect.ts")).runInspect(invocation),
});

/** Prints the address on standard output, and a token that it made in the next line. */
const serveCommand = defineCommand({
  name: "serve",
  summary: "Serve the connector to another syncer over gRPC",
  settings: "connector",
  options: [
    {
      kind: "string",
      name: "listen",
      description: "Address to listen on; port 0 is any free one",
      default: "127.0.0.1:0",
    },
    { kind: "string", name: "tls-cert", description: "PEM certificate; needed beyond this machine" },
    { kind: "string", name: "tls-key", description: "PEM private key of the certificate" },
    {
      kind: "string",
      name: "token-file",
      description: "File with the token that callers must send; made and printed once if unset",
    },
    {
      kind: "string",
      name: "tls-client-ca",
      description: "PEM authorities of callers, who then show a certificate in place of a token",
    },
  ],
  run: async (invocation) => (await import("./commands/serve.ts")).runServe(invocation),
});

/** Prints the checks on standard output. The exit code is the status of the first failed one. */
const validateCommand = defineCommand({
  name: "validate",
  summary: "Check the credentials and what they can see, without syncing",
  settings: "connector",
  options: [
    {
      kind: "string",
      name: "output",
      description: "Form of the result: text or json",
      default: "text",
    },
  ],
  run: async (invocation) => (await import("./commands/validate.ts")).runValidate(invocation),
});

/** Prints the version. */
const versionCommand: Command = {
  name: "version",
  summary: "Print the version",
  settings: "standard",
  async run({ app, io }) {
    io.stdout.write(versionText(app));
    return 0;
  },
};

/** All of them; the first is the program without a command. */
export const builtInCommands: readonly Command[] = [
  syncCommand,
  capabilitiesCommand,
  completionCommand,
  configCommand,
  convertCommand,
  doctorCommand,
  eventsCommand,
  fleetCommand,
  healthCheckCommand,
  helpCommand,
  inspectCommand,
  readFileCommand,
  serveCommand,
  validateCommand,
  versionCommand,
];

/** The line that every Baton connector prints, with its newline. */
export function versionText({ name, version }: Pick<ConnectorApp, "name" | "version">): string {
  return `${name} version ${version}\n`;
}
