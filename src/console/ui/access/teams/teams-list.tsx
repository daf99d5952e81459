/** Teams by people: the mix of roles, who is disabled and who has no second factor, each part leading to its people. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { TableRow, TeamsPage } from "../../../contract/sources.ts";
import { formatAmount, formatCount } from "../../design/format.ts";
import { Empty } from "../../design/loaded.tsx";
import { roleTitle } from "../../rows/cells.tsx";
import { RowsTable, useRows } from "../../rows/rows-table.tsx";
import { tableApi } from "../../rows/table-query.ts";
import { screenAddress, sourceApi, subjectAddress, withQuery } from "../source-address.ts";
import type { InfoProps } from "../source-frame.tsx";
import { roleColour } from "./role-colours.ts";
import { RoleSign } from "./role-sign.tsx";
import { SaveTeams } from "./save-teams.tsx";
import { type TeamFigures, teamFigures } from "./team-figures.ts";

/** The list, the largest team first. */
export function TeamsList({ info }: InfoProps) {
  const { source, roles } = info;
  const asked = useRows<TeamsPage>(sourceApi(source, "teams"));
  const { page } = asked.shown.rows;
  const alone = page?.alone ?? 0;
  const cells = useMemo(() => (page ? teamCells(source, page) : {}), [source, page]);
  return (
    <RowsTable
      source={source}
      asked={asked}
      caption="Teams"
      nouns={["team", "teams"]}
      searched="Name of a team"
      cells={cells}
      beside={
        alone > 0 && (
          <a href={screenAddress(source, "people", { teams: "0" })}>
            {`${formatAmount(alone, "person", "people")} in no team`}
          </a>
        )
      }
      actions={<SaveTeams info={info} apiOf={(limit) => tableApi(asked.api, asked.query, { limit })} />}
      above={
        <ul class="legend" aria-label="Roles in the bars">
          {roles.map(({ slug }) => (
            <li key={slug}>
              <RoleSign role={slug} />
              {roleTitle(slug)}
            </li>
          ))}
        </ul>
      }
      empty={
        <Empty icon="team" title="No teams in here">
          The file holds no teams. A narrow key does not see hidden ones.
        </Empty>
      }
    />
  );
}

/** What is drawn in place of plain values, by the key of the column. */
export function teamCells(
  source: string,
  page: Pick<TeamsPage, "columns" | "roleColumns">,
): Readonly<Record<string, (row: TableRow) => ComponentChildren>> {
  const drawn =
    (draw: (team: TeamFigures, peopleWhere: (column: string, value: string) => string) => ComponentChildren) =>
    (row: TableRow) => {
      const team = teamFigures(page, row);
      const address = subjectAddress(source, "teams", team.type, team.id);
      return draw(team, (column, value) => withQuery(address, { [column]: value }, new Set([column])));
    };
  return {
    roles: drawn((team, where) => <RoleMix team={team} addressOf={(role) => where("roles", role)} />),
    disabled: drawn((team, where) => (
      <Share count={team.disabledCount} team={team} tone="disabled" href={where("status", "disabled")} />
    )),
    withoutTwoFactor: drawn((team, where) => (
      <Share count={team.withoutTwoFactor} team={team} tone="bad" href={where("twoFactor", "no")} />
    )),
  };
}
interface RoleMixProps {
  readonly team: TeamFigures;
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
  readonly team: TeamFigures;
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
