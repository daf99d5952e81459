/** The built-in commands: what each is called and which flags it knows. Data only; the code is loaded by run-cli. */
import type { Field } from "../config/field.ts";

/** A built-in command. */
export interface BuiltInCommand {
  /** "" is the program without a command. */
  readonly name: string;
  readonly summary: string;
  /** Operands as the usage line shows them. */
  readonly operands?: string;
  /** Flags that only this command has. */
  readonly options: readonly Field[];
  /** Whether the connector's own fields are flags of this command. */
  readonly takesConnectorFields: boolean;
}

const own = { exportTarget: "none" } as const;

/** Health endpoints (baton-sdk 0.25.0: health-check). */
export const healthEndpoints = ["health", "ready", "live"] as const;

/** All built-in commands, by name. */
export const builtInCommands: readonly BuiltInCommand[] = [
  {
    name: "",
    summary: "Sync once into a file, or serve ConductorOne when a client id is given",
    options: [
      {
        kind: "bool",
        name: "strict",
        description: "End with exit code 20 when the roster is or may be partial (the file is written all the same)",
        ...own,
      },
      {
        kind: "bool",
        name: "accept-changes",
        description:
          "Let the sync replace the file although half or more of the resources of a type, or of the grants, are gone",
        ...own,
      },
      {
        kind: "int",
        name: "lock-wait",
        description:
          "How long to wait for another run on the same file, in seconds; 0: not at all. One that is seen to run is waited for 30 s unless this is set",
        default: 120,
        rules: { gte: 0, lte: 86_400, zeroIsChecked: true },
        ...own,
      },
    ],
    takesConnectorFields: true,
  },
  {
    name: "capabilities",
    summary: "Print what the connector can do, as JSON",
    options: [],
    takesConnectorFields: true,
  },
  {
    name: "completion",
    summary: "Print a completion script for bash, zsh, fish or powershell",
    operands: "bash|zsh|fish|powershell",
    options: [{ kind: "bool", name: "no-descriptions", description: "Leave descriptions out of the script", ...own }],
    takesConnectorFields: false,
  },
  {
    name: "config",
    summary: "Print the schema of the configuration, as JSON",
    options: [],
    takesConnectorFields: false,
  },
  {
    name: "doctor",
    summary: "Look for what keeps syncs from working: machine, network, key, roster, disk and file",
    options: [
      { kind: "bool", name: "json", description: "Print the result as JSON", ...own },
      {
        kind: "string",
        name: "bundle",
        description:
          "Also write the result, without secrets and names, to this new file, to be sent along with a report",
        ...own,
      },
    ],
    takesConnectorFields: true,
  },
  {
    name: "health-check",
    summary: "Ask a running service for its health",
    options: [
      {
        kind: "string",
        name: "endpoint",
        description: "What to ask for: health, ready or live",
        default: "health",
        ...own,
      },
      { kind: "int", name: "timeout", description: "Longest wait in seconds", default: 5, ...own },
    ],
    takesConnectorFields: false,
  },
  {
    name: "help",
    summary: "Print help about a command",
    operands: "[command]",
    options: [],
    takesConnectorFields: true,
  },
  {
    name: "serve",
    summary: "Serve the connector to another syncer over gRPC",
    options: [
      {
        kind: "string",
        name: "listen",
        description: "Address to listen on; port 0 is any free one",
        default: "127.0.0.1:0",
        ...own,
      },
      { kind: "string", name: "tls-cert", description: "PEM certificate; needed beyond this machine", ...own },
      { kind: "string", name: "tls-key", description: "PEM private key of the certificate", ...own },
    ],
    takesConnectorFields: true,
  },
  {
    name: "inspect",
    summary: "Verify a .c1z file of any writer and say what is wrong where",
    operands: "FILE",
    options: [{ kind: "bool", name: "json", description: "Print the result as JSON", ...own }],
    takesConnectorFields: false,
  },
  {
    name: "validate",
    summary: "Check the credentials and what they can see, without syncing",
    options: [
      { kind: "string", name: "output", description: "Form of the result: text or json", default: "text", ...own },
    ],
    takesConnectorFields: true,
  },
  {
    name: "version",
    summary: "Print the version",
    options: [],
    takesConnectorFields: false,
  },
];
