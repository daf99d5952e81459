/** People of a source, and the members of one team, in the table that all lists of people share. */
import { membersQuestion, peopleQuestion, titleWith } from "../decisions/shown-question.ts";
import { StartReview } from "../decisions/start-review.tsx";
import { Empty } from "../design/loaded.tsx";
import { RowsTable, useRows } from "../rows/rows-table.tsx";
import { type SubjectProps, sourceApi, subjectApi } from "./source-address.ts";
import type { InfoProps } from "./source-frame.tsx";

const nouns = ["person", "people"] as const;

/** Everybody. */
export function PeopleList({ info: { source, totals, notices } }: InfoProps) {
  const asked = useRows(sourceApi(source, "people"));
  const review = { question: peopleQuestion(asked.query), title: titleWith("People", asked.query) };
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="People"
      nouns={nouns}
      hasTeam={totals.teams > 0}
      beside={<StartReview source={source} {...review} isSmall={true} />}
      empty={
        <Empty icon="people" title="Nobody is in here">
          {notices.join(" ") || "The file holds no people. A key that may not see members gives such a file."}
        </Empty>
      }
    />
  );
}

/** The people of a team, with their role in it. */
export function TeamMembers({ source, type, id, name }: SubjectProps & { readonly name: string }) {
  const asked = useRows(`${subjectApi(source, "teams", type, id)}/people`);
  const review = { question: membersQuestion(`${type}/${id}`, asked.query), title: titleWith(name, asked.query) };
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="Members"
      nouns={nouns}
      beside={<StartReview source={source} {...review} isSmall={true} />}
      empty={
        <Empty icon="people" title="Nobody is in this team">
          The sync found no member of it.
        </Empty>
      }
    />
  );
}
