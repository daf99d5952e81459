/** One team: who is in it in which role, and who manages it. */
import { useLocation } from "preact-iso";
import type { SourceInfo, TablePage, TeamRow } from "../../../contract/sources.ts";
import { useData } from "../../api/use-data.ts";
import { Card } from "../../design/card.tsx";
import { FactList, Figures } from "../../design/facts.tsx";
import { formatAmount, formatCount } from "../../design/format.ts";
import { Skeleton } from "../../design/loaded.tsx";
import { StatusChip, TextOrDash, VisibilityChip } from "../../rows/cells.tsx";
import { TeamMembers } from "../people-list.tsx";
import {
  type SubjectProps,
  screenAddress,
  subjectAddress,
  subjectApi,
  targetAddress,
  withQuery,
} from "../source-address.ts";
import { SubjectFrame, WithSubject } from "../source-frame.tsx";

/** Managers that are named above the list; it has all of them. */
const namedManagers = 12;

/** The screen. */
export function TeamScreen({ source, type, id }: SubjectProps) {
  return (
    <WithSubject<TeamRow> source={source} api={subjectApi(source, "teams", type, id)}>
      {(info, team) => <Team info={info} team={team} />}
    </WithSubject>
  );
}

function Team({ info, team }: { readonly info: SourceInfo; readonly team: TeamRow }) {
  const { source } = info;
  const { type, id, name, slug, description, visibility, memberCount, managerCount, disabledCount } = team;
  const listOf = (where: Readonly<Record<string, string>>) =>
    withQuery(subjectAddress(source, "teams", type, id), where);
  const isHidden = visibility?.toLowerCase() === "hidden";
  return (
    <SubjectFrame
      info={info}
      title={name || id}
      list={{ text: "Teams", href: screenAddress(source, "teams") }}
      beside={isHidden ? <VisibilityChip visibility={visibility} /> : null}
      lead={description || undefined}
    >
      <Figures
        figures={[
          { label: "People", value: formatCount(memberCount), href: listOf({}) },
          { label: "Managers", value: formatCount(managerCount), href: listOf({ teamRole: "manager" }) },
          { label: "Disabled people", value: formatCount(disabledCount), href: listOf({ status: "disabled" }) },
        ]}
      />
      <div class="columns">
        <Card title="About">
          <FactList
            facts={[
              ["Visibility", <VisibilityChip key="visibility" visibility={visibility} />],
              ["Slug", <TextOrDash key="slug" text={slug} />],
              ["Id", <code key="id">{`${type}:${id}`}</code>],
            ]}
          />
        </Card>
        <Card title="Managers">
          <Managers source={source} team={team} />
        </Card>
      </div>
      <TeamMembers source={source} type={type} id={id} name={name || id} />
    </SubjectFrame>
  );
}

function Managers({ source, team }: { readonly source: string; readonly team: TeamRow }) {
  const here = useLocation();
  const { type, id, managerCount } = team;
  const query = { teamRole: "manager", limit: String(namedManagers) };
  const api = withQuery(`${subjectApi(source, "teams", type, id)}/people`, query);
  const { data } = useData<TablePage>(managerCount === 0 ? null : api);
  if (managerCount === 0) return <p class="muted">Nobody manages this team.</p>;
  if (!data) return <Skeleton lines={2} />;
  const statusAt = data.columns.findIndex(({ kind }) => kind === "status");
  return (
    <>
      <ul class="plain-list">
        {data.rows.map(({ cells, links }) => (
          <li key={links?.[0]?.id} class="row">
            <a href={links?.[0] ? targetAddress(source, links[0], here) : ""}>{String(cells[0])}</a>
            {cells[statusAt] !== "enabled" && <StatusChip status={String(cells[statusAt])} />}
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && (
        <p class="muted">{`and ${formatAmount(data.total - data.rows.length, "other")}`}</p>
      )}
    </>
  );
}
