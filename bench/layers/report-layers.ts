/** Questions to a finished file, from opening it to the last byte of JSON. */
import { join } from "node:path";
import type { Organization } from "../../sandbox/organization/model.ts";
import { openInquiry } from "../../src/reports/ask.ts";
import { findReport } from "../../src/reports/catalogue.ts";
import { renderJson } from "../../src/reports/render/json.ts";
import type { Layer } from "./layer.ts";
import { organizationOf } from "./organization-data.ts";
import { benchDirectory, sampleRows, writeSample } from "./sample-file.ts";

/** Lists everybody, one person, one team, and what changed between two syncs. */
export const reportLayers: readonly Layer[] = [
  reportLayer("roster", "report: the roster"),
  reportLayer("offboarding", "report: offboarding"),
  reportLayer("access", "report: one person's access", ({ members }) => members.at(-1)?.userId),
  reportLayer("members", "report: one team's members", ({ teams }) => teams.at(-1)?.slugPerm),
  reportLayer("changes", "report: changes between two syncs"),
];

function reportLayer(
  name: string,
  title: string,
  about: (organization: Organization) => string | undefined = () => undefined,
): Layer {
  return {
    name: `report-${name}`,
    title,
    unit: "members",
    async prepare(members) {
      const organization = organizationOf(members);
      const path = join(benchDirectory(), "sample.c1z");
      await writeSample(path, sampleRows(organization));
      if (name === "changes") await writeSample(path, sampleRows(changed(organization)));
      return { rows: members, run: () => ask(path, name, about(organization)) };
    },
  };
}

/** Every hundredth member has another second factor, every hundredth a team less, every hundredth is gone. */
function changed(organization: Organization): Organization {
  const members = organization.members.flatMap((member, index) => {
    if (index % 100 === 0) return [{ ...member, hasTwoFactor: !member.hasTwoFactor }];
    if (index % 100 === 1) return [{ ...member, memberships: member.memberships.slice(1) }];
    return index % 100 === 2 ? [] : [member];
  });
  return { ...organization, members };
}

async function ask(path: string, name: string, about: string | undefined): Promise<void> {
  const report = findReport(name);
  if (!report) throw new Error(`no report ${name}`);
  using inquiry = await openInquiry({ file: path, comparesSyncs: report.comparesSyncs === true });
  let bytes = 0;
  for (const text of renderJson(inquiry.answer(report, about))) bytes += text.length;
  if (bytes === 0) throw new Error("nothing was rendered");
}
