/**
 * The sandbox in a process of its own, all lists rendered beforehand, so that its work is not what is measured. Tells
 * its parent where it is, and on every message how many requests came since the last.
 */
import { expectedCounts } from "../sandbox/organization/organization.ts";
import { startSandbox } from "../sandbox/server.ts";
import type { SandboxReport, SandboxRequest } from "./sandbox-host.ts";

const [options = "{}"] = process.argv.slice(2);
const { members, teams, teamsPerMember, latencyMs }: SandboxRequest = JSON.parse(options);
const sandbox = await startSandbox({
  organization: { members, teams, teamsPerMember },
  latencyMs,
  prepare: true,
});
const { baseUrl, organization, keys } = sandbox;
const { teamMemberships, teamManagerMemberships } = expectedCounts(organization);
const report: SandboxReport = {
  baseUrl,
  orgSlug: organization.slug,
  apiKey: keys.service,
  resources: 1 + members + teams,
  // A role each, and a manager of a team holds its membership as well.
  grants: members + teamMemberships + teamManagerMemberships,
};
process.send?.(report);
process.on("message", () => {
  process.send?.(sandbox.requests.length);
  sandbox.resetLog();
});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
