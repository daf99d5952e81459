/** The options of the sandbox command: from arguments to what the server starts with. Refuses what it does not know. */
import { parseArgs } from "node:util";
import { BatonError, Status } from "../src/sdk/errors.ts";
import type { JourneyOptions } from "./c1/journey.ts";
import { faultUsages, parseFault } from "./fault-text.ts";
import type { OrganizationOptions } from "./organization.ts";
import type { RateLimitOptions } from "./rate-limit.ts";
import type { SandboxOptions } from "./server.ts";
import type { Switches } from "./switches.ts";

/** What the command is to do. */
export type SandboxCommand =
  | { readonly kind: "help" }
  | {
      readonly kind: "serve";
      readonly asJson: boolean;
      readonly options: SandboxOptions;
      /** Undefined: no stand-in for ConductorOne. */
      readonly c1: JourneyOptions | undefined;
    };

/** The help text. */
export const sandboxHelp = `Serves a made-up Cloudsmith organization on this machine, to try the connector without an account.

Usage: baton-cloudsmith sandbox [options]

Organization
  --members N            people (default 120)
  --teams N              teams, every fifth hidden (default 12)
  --teams-per-member N   teams of an ordinary member (default 2)
  --inactive-share X     share of inactive members, 0 to 1 (default 0.1)
  --services N           service accounts (default 4)
  --seed N               same seed, same organization, same keys (default 1)
  --slug TEXT            organization slug (default sandbox-org)

Server
  --port N               port on 127.0.0.1 (default 0, any free one)
  --latency-ms N         wait before each answer
  --rate-limit N[/S]     requests per key in S seconds (default 1000000/3600)
  --prepare              render lists once at the start, for benchmarks
  --json                 print one line of JSON instead of text

ConductorOne
  --c1                   serve a stand-in for ConductorOne too, which asks for syncs and takes uploads
  --c1-every SECONDS     pause between two syncs (default 60)
  --c1-uploads PATH      where uploads are kept (default c1-uploads)

Where Cloudsmith's documents are silent
  --is-active H1|H2|H3   meaning of is_active=false and of its absence:
                         H1 everyone, everyone; H2 inactive, inactive; H3 inactive, everyone (default)
  --no-member-teams      members come without their teams, as in older releases
  --redact-emails        e-mail addresses are redacted for every key
  --no-pagination-headers

Faults
  --fault KIND[,path=TEXT][,query=TEXT][,page=N][,nth=N][,share=X][,times=N|always]
                         may be given more than once; fires once unless times says otherwise
${faultLines()}
`;

function faultLines(): string {
  const indent = " ".repeat(25);
  const lines: string[] = [];
  for (let first = 0; first < faultUsages.length; first += 4) {
    lines.push(indent + faultUsages.slice(first, first + 4).join("  "));
  }
  return lines.join("\n");
}

const flags = {
  port: { type: "string" },
  members: { type: "string" },
  teams: { type: "string" },
  "teams-per-member": { type: "string" },
  "inactive-share": { type: "string" },
  services: { type: "string" },
  seed: { type: "string" },
  slug: { type: "string" },
  "latency-ms": { type: "string" },
  "rate-limit": { type: "string" },
  "is-active": { type: "string" },
  "no-member-teams": { type: "boolean" },
  "redact-emails": { type: "boolean" },
  "no-pagination-headers": { type: "boolean" },
  prepare: { type: "boolean" },
  c1: { type: "boolean" },
  "c1-every": { type: "string" },
  "c1-uploads": { type: "string" },
  fault: { type: "string", multiple: true },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parse>["values"];

/**
 * Reads the arguments behind `sandbox`.
 *
 * @throws BatonError `SANDBOX-OPTION` or `SANDBOX-FAULT` for an unknown option or an impossible value
 */
export function parseSandboxCommand(argv: readonly string[]): SandboxCommand {
  const { values } = parse(argv);
  if (values.help) return { kind: "help" };
  const port = wholeNumber("port", values.port);
  if (port !== undefined && port > 65_535) throw refused("--port goes up to 65535.");
  const rateLimit = readRateLimit(values["rate-limit"]);
  const options: SandboxOptions = {
    organization: readOrganization(values),
    ...readSwitches(values),
    port: port ?? 0,
    prepare: values.prepare ?? false,
    faults: (values.fault ?? []).map(parseFault),
    ...(rateLimit && { rateLimit }),
  };
  return { kind: "serve", asJson: values.json ?? false, options, c1: readJourney(values) };
}

function readJourney(values: Values): JourneyOptions | undefined {
  const every = wholeNumber("c1-every", values["c1-every"]);
  const uploads = values["c1-uploads"];
  if (!values.c1) {
    if (every !== undefined || uploads !== undefined) throw refused("--c1-every and --c1-uploads go with --c1.");
    return undefined;
  }
  if (every === 0) throw refused("--c1-every is at least one second.");
  return { everySeconds: every ?? 60, uploadDirectory: uploads ?? "c1-uploads" };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false });
  } catch (error) {
    // parseArgs explains itself in its first sentence; the rest is advice to programmers.
    const [reason = "unreadable arguments"] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw refused(`${reason}.`);
  }
}

function readOrganization(values: Values): OrganizationOptions {
  const { slug } = values;
  const numbers = {
    members: wholeNumber("members", values.members),
    teams: wholeNumber("teams", values.teams),
    teamsPerMember: wholeNumber("teams-per-member", values["teams-per-member"]),
    inactiveShare: share("inactive-share", values["inactive-share"]),
    services: wholeNumber("services", values.services),
    seed: wholeNumber("seed", values.seed),
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(slug !== undefined && { slug }) };
}

function readSwitches(values: Values): Partial<Switches> {
  const semantics = readSemantics(values["is-active"]);
  return {
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]) ?? 0,
    membersCarryTeams: !values["no-member-teams"],
    redactedEmails: values["redact-emails"] ?? false,
    paginationHeaders: !values["no-pagination-headers"],
    ...(semantics && { isActiveSemantics: semantics }),
  };
}

function readSemantics(text: string | undefined): Switches["isActiveSemantics"] | undefined {
  if (text === undefined || text === "H1" || text === "H2" || text === "H3") return text;
  throw refused(`--is-active is H1, H2 or H3, not ${JSON.stringify(text)}.`);
}

function readRateLimit(text: string | undefined): RateLimitOptions | undefined {
  if (text === undefined) return undefined;
  const [, limit, seconds = "3600"] = /^(\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (limit === undefined || Number(seconds) === 0) {
    throw refused(`--rate-limit is N or N/SECONDS, such as 100/60, not ${JSON.stringify(text)}.`);
  }
  return { limit: Number(limit), windowSeconds: Number(seconds) };
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw refused(`--${option} takes a whole number from 0, not ${JSON.stringify(text)}.`);
  return Number(text);
}

function share(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw refused(`--${option} takes a number from 0 to 1, not ${JSON.stringify(text)}.`);
  }
  return value;
}

function refused(message: string): BatonError {
  return new BatonError({
    code: "SANDBOX-OPTION",
    status: Status.invalidArgument,
    message,
    effect: "The sandbox did not start.",
    hint: "Run baton-cloudsmith sandbox --help to see what there is.",
  });
}
