/** Filters of a list of people. */
import type { SourceInfo } from "../../contract/sources.ts";
import { SelectField } from "../design/field.tsx";
import type { PeopleQuery } from "./people-query.ts";
import { roleTitle } from "./picture/roles.ts";
import { TeamPicker } from "./team-picker.tsx";

const statuses = [
  { value: "", label: "Any status" },
  { value: "enabled", label: "Enabled" },
  { value: "disabled", label: "Disabled" },
  { value: "deleted", label: "Deleted" },
  { value: "unknown", label: "Unknown" },
];

const twoFactors = [
  { value: "", label: "Any two-factor" },
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
  { value: "unknown", label: "Unknown" },
];

/** What it takes. */
interface PeopleFiltersProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly query: PeopleQuery;
  readonly change: (change: Partial<PeopleQuery>) => void;
  readonly hasTeam: boolean;
}

/** Status, role, two-factor and team. */
export function PeopleFilters({ source, info, query, change, hasTeam }: PeopleFiltersProps) {
  const roles = [
    { value: "", label: "Any role" },
    ...info.roles.map(({ slug, name }) => ({ value: slug, label: roleTitle(name || slug) })),
  ];
  return (
    <>
      <SelectField label="Status" value={query.status} options={statuses} onChange={(status) => change({ status })} />
      {roles.length > 1 && (
        <SelectField label="Role" value={query.role} options={roles} onChange={(role) => change({ role })} />
      )}
      <SelectField
        label="Two-factor"
        value={query.twoFactor}
        options={twoFactors}
        onChange={(twoFactor) => change({ twoFactor })}
      />
      {hasTeam && info.totals.teams > 0 && (
        <TeamPicker source={source} team={query.team} onChange={(team) => change({ team })} />
      )}
    </>
  );
}
