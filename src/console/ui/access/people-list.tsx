/** People of a source, and the members of one team, in the table that all lists of people share. */
import type { QuestionInput } from "../../contract/reviews.ts";
import { membersQuestion, peopleQuestion, titleWith } from "../decisions/shown-question.ts";
import { StartReview } from "../decisions/start-review.tsx";
import { Empty } from "../design/loaded.tsx";
import { RowsTable, useRows } from "../rows/rows-table.tsx";
import type { TableQuery } from "../rows/table-query.ts";
import { sourceApi, subjectApi } from "./source-address.ts";
import type { InfoProps } from "./source-frame.tsx";

interface ListProps {
  readonly source: string;
  /** Address of the answer. */
  readonly api: string;
  readonly caption: string;
  readonly hasTeam: boolean;
  /** What a review of the list is called, and what it asks. */
  readonly title: string;
  readonly questionOf: (query: TableQuery) => QuestionInput;
  /** Why nobody is in it, in a few words and in a sentence. */
  readonly nobody: readonly [title: string, reason: string];
}

function List({ source, api, caption, hasTeam, title, questionOf, nobody }: ListProps) {
  const asked = useRows(api);
  const { query } = asked;
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption={caption}
      nouns={["person", "people"]}
      hasTeam={hasTeam}
      beside={
        <StartReview source={source} question={questionOf(query)} title={titleWith(title, query)} isSmall={true} />
      }
      empty={
        <Empty icon="people" title={nobody[0]}>
          {nobody[1]}
        </Empty>
      }
    />
  );
}

/** Everybody. */
export function PeopleList({ info: { source, totals } }: InfoProps) {
  return (
    <List
      source={source}
      api={sourceApi(source, "people")}
      caption="People"
      hasTeam={totals.teams > 0}
      title="People"
      questionOf={peopleQuestion}
      nobody={["Nobody is in here", "The file holds no people. A key that may not see members gives such a file."]}
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
  return (
    <List
      source={source}
      api={`${subjectApi(source, "teams", type, id)}/people`}
      caption="Members"
      hasTeam={false}
      title={name}
      questionOf={(query) => membersQuestion(`${type}/${id}`, query)}
      nobody={["Nobody is in this team", "The sync found no member of it."]}
    />
  );
}
