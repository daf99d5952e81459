/** Everything that a file of any connector holds, as it was written: types, resources, entitlements and grants. */
import { useLocation } from "preact-iso";
import type { SourceInfo } from "../../contract/sources.ts";
import { SourceFrame } from "../access/source-frame.tsx";
import { SelectField } from "../design/field.tsx";
import { Tabs } from "../design/tabs.tsx";
import { ContentsTable } from "./contents-table.tsx";
import { ResourceScreen } from "./resource-screen.tsx";
import { readTablesQuery, type TableKind, type TablesQuery, tablesAddress } from "./tables-address.ts";
import { TypesOfFile } from "./types-of-file.tsx";

const parts: readonly { readonly show: TableKind; readonly text: string }[] = [
  { show: "resource-types", text: "Resource types" },
  { show: "resources", text: "Resources" },
  { show: "entitlements", text: "Entitlements" },
  { show: "grants", text: "Grants" },
];

/** The screen. */
export function TablesScreen({ source }: { readonly source: string }) {
  const query = readTablesQuery(useLocation().query);
  if (query.show === "resource") return <ResourceScreen source={source} type={query.type} id={query.id} />;
  return (
    <SourceFrame source={source} tab="contents">
      {(info) => (
        <>
          <Tabs
            label="Contents"
            isSub={true}
            tabs={parts.map(({ show, text }) => ({ href: tablesAddress(source, { show }), text }))}
            current={tablesAddress(source, { show: query.show })}
          />
          <Contents info={info} query={query} />
        </>
      )}
    </SourceFrame>
  );
}

interface ContentsProps {
  readonly info: SourceInfo;
  readonly query: TablesQuery;
}

function Contents({ info, query }: ContentsProps) {
  if (query.show === "resource-types") return <TypesOfFile info={info} />;
  const isNarrow = query.entitlement !== "" || query.principal !== "";
  return (
    <section class="card card-flush long-card" aria-label="Rows">
      {isNarrow && <Narrowed source={info.source} query={query} />}
      {query.show !== "grants" && <TypeFilter info={info} query={query} />}
      <ContentsTable source={info.source} query={query} />
    </section>
  );
}

function Narrowed({ source, query }: { readonly source: string; readonly query: TablesQuery }) {
  const { show, entitlement, principal } = query;
  return (
    <div class="list-head row-between">
      <p>
        {entitlement === "" ? "Held by " : "Grants of "}
        <code>{entitlement === "" ? principal : entitlement}</code>
      </p>
      <a href={tablesAddress(source, { show })}>Show all</a>
    </div>
  );
}

function TypeFilter({ info, query }: ContentsProps) {
  const { route } = useLocation();
  const options = [
    { value: "", label: "All types" },
    ...info.resourceTypes.map(({ id, name }) => ({ value: id, label: name || id })),
  ];
  return (
    <div class="list-head toolbar">
      <SelectField
        label="Resource type"
        value={query.type}
        options={options}
        onChange={(type) => route(tablesAddress(info.source, { show: query.show, type }), true)}
      />
    </div>
  );
}
