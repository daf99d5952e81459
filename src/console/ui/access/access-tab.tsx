/** Access by person, team and role. */
import type { ComponentType } from "preact";
import { PeopleList } from "./people-list.tsx";
import { RolesPanel } from "./roles-panel.tsx";
import { AccessNav, type AccessPart, accessParts, type InfoProps, RunFacts } from "./source-frame.tsx";
import { TeamsList } from "./teams/teams-list.tsx";

const contents: Readonly<Record<AccessPart, ComponentType<InfoProps>>> = {
  people: PeopleList,
  teams: TeamsList,
  roles: RolesPanel,
};

/** One of the three, people unless `part` names another. */
export function Access({ info, part }: InfoProps & { readonly part: string }) {
  const shown = accessParts.find((one) => one === part) ?? "people";
  const Content = contents[shown];
  return (
    <>
      <AccessNav source={info.source} current={shown} />
      {info.notices.length > 0 && <RunFacts info={info} />}
      <Content info={info} />
    </>
  );
}
