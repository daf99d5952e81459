/** `baton-cloudsmith sandbox`: starts the sandbox, says how to use it, and serves until told to stop. */
import { once } from "node:events";
import type { JourneyOptions } from "./c1/journey.ts";
import type { SandboxCommandOptions } from "./command-options.ts";
import { keyNames } from "./keys.ts";
import { expectedCounts } from "./organization/organization.ts";
import { type Sandbox, startSandbox } from "./server.ts";

/** What the command needs of its process. */
export interface SandboxIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Ends the serving. */
  readonly signal: AbortSignal;
}

/** Runs the command to its end, which is the signal's abort. @throws BatonError when the sandbox cannot start. */
export async function runSandbox({ asJson, options, c1 }: SandboxCommandOptions, io: SandboxIo): Promise<void> {
  await using sandbox = await startSandbox(options);
  await using journey = c1 && (await openJourney(c1, io));
  if (asJson) io.stdout(`${JSON.stringify({ ...machineReport(sandbox), c1: journey?.report })}\n`);
  else io.stdout(humanReport(sandbox) + (journey?.help ?? ""));
  if (!io.signal.aborted) await once(io.signal, "abort");
}

/** Loaded only on demand: it brings the generated messages along. What it says goes to standard error, beside the report. */
async function openJourney(options: JourneyOptions, io: SandboxIo) {
  const { journeyHelp, startJourney } = await import("./c1/journey.ts");
  const journey = await startJourney(options, (line) => io.stderr(`${line}\n`));
  return {
    report: journey.report,
    help: `\n${journeyHelp(journey.report)}`,
    [Symbol.asyncDispose]: () => journey[Symbol.asyncDispose](),
  };
}

/** What another program needs to use the sandbox. */
function machineReport(sandbox: Sandbox): Record<string, unknown> {
  const { baseUrl, port, keys, organization } = sandbox;
  return { baseUrl, port, orgSlug: organization.slug, keys, counts: expectedCounts(organization) };
}

function humanReport(sandbox: Sandbox): string {
  const { organization, baseUrl, keys } = sandbox;
  const counts = expectedCounts(organization);
  const { slug, name } = organization;
  return `${name} (${slug}), made up, at ${baseUrl}
${counts.members} members (${counts.active} active, ${counts.inactive} inactive), ${counts.teams} teams (${counts.hiddenTeams} hidden), ${counts.teamMemberships} team memberships, ${counts.services} services

Keys, good for this sandbox only
${keyNames.map((key) => `  ${key.padEnd(13)} ${keys[key]}  ${holderName(sandbox, key)}`).join("\n")}

Try it in another terminal
  export BATON_BASE_URL=${baseUrl}
  export BATON_ORG_SLUG=${slug}
  export BATON_API_KEY=${keys.service}
  baton-cloudsmith
  printf 'X-Api-Key: %s' "$BATON_API_KEY" | curl -sH @- "$BATON_BASE_URL/orgs/$BATON_ORG_SLUG/members/?page_size=3"

Stop it with Ctrl+C
`;
}

function holderName(sandbox: Sandbox, key: (typeof keyNames)[number]): string {
  const holder = sandbox.holder(key);
  if (!holder) return key === "outsider" ? "somebody outside the organization" : "nobody in this organization";
  return "userId" in holder ? holder.userName : `service ${holder.slug}`;
}
