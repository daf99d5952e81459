/** Access by person, team and role: the tab of a connector, and the screens of any source. */
import type { ComponentType } from "preact";
import type { SourceInfo } from "../../contract/sources.ts";
import { PeopleList } from "./people-list.tsx";
import { RolesPanel } from "./roles-panel.tsx";
import { AccessNav, RunFacts, SourceFrame, WithSource } from "./source-frame.tsx";
import { TeamsList } from "./teams/teams-list.tsx";

/** Parts of the tab. */
type AccessPart = "people" | "teams" | "roles";

const parts: Readonly<Record<AccessPart, ComponentType<PartProps>>> = {
  people: PeopleList,
  teams: TeamsList,
  roles: RolesPanel,
};

interface PartProps {
  readonly source: string;
  readonly info: SourceInfo;
}

/** The tab of a connector; `rest` is what stands in the address behind the tab's name: `teams`, `roles`. */
export function AccessTab({ source, rest = "" }: { readonly source: string; readonly rest?: string }) {
  return (
    <WithSource source={source} isPart={true}>
      {(info) => <Part source={source} info={info} part={readPart(rest)} />}
    </WithSource>
  );
}

/** The same as a screen of any source. */
export function AccessScreen({ source, part }: { readonly source: string; readonly part: string }) {
  return (
    <SourceFrame source={source} tab="access">
      {(info) => <Part source={source} info={info} part={readPart(part)} />}
    </SourceFrame>
  );
}

function Part({ source, info, part }: PartProps & { readonly part: AccessPart }) {
  const Content = parts[part];
  return (
    <>
      <AccessNav source={source} current={part} />
      {info.notices.length > 0 && <RunFacts info={info} />}
      <Content source={source} info={info} />
    </>
  );
}

function readPart(text: string): AccessPart {
  return isPart(text) ? text : "people";
}

function isPart(text: string): text is AccessPart {
  return Object.hasOwn(parts, text);
}
