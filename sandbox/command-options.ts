/** The options of the sandbox command: from flags to what the server starts with. Refuses what is impossible. */
import { BatonError, Status } from "../src/sdk/errors.ts";
import type { JourneyOptions } from "./c1/journey.ts";
import { faultUsages, parseFault } from "./faults/fault-text.ts";
import type { OrganizationOptions } from "./organization/organization.ts";
import type { RateLimitOptions } from "./rate-limit.ts";
import type { SandboxOptions } from "./server.ts";
import type { Switches } from "./switches.ts";

/** What the command is to do. */
export interface SandboxCommandOptions {
  readonly asJson: boolean;
  readonly options: SandboxOptions;
  /** Undefined: no stand-in for ConductorOne. */
  readonly c1: JourneyOptions | undefined;
}

/** What its flags mean beyond a line each, for the help text. */
export function aboutSandbox(): string {
  return `A made-up Cloudsmith organization, to try the connector without an account.

--is-active, where Cloudsmith's documents are silent: what is_active=false lists, and what its absence lists
  H1 everyone, everyone; H2 inactive, inactive; H3 inactive, everyone

--ties-turn page|page-size: rows of equal name or role come in the opposite order on every other page, or page size,
  so that one may stand twice and another nowhere, although nothing moves

--large-pages ROWS|ROWS/silence: pages of more rows are too slow, which a gateway ends with 504, or nobody does
--new-team-seconds N: the last team was made as the sandbox started, and has no member list (404) for so long
--key-rule HOURS|HOURS/refresh: keys may be so old; with refresh each is then replaced, and the old one refused
--summary-rows: lists leave out what only the member or team itself says, such as the two-factor state

Faults stand for what lasts or passes: --fault status=404,path=/members,times=2 is a team made a moment ago,
--fault status=413,query=page_size=500,times=always a service that refuses large pages.

--fault KIND[,path=TEXT][,query=TEXT][,page=N][,nth=N][,share=X][,times=N|always]
  may be given more than once; fires once unless times says otherwise
${faultLines()}`;
}

function faultLines(): string {
  const lines: string[] = [];
  for (let first = 0; first < faultUsages.length; first += 4) {
    lines.push(`    ${faultUsages.slice(first, first + 4).join("  ")}`);
  }
  return lines.join("\n");
}

type NumberFlag =
  | ("members" | "teams" | "teams-per-member" | "services" | "oidc-providers" | "invites" | "repositories")
  | ("tokens-per-repository" | "group-syncs" | "audit-events" | "seed" | "port" | "latency-ms" | "c1-every")
  | "new-team-seconds";
type TextFlag =
  | ("inactive-share" | "slug" | "rate-limit" | "c1-uploads" | "is-active" | "ties-turn" | "large-pages")
  | "key-rule";
type SwitchFlag =
  | ("prepare" | "json" | "c1" | "no-member-teams" | "redact-emails" | "no-pagination-headers")
  | ("ignore-user-kind" | "summary-rows");

/** The flags of `sandbox`, as they were given. Functions, not methods: the compiler then holds names to the declaration. */
export interface SandboxFlags {
  /** Undefined when it was not given. */
  readonly number: (name: NumberFlag) => number | undefined;
  /** Undefined when it was not given. */
  readonly text: (name: TextFlag) => string | undefined;
  readonly isOn: (name: SwitchFlag) => boolean;
  /** In the order given. */
  readonly faults: readonly string[];
}

/**
 * Reads the flags of `sandbox`.
 * @throws BatonError `SANDBOX-OPTION` or `SANDBOX-FAULT` for an impossible value.
 */
export function readSandboxOptions(flags: SandboxFlags): SandboxCommandOptions {
  const port = wholeNumber(flags, "port");
  if (port !== undefined && port > 65_535) throw refused("--port goes up to 65535.");
  const rateLimit = readRateLimit(flags.text("rate-limit"));
  const options: SandboxOptions = {
    organization: readOrganization(flags),
    ...readSwitches(flags),
    port: port ?? 0,
    prepare: flags.isOn("prepare"),
    faults: flags.faults.map(parseFault),
    ...(rateLimit && { rateLimit }),
  };
  return { asJson: flags.isOn("json"), options, c1: readJourney(flags) };
}

