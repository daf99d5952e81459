/** Counts of a synced file beside those of the sandbox organization it was made from, and the table of both. Pure. */
import type { Organization } from "../sandbox/organization/model.ts";
import { expectedCounts } from "../sandbox/organization/organization.ts";
import type { RosterSummary } from "../src/reports/roster-summary.ts";

/** One line of the table. */
export interface ComparedCount {
  readonly label: string;
  /** Steps to the right: 1 for a part of the line above. */
  readonly indent: 0 | 1;
  readonly inFile: number;
  readonly inSandbox: number;
}

/** Compares whatever both sides can tell. */
export function compareCounts(summary: RosterSummary, organization: Organization): readonly ComparedCount[] {
  const wanted = expectedCounts(organization);
  const { accounts } = summary;
  const resources = new Map(Object.entries(summary.resources));
  const withTwoFactor = organization.members.filter(({ hasTwoFactor }) => hasTwoFactor).length;
  const held = (type: string, slug: string): number =>
    summary.entitlementKinds.find((kind) => kind.resourceTypeId === type && kind.slug === slug)?.grants ?? 0;
  const lines: readonly (readonly [label: string, indent: 0 | 1, inFile: number, inSandbox: number])[] = [
    ["organization", 0, resources.get("organization") ?? 0, 1],
    ["members", 0, accounts.total, wanted.members],
    ["active", 1, accounts.enabled, wanted.active],
    ["inactive, disabled in the file", 1, accounts.disabled, wanted.inactive],
    ["owners", 1, held("organization", "owner"), wanted.byRole.Owner],
    ["managers", 1, held("organization", "manager"), wanted.byRole.Manager],
    ["members by role", 1, held("organization", "member"), wanted.byRole.Member],
    ["collaborators", 1, held("organization", "collaborator"), wanted.byRole.Collaborator],
    ["two-factor on", 1, accounts.twoFactor.on, withTwoFactor],
    ["two-factor off", 1, accounts.twoFactor.off, wanted.members - withTwoFactor],
    ["two-factor unknown", 1, accounts.twoFactor.unknown, 0],
    ["teams, hidden ones included", 0, resources.get("team") ?? 0, wanted.teams],
    ["memberships", 1, held("team", "member"), wanted.teamMemberships],
    ["of them as manager", 1, held("team", "manager"), wanted.teamManagerMemberships],
    ["entitlements", 0, summary.entitlements, 4 + 2 * wanted.teams],
    ["grants", 0, summary.grants, wanted.members + wanted.teamMemberships + wanted.teamManagerMemberships],
  ];
  return lines.map(([label, indent, inFile, inSandbox]) => ({ label, indent, inFile, inSandbox }));
}

const headings = ["in the file", "in the sandbox"] as const;

/** The table, with an empty line before and after it; lines that differ are marked. */
export function renderComparison(counts: readonly ComparedCount[]): string {
  const labels = counts.map(({ label, indent }) => `${"  ".repeat(indent)}${label}`);
  const width = Math.max(...labels.map((label) => label.length));
  const row = (label: string, inFile: string, inSandbox: string): string =>
    `  ${label.padEnd(width)}  ${inFile.padStart(headings[0].length)}  ${inSandbox.padStart(headings[1].length)}`;
  const lines = counts.map(({ inFile, inSandbox }, index) => {
    const line = row(labels[index] ?? "", formatted(inFile), formatted(inSandbox));
    return inFile === inSandbox ? line : `${line}  differs`;
  });
  return ["", row("", ...headings), ...lines, ""].join("\n");
}

function formatted(count: number): string {
  return count.toLocaleString("en-US");
}
