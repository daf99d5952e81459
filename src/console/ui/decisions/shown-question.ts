/** What a table shows, as the question of a review: so that the same can be asked of a later sync. Pure. */
import type { QuestionInput } from "../../contract/inputs.ts";
import type { TableQuery } from "../rows/table-query.ts";

type Narrowed = Pick<TableQuery, "q" | "where" | "team">;

/** Rows of a report that a table shows. */
export function reportQuestion(report: string, { q, where, team }: Narrowed): QuestionInput {
  return {
    report,
    where: [...conditionsOf(where), ...(team === "" ? [] : [{ column: "inTeam", value: team }])],
    search: q,
  };
}

/** People whom the table of people shows: it is searched by who they are, and not by what they hold. */
export function peopleQuestion({ q, ...rest }: Narrowed): QuestionInput {
  const asked = reportQuestion("roster", { ...rest, q: "" });
  return q.trim() === "" ? asked : { ...asked, where: [...(asked.where ?? []), { column: "person", value: q }] };
}

/** Places in one team. @param team `TYPE/ID` */
export function membersQuestion(team: string, { q, where }: Narrowed): QuestionInput {
  const conditions = [...conditionsOf(where), ...(q.trim() === "" ? [] : [{ column: "person", value: q }])];
  return { report: "members", about: team.replace("/", ":"), where: conditions };
}

/** What a review of it is called unless somebody types something else. */
export function titleWith(title: string, { q, where }: Narrowed): string {
  const values = [
    ...Object.values(where).filter((value) => value !== ""),
    ...(q.trim() === "" ? [] : [`“${q.trim()}”`]),
  ];
  return values.length === 0 ? title : `${title}: ${values.join(", ")}`;
}

function conditionsOf(where: TableQuery["where"]): { readonly column: string; readonly value: string }[] {
  return Object.entries(where).map(([column, value]) => ({ column, value }));
}
