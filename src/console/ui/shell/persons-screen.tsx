/** People with a link of their own: who they are, what they may do, new links, and the end of old ones. */
import { useState } from "preact/hooks";
import type { NewPerson, Person, Role } from "../../contract/reviews.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { useData } from "../api/use-data.ts";
import { useToldFailure } from "../browser/use-told-failure.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { SelectField, TextField } from "../design/field.tsx";
import { formatDateTime, formatDay } from "../design/format.ts";
import { Page } from "../design/page.tsx";
import { Skeleton } from "../design/skeleton.tsx";
import { showToast } from "../design/toast.tsx";
import { type Column, Table } from "../rows/table.tsx";

const roleTexts: readonly { readonly value: Role; readonly label: string }[] = [
  { value: "reviewer", label: "Reviewer: decides and signs reviews" },
  { value: "viewer", label: "Viewer: looks, and changes nothing" },
  { value: "admin", label: "Admin: does everything" },
];

/** The screen of the address /persons. */
export function PersonsScreen() {
  const { data, failure, replace, reload } = useData<{ readonly persons: readonly Person[] }>("/api/persons");
  const [made, setMade] = useState<NewPerson | null>(null);
  const revoke = useToldFailure(
    useAction(async (person: Person) => {
      replace(await postJson(`/api/persons/${encodeURIComponent(person.id)}/revoke`));
      setMade(null);
      showToast(`The link of ${person.name} is taken back`);
    }),
  );
  const columns: readonly Column<Person>[] = [
    { key: "name", title: "Name", isRowHeader: true, cell: ({ name }) => name },
    { key: "role", title: "Role", cell: ({ role }) => role },
    {
      key: "seen",
      title: "Last used",
      cell: ({ lastSeenMs }) => (lastSeenMs === null ? "Never" : formatDateTime(lastSeenMs)),
    },
    { key: "ends", title: "Good until", cell: ({ expiresAtMs }) => formatDay(expiresAtMs) },
    {
      key: "revoke",
      title: "Link",
      cell: (person) => (
        <Button isSmall={true} label={`Take back the link of ${person.name}`} onClick={() => void revoke.run(person)}>
          Take back
        </Button>
      ),
    },
  ];
  return (
    <Page
      title="People with a link"
      lead="Everybody opens the console by a link of their own. The audit log names them, and a link that is taken back ends at once."
    >
      {failure && <FailureBanner failure={failure} isUrgent={true} />}
      <AddPerson
        onMade={(person) => {
          setMade(person);
          reload();
        }}
      />
      {made && (
        <Banner tone="good" title={`The link of ${made.person.name}`}>
          <p>It is shown this once. It signs in as {made.person.name}: send it to nobody else.</p>
          <CodeBlock label="link" text={made.link} isWrapped={true} />
        </Banner>
      )}
      {data && data.persons.length > 0 && (
        <Card isFlush={true} title="Links">
          <Table caption="People with a link" columns={columns} rows={data.persons} rowKey={({ id }) => id} />
        </Card>
      )}
      {!data && !failure && <Skeleton lines={4} />}
    </Page>
  );
}

function AddPerson({ onMade }: { readonly onMade: (person: NewPerson) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("reviewer");
  const add = useAction(async () => {
    onMade(await postJson<NewPerson>("/api/persons", { name, role }));
    setName("");
  });
  return (
    <Card title="Make a link">
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void add.run();
        }}
      >
        <TextField label="Name" hint="As it stands beside their decisions." value={name} onInput={setName} />
        <SelectField label="Role" value={role} options={roleTexts} onChange={setRole} />
        {add.failure && <FailureBanner failure={add.failure} isUrgent={true} takesFocus={true} />}
        <div class="actions">
          <Button kind="primary" type="submit" isBusy={add.isBusy} isDisabled={name.trim() === ""}>
            Make a link
          </Button>
        </div>
      </form>
    </Card>
  );
}
