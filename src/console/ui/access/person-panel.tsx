/** Everything about one person, in a panel beside the list: who it is, and every access with the path by which it is held. */
import { useLocation } from "preact-iso";
import type { PersonDetail } from "../../contract/sources.ts";
import { useData } from "../api/use-data.ts";
import { IconButton } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { FactList } from "../design/facts.tsx";
import { formatCount } from "../design/format.ts";
import { Loaded } from "../design/loaded.tsx";
import { Day, EmailOrDash, roleTitle, StatusChip, TextOrDash, TwoFactorChip } from "../rows/cells.tsx";
import { HoldingList } from "./holding-list.tsx";
import { ProfileCard } from "./profile-card.tsx";
import { subjectApi, withPerson } from "./source-address.ts";

/** The panel of whom the address names; nothing when it names nobody. */
export function PersonPanel({ source }: { readonly source: string }) {
  const here = useLocation();
  const { person = "" } = here.query;
  if (person === "") return null;
  const close = (): void => here.route(withPerson(here, undefined), true);
  return <Panel key={person} source={source} person={person} onClose={close} />;
}

interface PanelProps {
  readonly source: string;
  /** `TYPE/ID`. */
  readonly person: string;
  readonly onClose: () => void;
}

function Panel({ source, person, onClose }: PanelProps) {
  const [type = "", ...id] = person.split("/");
  const asked = useData<PersonDetail>(subjectApi(source, "people", type, id.join("/")));
  const { data, failure } = asked;
  const title = data ? data.name || data.login || data.id : failure ? failure.title : "…";
  return (
    <Dialog
      title={title}
      isSide={true}
      beside={
        <>
          {data && <StatusChip status={data.status} />}
          <IconButton icon="close" label="Close" onClick={onClose} />
        </>
      }
      onClose={onClose}
    >
      <Loaded of={asked} lines={8}>
        {(known) => <Person source={source} person={known} />}
      </Loaded>
    </Dialog>
  );
}

function Person({ source, person }: { readonly source: string; readonly person: PersonDetail }) {
  const { name, login, id, status, holdings, profile } = person;
  return (
    <div class="stack person">
      <FactList facts={factsOf(person)} />
      <HoldingList
        source={source}
        holdings={holdings}
        who={name || login || id}
        isDisabled={status === "disabled" || status === "deleted"}
      />
      <ProfileCard profile={profile} />
    </div>
  );
}

function factsOf(person: PersonDetail) {
  return [
    ["E-mail", <EmailOrDash key="email" address={person.email} />],
    ["Login", <TextOrDash key="login" text={person.login} />],
    ["Role", <TextOrDash key="role" text={person.roles.map(roleTitle).join(", ")} />],
    ["Teams", formatCount(person.teamCount)],
    ["Two-factor", <TwoFactorChip key="two-factor" twoFactor={person.twoFactor} />],
    ["Visibility", <TextOrDash key="visibility" text={person.visibility} />],
    ["Last login, UTC", <Day key="last-login" ms={person.lastLoginMs} absent="Never or hidden" />],
    ["Joined, UTC", <Day key="joined" ms={person.joinedMs} absent="Not known" />],
    ["Id", <code key="id">{`${person.type}:${person.id}`}</code>],
  ] as const;
}
