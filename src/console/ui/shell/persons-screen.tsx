/** People with a link of their own: who they are, what they may do, new links, and the end of old ones. */
import { useState } from "preact/hooks";
import type { NewPerson, Person, Role } from "../../contract/reviews.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { useData } from "../api/use-data.ts";
import { useToldAction } from "../browser/use-told-action.ts";
import { Banner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { SelectField, TextField } from "../design/field.tsx";
import { Form } from "../design/form.tsx";
import { formatDay, formatMoment } from "../design/format.ts";
import { Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { showToast } from "../design/toast.tsx";
import { type Column, Table } from "../rows/table.tsx";

const roleTexts: readonly { readonly value: Role; readonly label: string }[] = [
  { value: "reviewer", label: "Reviewer: decides and signs reviews" },
  { value: "viewer", label: "Viewer: looks, and changes nothing" },
  { value: "admin", label: "Admin: does everything" },
];

/** The screen of the address /persons. */
export function PersonsScreen() {
  const persons = useData<{ readonly persons: readonly Person[] }>("/api/persons");
  const [made, setMade] = useState<NewPerson | null>(null);
  const revoke = useToldAction(async (person: Person) => {
    persons.replace(await postJson(`/api/persons/${encodeURIComponent(person.id)}/revoke`));
    setMade(null);
    showToast(`The link of ${person.name} is taken back`);
  });
  const columns: readonly Column<Person>[] = [
    { key: "name", title: "Name", isRowHeader: true, cell: ({ name }) => name },
    { key: "role", title: "Role", cell: ({ role }) => role },
    { key: "seen", title: "Last used", cell: ({ lastSeenMs }) => formatMoment(lastSeenMs, "Never") },
    { key: "ends", title: "Good until", cell: ({ expiresAtMs }) => formatDay(expiresAtMs) },
    {
      key: "revoke",
      title: "Link",
      cell: (person) => (
        <Button
          isSmall={true}
          label={`Take back the link of ${person.name}`}
          onClick={() => void revoke.run(person)}
          text="Take back"
        />
      ),
    },
  ];
  return (
    <Page
      title="People with a link"
      lead="Everybody opens the console by a link of their own. The audit log names them, and a link that is taken back ends at once."
    >
      <AddPerson
        onMade={(person) => {
          setMade(person);
          persons.reload();
        }}
      />
      {made && (
        <Banner tone="good" title={`The link of ${made.person.name}`}>
          <p>It is shown this once. It signs in as {made.person.name}: send it to nobody else.</p>
          <CodeBlock label="link" text={made.link} isWrapped={true} />
        </Banner>
      )}
      <Loaded of={persons}>
        {(data) =>
          data.persons.length > 0 && (
            <Card isFlush={true} title="Links">
              <Table caption="People with a link" columns={columns} rows={data.persons} rowKey={({ id }) => id} />
            </Card>
          )
        }
      </Loaded>
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
      <Form action={add} submit="Make a link" isDisabled={name.trim() === ""}>
        <TextField label="Name" hint="As it stands beside their decisions." value={name} onInput={setName} />
        <SelectField label="Role" value={role} options={roleTexts} onChange={setRole} />
      </Form>
    </Card>
  );
}
