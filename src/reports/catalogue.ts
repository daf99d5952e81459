/** All reports, in the order in which they are listed. */
import { access } from "./questions/access.ts";
import { changes } from "./questions/changes.ts";
import { dormant } from "./questions/dormant.ts";
import { invitations } from "./questions/invitations.ts";
import { entitlements, grants, resources, resourceTypes } from "./questions/lists.ts";
import { credentials, providers, serviceAccounts } from "./questions/machines.ts";
import { members } from "./questions/members.ts";
import { offboarding } from "./questions/offboarding.ts";
import { repository } from "./questions/repository.ts";
import { owners, roles } from "./questions/roles.ts";
import { roster } from "./questions/roster.ts";
import { emptyAndHiddenTeams, teamManagers } from "./questions/teams.ts";
import { twoFactor } from "./questions/two-factor.ts";
import type { Report } from "./report.ts";

/**
 * Reviews first, the most urgent first, then questions about one, then what any file holds. A report that is in here is
 * on the command line, and one with `isReview` in the console and in the evidence pack.
 */
export const reports: Report[] = [
  offboarding,
  dormant,
  twoFactor,
  owners,
  changes,
  teamManagers,
  emptyAndHiddenTeams,
  roles,
  roster,
  serviceAccounts,
  credentials,
  providers,
  invitations,
  repository,
  access,
  members,
  resourceTypes,
  resources,
  entitlements,
  grants,
];

/** What reviewers look through. */
export function reviews(): readonly Report[] {
  return reports.filter(({ isReview }) => isReview === true);
}

/** The report of this name. */
export function findReport(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
