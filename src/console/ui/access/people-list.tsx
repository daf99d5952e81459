/** People of a source, and the members of one team, in the table that all lists of people share. */
import type { SourceInfo } from "../../contract/sources.ts";
import { membersQuestion, peopleQuestion, titleWith } from "../decisions/shown-question.ts";
import { StartReview } from "../decisions/start-review.tsx";
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
      beside={
        <StartReview
          source={source}
          question={peopleQuestion(asked.query)}
          title={titleWith("People", asked.query)}
          isSmall={true}
        />
      }
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
  readonly name: string;
}

/** The people of a team, with their role in it. */
export function TeamMembers({ source, type, id, name }: TeamMembersProps) {
  const asked = useRows(`${subjectApi(source, "teams", type, id)}/people`);
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="Members"
      nouns={nouns}
      hasTeam={false}
      beside={
        <StartReview
          source={source}
          question={membersQuestion(`${type}/${id}`, asked.query)}
          title={titleWith(name, asked.query)}
          isSmall={true}
        />
      }
      empty={
        <Empty icon="people" title="Nobody is in this team">
          The sync found no member of it.
        </Empty>
      }
    />
  );
}
