/** Filters of a table of rows: by the values of its columns, and by team. */
import type { TableColumn } from "../../contract/sources.ts";
import { SelectField } from "../design/field.tsx";
import { formatCount } from "../design/format.ts";
import { valueTitle } from "./cells.tsx";
import { filteredBy, type TableQuery } from "./table-query.ts";
import { TeamPicker } from "./team-picker.tsx";

interface RowFiltersProps {
  readonly source: string;
  readonly columns: readonly TableColumn[];
  readonly isShown: (column: TableColumn) => boolean;
  readonly query: TableQuery;
  readonly change: (change: Partial<TableQuery>) => void;
  /** Rows are about people, of whom some are in teams. */
  readonly hasTeam: boolean;
}

const any = "any";
/** Before a value, which may be nothing. */
const sign = "=";

/** A list of values for each column that is shown, or made for filtering, or filtered by. */
export function RowFilters({ source, columns, isShown, query, change, hasTeam }: RowFiltersProps) {
  const offered = columns.filter((column) => {
    const isAsked = Object.hasOwn(query.where, column.key);
    return isAsked || (column.choices.length > 0 && (isShown(column) || column.kind === "word"));
  });
  return (
    <>
      {offered.map((column) => (
        <SelectField
          key={column.key}
          label={column.title}
          isCompact={true}
          value={Object.hasOwn(query.where, column.key) ? sign + query.where[column.key] : any}
          options={optionsOf(column, query.where[column.key])}
          onChange={(value) => change(filteredBy(query, column.key, value === any ? undefined : value.slice(1)))}
        />
      ))}
      {hasTeam && <TeamPicker source={source} team={query.team} onChange={(team) => change({ team })} />}
    </>
  );
}

function optionsOf(column: TableColumn, asked: string | undefined) {
  const { title, choices } = column;
  const isListed = asked === undefined || choices.some(({ value }) => value === asked);
  return [
    { value: any, label: title },
    ...choices.map(({ value, count }) => ({
      value: sign + value,
      label: `${valueTitle(column, value)} (${formatCount(count)})`,
    })),
    ...(isListed ? [] : [{ value: sign + asked, label: valueTitle(column, asked) }]),
  ];
}
