/** Everything that a file of any connector holds, as it was written: types, resources, entitlements and grants. */
import { useLocation } from "preact-iso";
import type { SourceInfo } from "../../contract/sources.ts";
import { SourceFrame } from "../access/source-frame.tsx";
import { SelectField } from "../design/field.tsx";
import { formatCount } from "../design/format.ts";
import { Table } from "../rows/table.tsx";
import { ContentsTable } from "./contents-table.tsx";
import { ResourceScreen } from "./resource-screen.tsx";
import { readTablesQuery, type TableKind, type TablesQuery, tablesAddress } from "./tables-address.ts";

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
          <nav class="subnav" aria-label="Contents">
            {parts.map(({ show, text }) => (
              <a
                key={show}
                href={tablesAddress(source, { show })}
                {...(show === query.show ? { "aria-current": "page" as const } : {})}
              >
                {text}
              </a>
            ))}
          </nav>
          <Contents source={source} info={info} query={query} />
        </>
      )}
    </SourceFrame>
  );
}

interface ContentsProps {
  readonly source: string;
  readonly info: SourceInfo;
  readonly query: TablesQuery;
}

function Contents({ source, info, query }: ContentsProps) {
  if (query.show === "resource-types") return <Types source={source} info={info} />;
  const isNarrow = query.entitlement !== "" || query.principal !== "";
  return (
    <section class="card card-flush long-card" aria-label="Rows">
      {isNarrow && <Narrowed source={source} query={query} />}
      {query.show !== "grants" && <TypeFilter source={source} info={info} query={query} />}
      <ContentsTable source={source} query={query} />
    </section>
  );
}

function Narrowed({ source, query }: Omit<ContentsProps, "info">) {
  const { show, entitlement, principal } = query;
  return (
    <div class="list-head row-between">
      <p>
        {entitlement === "" ? "Held by " : "Grants of "}
        <span class="mono">{entitlement === "" ? principal : entitlement}</span>
      </p>
      <a href={tablesAddress(source, { show })}>Show all</a>
    </div>
  );
}

function TypeFilter({ source, info, query }: ContentsProps) {
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
        onChange={(type) => route(tablesAddress(source, { show: query.show, type }), true)}
      />
    </div>
  );
}

function Types({ source, info }: Omit<ContentsProps, "query">) {
  return (
    <section class="card card-flush" aria-label="Resource types">
      <Table
        caption="Resource types in the file"
        rows={info.resourceTypes}
        rowKey={({ id }) => id}
        columns={[
          { key: "name", title: "Name", isRowHeader: true, cell: ({ name, id }) => name || id },
          { key: "id", title: "Id", cell: ({ id }) => <span class="mono">{id}</span> },
          {
            key: "count",
            title: "Resources",
            isNumber: true,
            cell: ({ id, count }) => (
              <a href={tablesAddress(source, { show: "resources", type: id })}>{formatCount(count)}</a>
            ),
          },
          {
            key: "entitlements",
            title: "Entitlements",
            cell: ({ id }) => <a href={tablesAddress(source, { show: "entitlements", type: id })}>Show</a>,
          },
        ]}
      />
    </section>
  );
}
