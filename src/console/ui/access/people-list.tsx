/** People of a source, and the members of one team, in the table that all lists of people share. */
import type { SourceInfo } from "../../contract/sources.ts";
import { StartShown } from "../decisions/start-review.tsx";
import { Empty } from "../design/empty.tsx";
import { RowsTable, useRows } from "../rows/rows-table.tsx";
import { sourceApi, subjectApi } from "./source-address.ts";

const nouns = ["person", "people"] as const;

/** Everybody. */
export function PeopleList({ source, info }: { readonly source: string; readonly info: SourceInfo }) {
  const asked = useRows(sourceApi(source, "people"));
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="People"
      nouns={nouns}
      hasTeam={info.totals.teams > 0}
      beside={<StartShown source={source} report="roster" query={asked.query} title="People" isSmall={true} />}
      empty={
        <Empty icon="people" title="Nobody is in here">
          The file holds no people. A key that may not see members gives such a file.
        </Empty>
      }
    />
  );
}

interface TeamMembersProps {
  readonly source: string;
  readonly type: string;
  readonly id: string;
}

/** The people of a team, with their role in it. */
export function TeamMembers({ source, type, id }: TeamMembersProps) {
  const asked = useRows(`${subjectApi(source, "teams", type, id)}/people`);
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="Members"
      nouns={nouns}
      hasTeam={false}
      empty={
        <Empty icon="people" title="Nobody is in this team">
          The sync found no member of it.
        </Empty>
      }
    />
  );
}