function readJourney(flags: SandboxFlags): JourneyOptions | undefined {
  const every = wholeNumber(flags, "c1-every");
  const uploads = flags.text("c1-uploads");
  if (!flags.isOn("c1")) {
    if (every !== undefined || uploads !== undefined) throw refused("--c1-every and --c1-uploads go with --c1.");
    return undefined;
  }
  if (every === 0) throw refused("--c1-every is at least one second.");
  return { everySeconds: every ?? 60, uploadDirectory: uploads ?? "c1-uploads" };
}

function readOrganization(flags: SandboxFlags): OrganizationOptions {
  const slug = flags.text("slug");
  const numbers = {
    members: wholeNumber(flags, "members"),
    teams: wholeNumber(flags, "teams"),
    teamsPerMember: wholeNumber(flags, "teams-per-member"),
    inactiveShare: share("inactive-share", flags.text("inactive-share")),
    services: wholeNumber(flags, "services"),
    oidcProviders: wholeNumber(flags, "oidc-providers"),
    invites: wholeNumber(flags, "invites"),
    repositories: wholeNumber(flags, "repositories"),
    tokensPerRepository: wholeNumber(flags, "tokens-per-repository"),
    groupSyncs: wholeNumber(flags, "group-syncs"),
    auditEvents: wholeNumber(flags, "audit-events"),
    seed: wholeNumber(flags, "seed"),
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(slug !== undefined && { slug }) };
}

function readSwitches(flags: SandboxFlags): Partial<Switches> {
  const semantics = readSemantics(flags.text("is-active"));
  const newTeamSeconds = wholeNumber(flags, "new-team-seconds");
  return {
    latencyMs: wholeNumber(flags, "latency-ms") ?? 0,
    membersCarryTeams: !flags.isOn("no-member-teams"),
    redactedEmails: flags.isOn("redact-emails"),
    paginationHeaders: !flags.isOn("no-pagination-headers"),
    ignoreUserKind: flags.isOn("ignore-user-kind"),
    tiesTurn: readTies(flags.text("ties-turn")),
    summaryRows: flags.isOn("summary-rows"),
    largePages: readLargePages(flags.text("large-pages")),
    keyRule: readKeyRule(flags.text("key-rule")),
    ...(newTeamSeconds !== undefined && { newTeamMs: newTeamSeconds * 1000 }),
    ...(semantics && { isActiveSemantics: semantics }),
  };
}

function readTies(text: string | undefined): Switches["tiesTurn"] {
  if (text === undefined) return false;
  if (text === "page" || text === "page-size") return text;
  throw refused(`--ties-turn is page or page-size, not ${JSON.stringify(text)}.`);
}

function readLargePages(text: string | undefined): Switches["largePages"] {
  if (text === undefined) return undefined;
  const [, over, silence] = /^(\d{1,3})(\/silence)?$/.exec(text) ?? [];
  if (over === undefined)
    throw refused(`--large-pages is ROWS or ROWS/silence, such as 100, not ${JSON.stringify(text)}.`);
  return { over: Number(over), end: silence ? "silence" : "504" };
}

function readKeyRule(text: string | undefined): Switches["keyRule"] {
  if (text === undefined) return undefined;
  const [, hours, refresh] = /^(\d{1,6})(\/refresh)?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) < 24) {
    throw refused(`--key-rule is HOURS or HOURS/refresh, from 24, such as 720/refresh, not ${JSON.stringify(text)}.`);
  }
  return { maxAgeHours: Number(hours), enforceRefresh: refresh !== undefined };
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

function wholeNumber(flags: SandboxFlags, name: NumberFlag): number | undefined {
  const value = flags.number(name);
  if (value !== undefined && value < 0) throw refused(`--${name} takes a whole number from 0, not ${value}.`);
  return value;
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
    exitCode: 2,
    message,
    effect: "The sandbox did not start.",
    hint: "Run baton-cloudsmith sandbox --help to see what there is.",
  });
}
