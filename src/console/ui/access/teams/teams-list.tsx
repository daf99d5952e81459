/** Teams by people: the mix of roles, who is disabled and who has no second factor, each part leading to its people. */
import { useMemo, useState } from "preact/hooks";
import { type TeamOrder, type TeamRow, type TeamsPage, teamOrders } from "../../../contract/sources.ts";
import { useDebounced } from "../../browser/use-debounced.ts";
import { SearchField } from "../../design/field.tsx";
import { formatAmount, formatCount } from "../../design/format.ts";
import { Empty } from "../../design/loaded.tsx";
import { roleTitle, VisibilityChip } from "../../rows/cells.tsx";
import type { LongColumn, TableOrder } from "../../rows/long-column.ts";
import { LongTable } from "../../rows/long-table.tsx";
import { usePagedRows } from "../../rows/use-paged-rows.ts";
import { screenAddress, sourceApi, subjectAddress, withQuery } from "../source-address.ts";
import type { InfoProps } from "../source-frame.tsx";
import { roleColour } from "./role-colours.ts";
import { RoleSign } from "./role-sign.tsx";
import { SaveTeams } from "./save-teams.tsx";

const typingDelayMs = 20;

/** The list, the largest team first. */
export function TeamsList({ info }: InfoProps) {
  const { source } = info;
  const [q, setQ] = useState("");
  const [order, setOrder] = useState<TableOrder & { readonly order: TeamOrder }>({
    order: "members",
    isDescending: true,
  });
  const parameters = { q: q.trim(), order: order.order, descending: order.isDescending ? "true" : "" };
  const address = useDebounced(sourceApi(source, "teams", parameters), typingDelayMs);
  const shown = usePagedRows<TeamRow, TeamsPage>(address);
  const columns = useMemo(() => teamColumns(source), [source]);
  const { total, page } = shown.rows;
  const all = formatAmount(info.totals.teams, "team");
  return (
    <section class="card card-flush long-card" aria-label="Teams">
      <div class="list-head">
        <div class="row-between">
          <div class="toolbar">
            <SearchField label="Search teams" placeholder="Name of a team" value={q} onInput={setQ} />
            <p class="muted number">
              {total === undefined || total === info.totals.teams ? all : `${formatCount(total)} of ${all}`}
            </p>
            {page !== undefined && page.alone > 0 && (
              <a href={screenAddress(source, "people", { teams: "0" })}>
                {`${formatAmount(page.alone, "person", "people")} in no team`}
              </a>
            )}
          </div>
          <SaveTeams info={info} api={address} />
        </div>
        <ul class="legend" aria-label="Roles in the bars">
          {info.roles.map(({ slug }) => (
            <li key={slug}>
              <RoleSign role={slug} />
              {roleTitle(slug)}
            </li>
          ))}
        </ul>
      </div>
      <LongTable
        caption="Teams"
        columns={columns}
        shown={shown}
        rowKey={({ type, id }) => `${type} ${id}`}
        order={order}
        onOrder={(next) => setOrder({ ...next, order: teamOrders.find((one) => one === next.order) ?? "name" })}
        empty={
          <Empty icon="team" title={q.trim() === "" ? "No teams in here" : "No team matches"}>
            {q.trim() === "" ? "The file holds no teams. A narrow key does not see hidden ones." : "Try fewer letters."}
          </Empty>
        }
      />
    </section>
  );
}

/** The columns of the table of teams. */
export function teamColumns(source: string): readonly LongColumn<TeamRow>[] {
  const address = ({ type, id }: TeamRow, where: Readonly<Record<string, string>>): string =>
    withQuery(subjectAddress(source, "teams", type, id), where, new Set(Object.keys(where)));
  return [
    {
      key: "name",
      title: "Team",
      share: 20,
      order: "name",
      isRowHeader: true,
      hint: ({ name, id }) => name || id,
      cell: (team) => <a href={address(team, {})}>{team.name || team.id}</a>,
    },
    { ...numberColumn("members", "People", ({ memberCount }) => memberCount), share: 9.5 },
    {
      key: "mix",
      title: "Roles",
      share: 21,
      cell: (team) => <RoleMix team={team} addressOf={(role) => address(team, { roles: role })} />,
    },
    {
      key: "disabled",
      title: "Disabled",
      share: 13,
      order: "disabled",
      cell: (team) => (
        <Share count={team.disabledCount} team={team} tone="disabled" href={address(team, { status: "disabled" })} />
      ),
    },
    {
      key: "without-two-factor",
      title: "No two-factor",
      share: 16,
      order: "without-two-factor",
      cell: (team) => (
        <Share count={team.withoutTwoFactor} team={team} tone="bad" href={address(team, { twoFactor: "no" })} />
      ),
    },
    { ...numberColumn("managers", "Managers", ({ managerCount }) => managerCount), share: 11 },
    {
      key: "visibility",
      title: "Visibility",
      share: 12.5,
      order: "visibility",
      cell: ({ visibility }) => <VisibilityChip visibility={visibility} />,
    },
  ];
}

function numberColumn(order: TeamOrder, title: string, count: (row: TeamRow) => number): LongColumn<TeamRow> {
  return { key: order, title, share: 10, order, isNumber: true, cell: (row) => formatCount(count(row)) };
}

interface RoleMixProps {
  readonly team: TeamRow;
  readonly addressOf: (role: string) => string;
}

/** A bar as long as all others; each part leads to its people. */
function RoleMix({ team, addressOf }: RoleMixProps) {
  if (team.memberCount === 0) return <span class="muted">Nobody</span>;
  return (
    <div class="team-bar">
      {team.byRole.map(([role, count]) => {
        const words = `${roleTitle(role)}: ${formatCount(count)}`;
        return (
          <a
            key={role}
            class={`role-${roleColour(role)}`}
            style={{ flexGrow: count }}
            href={addressOf(role)}
            title={words}
          >
            <span class="visually-hidden">{words}</span>
          </a>
        );
      })}
    </div>
  );
}

interface ShareProps {
  readonly count: number;
  readonly team: TeamRow;
  readonly tone: "disabled" | "bad";
  readonly href: string;
}

/** A number that leads to its people, and its share of the team. */
function Share({ count, team, tone, href }: ShareProps) {
  if (count === 0) {
    return (
      <div class="team-figure">
        <span class="muted number">0</span>
      </div>
    );
  }
  return (
    <div class="team-figure">
      <a class="number" href={href}>
        {formatCount(count)}
      </a>
      <div class="team-bar" aria-hidden="true">
        <span class={`bar-${tone}`} style={{ flexGrow: count }} />
        <span class="bar-rest" style={{ flexGrow: team.memberCount - count }} />
      </div>
    </div>
  );
}
