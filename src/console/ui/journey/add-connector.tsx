/** S1, Add connector: the catalogue, with its one card. */
import { useState } from "preact/hooks";
import { Button, LinkButton } from "../design/button.tsx";
import { SearchField } from "../design/field.tsx";
import { Icon } from "../design/icon.tsx";
import { Empty } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { announce } from "../design/toast.tsx";
import { connectorCrumbs } from "../shell/crumbs.ts";
import { SampleButton } from "./sample-button.tsx";

interface CatalogueEntry {
  readonly name: string;
  readonly text: string;
  /** Words that it is found by as well. */
  readonly words: string;
}

const catalogue: readonly CatalogueEntry[] = [
  {
    name: "Cloudsmith",
    text: "Members, roles and teams of a Cloudsmith organization, with two-factor and last login.",
    words: "artifact package registry repository workspace",
  },
];

/** The screen. */
export function AddConnector() {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = catalogue.filter(({ name, text, words }) => `${name} ${text} ${words}`.toLowerCase().includes(wanted));
  return (
    <Page title="Add connector" crumbs={connectorCrumbs("Add connector")}>
      <SearchField
        label="Search connectors"
        value={search}
        onInput={(value) => {
          setSearch(value);
          announce("");
        }}
      />
      {found.length === 0 ? (
        <div class="card">
          <Empty
            icon="search"
            title="No connector found"
            action={<Button onClick={() => setSearch("")} text="Show all" />}
          >
            This console connects Cloudsmith. Files of other connectors can be opened all the same.
          </Empty>
        </div>
      ) : (
        <ul class="cards catalogue">
          {found.map(({ name, text }) => (
            <li key={name} class="card catalogue-card">
              <div class="row">
                <span class="catalogue-icon">
                  <Icon name="connectors" size={20} />
                </span>
                <h2>{name}</h2>
              </div>
              <p class="muted">{text}</p>
              <div class="row-between">
                <a href="https://docs.cloudsmith.com" target="_blank" rel="noreferrer noopener">
                  Documentation
                </a>
                <LinkButton kind="primary" href="/connectors/add/how" label={`Add ${name}`} text="Add" />
              </div>
            </li>
          ))}
        </ul>
      )}
      <div class="row">
        <SampleButton isQuiet={true} />
      </div>
    </Page>
  );
}
