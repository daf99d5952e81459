/** `sandbox`: a synthetic organization on this machine, to try everything out without a key. */
import { defineCommand } from "./sdk/cli/app.ts";

/** The command; the sandbox itself is loaded only when it runs. */
export const sandboxCommand = defineCommand({
  name: "sandbox",
  summary: "Serve a synthetic Cloudsmith organization on this machine",
  settings: "none",
  options: [
    { kind: "int", name: "members", description: "People", default: 120 },
    { kind: "int", name: "teams", description: "Teams, every fifth hidden", default: 12 },
    { kind: "int", name: "teams-per-member", description: "Teams of an ordinary member", default: 2 },
    {
      kind: "string",
      name: "inactive-share",
      description: "Share of inactive members, 0 to 1",
      default: "0.1",
    },
    { kind: "int", name: "services", description: "Service accounts", default: 4 },
    { kind: "int", name: "oidc-providers", description: "Identity providers of workloads", default: 2 },
    { kind: "int", name: "invites", description: "Pending invitations", default: 3 },
    { kind: "int", name: "repositories", description: "Repositories", default: 6 },
    {
      kind: "int",
      name: "tokens-per-repository",
      description: "Entitlement tokens of each repository",
      default: 2,
    },
    { kind: "int", name: "group-syncs", description: "Teams that SAML groups fill", default: 2 },
    { kind: "int", name: "audit-events", description: "Lines of the audit log", default: 40 },
    { kind: "int", name: "seed", description: "Same seed, same organization, same keys", default: 1 },
    { kind: "string", name: "slug", description: "Organization slug", default: "sandbox-org" },
    { kind: "int", name: "port", description: "Port on 127.0.0.1; 0 is any free one" },
    { kind: "int", name: "latency-ms", description: "Wait before each answer" },
    {
      kind: "string",
      name: "rate-limit",
      description: "Requests per key in a window, as N or N/SECONDS",
      default: "1000000/3600",
    },
    { kind: "bool", name: "prepare", description: "Render lists once at the start, for benchmarks" },
    { kind: "bool", name: "json", description: "Print one line of JSON instead of text" },
    {
      kind: "bool",
      name: "c1",
      description: "Serve a stand-in for ConductorOne too, which asks for syncs and takes uploads",
    },
    {
      kind: "int",
      name: "c1-every",
      description: "Seconds between two syncs that it asks for",
      default: 60,
    },
    { kind: "string", name: "c1-uploads", description: "Where it keeps uploads", default: "c1-uploads" },
    { kind: "string", name: "is-active", description: "Meaning of is_active: H1, H2 or H3", default: "H3" },
    {
      kind: "bool",
      name: "no-member-teams",
      description: "Members come without their teams, as in older releases",
    },
    { kind: "bool", name: "redact-emails", description: "E-mail addresses are redacted for every key" },
    { kind: "bool", name: "no-pagination-headers", description: "Lists come without pagination headers" },
    { kind: "bool", name: "ignore-user-kind", description: "Team members come with services among them" },
    { kind: "string", name: "ties-turn", description: "Rows of equal name turn round: page or page-size" },
    { kind: "bool", name: "summary-rows", description: "List rows leave out what a single look-up says" },
    {
      kind: "string",
      name: "large-pages",
      description: "Pages of more rows time out: ROWS or ROWS/silence",
    },
    { kind: "int", name: "new-team-seconds", description: "The last team has no member list for so long" },
    { kind: "string", name: "key-rule", description: "Most age of a key: HOURS or HOURS/refresh" },
    { kind: "stringSlice", name: "fault", description: "A fault, as above; can be repeated" },
  ],
  about: async () => (await import("../sandbox/command-options.ts")).aboutSandbox(),
  async run({ io, flags, options: given }) {
    const { usageError } = await import("./sdk/cli/parse-argv.ts");
    const [excess] = flags.operands;
    if (excess !== undefined) throw usageError(`sandbox does not take ${JSON.stringify(excess)}`);
    const { readSandboxOptions } = await import("../sandbox/command-options.ts");
    const options = readSandboxOptions({
      number: (name) => (given.isGiven(name) ? given.int(name) : undefined),
      text: (name) => (given.isGiven(name) ? given.string(name) : undefined),
      isOn: (name) => given.bool(name),
      // As they were typed: commas belong to a fault.
      faults: given.isGiven("fault") ? (flags.values.get("fault") ?? []) : [],
    });
    const { runSandbox } = await import("../sandbox/command.ts");
    const { listenForInterrupt } = await import("./sdk/cli/cli-io.ts");
    const { signal, release } = listenForInterrupt(io, {
      effect: "The sandbox is gone; nothing of it was kept.",
      hint: "Start it again with the same --seed for the same organization.",
    });
    try {
      const stdout = (text: string): void => io.stdout.write(text);
      await runSandbox(options, { stdout, stderr: (text) => io.stderr.write(text), signal });
      return 0;
    } finally {
      release();
    }
  },
});
