/** Access by person, team and role. */
import type { ComponentType } from "preact";
import type { SourceInfo } from "../../contract/sources.ts";
import { PeopleList } from "./people-list.tsx";
import { RolesPanel } from "./roles-panel.tsx";
import { AccessNav, type InfoProps, RunFacts } from "./source-frame.tsx";
import { TeamsList } from "./teams/teams-list.tsx";

const parts = new Map<string, ComponentType<InfoProps>>([
  ["people", PeopleList],
  ["teams", TeamsList],
  ["roles", RolesPanel],
]);

/** One of the three, people unless `part` names another. */
export function Access({ info, part }: { readonly info: SourceInfo; readonly part: string }) {
  const shown = parts.has(part) ? part : "people";
  const Content = parts.get(shown) ?? PeopleList;
  return (
    <>
      <AccessNav source={info.source} current={shown} />
      {info.notices.length > 0 && <RunFacts info={info} />}
      <Content info={info} />
    </>
  );
}
