/** People of a source: search as one types, filters, order, and a CSV of what is shown. */
import { useEffect, useMemo } from "preact/hooks";
import type { PersonOrder, PersonRow, SourceInfo } from "../../contract/sources.ts";
import { failureFrom } from "../api/api-error.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button, LinkButton } from "../design/button.tsx";
import { Empty } from "../design/empty.tsx";
import { SearchField } from "../design/field.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import { LongTable } from "../design/long-table.tsx";
import { announce } from "../design/toast.tsx";
import { useDebounced } from "../design/use-debounced.ts";
import { usePagedRows } from "../design/use-paged-rows.ts";
import { memberColumns, peopleColumns } from "./people-columns.tsx";
import { PeopleFilters } from "./people-filters.tsx";
import { allPeople, isFiltered, type PeopleQuery, peopleApi, peopleExportApi } from "./people-query.ts";
import { usePeopleQuery } from "./use-people-query.ts";

/** Less than one notices; a fast typist's letters become one question. */
const typingDelayMs = 20;

/** What it takes: `team` (`TYPE/ID`) keeps the list to one team and shows the roles in it. */
interface PeopleListProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly team?: string;
  readonly teamSize?: number;
}

/** The list. */
export function PeopleList({ source, info, team, teamSize }: PeopleListProps) {
  const [typed, change] = usePeopleQuery();
  const wanted = team === undefined ? typed : { ...typed, team };
  const address = useDebounced(peopleApi(source, wanted), typingDelayMs);
  const shown = usePagedRows<PersonRow>(address);
  const columns = useMemo(() => (team === undefined ? peopleColumns : memberColumns)(source), [source, team]);
  const all = teamSize ?? info.totals.people;
  const { total, failure } = shown.rows;
  const isNarrowed = isFiltered(team === undefined ? typed : { ...typed, team: "" });
  return (
    <section class="card card-flush long-card" aria-label="People">
      <div class="list-head">
        <div class="toolbar">
          <SearchField
            label="Search people"
            placeholder="Name, e-mail or login"
            value={typed.q}
            onInput={(q) => change({ q })}
          />
          <PeopleFilters source={source} info={info} query={typed} change={change} hasTeam={team === undefined} />
        </div>
        <div class="row-between">
          <Count total={total} all={all} isCurrent={shown.isCurrent} />
          <div class="actions">
            {isNarrowed && (
              <Button kind="quiet" isSmall={true} icon="close" onClick={() => change(noFilter(typed))}>
                Clear filters
              </Button>
            )}
            <LinkButton isSmall={true} icon="download" href={peopleExportApi(source, wanted, "csv")} download={true}>
              Generate CSV
            </LinkButton>
          </div>
        </div>
      </div>
      {failure === undefined ? (
        <LongTable
          caption="People"
          columns={columns}
          shown={shown}
          rowKey={({ type, id }) => `${type} ${id}`}
          order={typed}
          onOrder={({ order, isDescending }) => change({ order: order as PersonOrder, isDescending })}
          empty={<Nobody isNarrowed={isNarrowed} />}
        />
      ) : (
        <div class="list-head">
          <FailureBanner
            failure={failureFrom(failure)}
            actions={<Button onClick={() => shown.rows.retry()}>Try again</Button>}
          />
        </div>
      )}
    </section>
  );
}

function noFilter({ order, isDescending }: PeopleQuery): PeopleQuery {
  return { ...allPeople, order, isDescending };
}

function Count({ total, all, isCurrent }: { total: number | undefined; all: number; isCurrent: boolean }) {
  const text = countText(total, all);
  useEffect(() => {
    if (isCurrent && total !== undefined) announce(text);
  }, [isCurrent, text]);
  return <p class="muted number">{text}</p>;
}

function countText(total: number | undefined, all: number): string {
  if (total === undefined) return "Counting…";
  return total === all
    ? formatAmount(all, "person", "people")
    : `${formatCount(total)} of ${formatAmount(all, "person", "people")}`;
}

function Nobody({ isNarrowed }: { readonly isNarrowed: boolean }) {
  if (isNarrowed) {
    return (
      <Empty icon="search" title="Nobody matches">
        Try fewer letters, or clear a filter.
      </Empty>
    );
  }
  return (
    <Empty icon="people" title="Nobody is in here">
      The file holds no people. A key that may not see members gives such a file.
    </Empty>
  );
}
