/** One person: who it is, and every access with the path by which it is held. */
import type { PersonDetail, SourceInfo } from "../../contract/sources.ts";
import { useData } from "../api/use-data.ts";
import { Card } from "../design/card.tsx";
import { FactList } from "../design/facts.tsx";
import { formatCount } from "../design/format.ts";
import { HoldingList } from "./holding-list.tsx";
import { Day, EmailOrDash, neverLoggedIn, StatusChip, TextOrDash, TwoFactorChip } from "./person-cells.tsx";
import { roleTitle } from "./picture/roles.ts";
import { ProfileCard } from "./profile-card.tsx";
import { screenAddress, subjectApi } from "./source-address.ts";
import { FailedScreen, Loading, RunFacts, SubjectFrame, WithSource } from "./source-frame.tsx";

interface SubjectProps {
  readonly source: string;
  readonly type: string;
  readonly id: string;
}

/** The screen. */
export function PersonScreen({ source, type, id }: SubjectProps) {
  const { data, failure, reload } = useData<PersonDetail>(subjectApi(source, "people", type, id));
  if (failure) return <FailedScreen source={source} failure={failure} onRetry={reload} />;
  return (
    <WithSource source={source}>
      {(info) => (data ? <Person source={source} info={info} person={data} /> : <Loading />)}
    </WithSource>
  );
}

interface PersonProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly person: PersonDetail;
}

function Person({ source, info, person }: PersonProps) {
  const { name, login, id, status, holdings, profile } = person;
  return (
    <SubjectFrame
      source={source}
      info={info}
      title={name || login || id}
      list={{ text: "People", href: screenAddress(source, "people") }}
      beside={<StatusChip status={status} />}
    >
      <RunFacts info={info} />
      <div class="columns person">
        <div class="stack">
          <Card title="About">
            <FactList facts={factsOf(person)} />
          </Card>
          <ProfileCard profile={profile} />
        </div>
        <div class="stack">
          <HoldingList
            source={source}
            holdings={holdings}
            who={name || login || id}
            isDisabled={status === "disabled"}
          />
        </div>
      </div>
    </SubjectFrame>
  );
}

function factsOf(person: PersonDetail) {
  return [
    ["E-mail", <EmailOrDash key="email" address={person.email} />],
    ["Login", <TextOrDash key="login" text={person.login} />],
    ["Status", <StatusChip key="status" status={person.status} />],
    ["Role", <TextOrDash key="role" text={person.roles.map(roleTitle).join(", ")} />],
    ["Teams", formatCount(person.teamCount)],
    ["Two-factor", <TwoFactorChip key="two-factor" twoFactor={person.twoFactor} />],
    ["Visibility", <TextOrDash key="visibility" text={person.visibility} />],
    ["Last login", <Day key="last-login" ms={person.lastLoginMs} absent={neverLoggedIn} />],
    ["Joined", <Day key="joined" ms={person.joinedMs} absent="Not known" />],
    ["Id", <span key="id" class="mono">{`${person.type}:${person.id}`}</span>],
  ] as const;
}
