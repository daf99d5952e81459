/** The resource types of a file: what each stands for, and the way to what there is of it. */
import type { SourceInfo } from "../../contract/sources.ts";
import type { InfoProps } from "../access/source-frame.tsx";
import { Card } from "../design/card.tsx";
import { formatCount } from "../design/format.ts";
import { Table } from "../rows/table.tsx";
import { tablesAddress } from "./tables-address.ts";

/** A card with them. */
export function TypesOfFile({ info: { source, resourceTypes } }: InfoProps) {
  return (
    <Card title="Resource types" isFlush={true}>
      <Table
        caption="Resource types in the file"
        rows={resourceTypes}
        rowKey={({ id }) => id}
        columns={[
          { key: "name", title: "Type", isRowHeader: true, cell: ({ id, name }) => name || id },
          { key: "id", title: "Id", cell: ({ id }) => <code>{id}</code> },
          { key: "part", title: "Stands for", cell: (type) => partOf(type) },
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
    </Card>
  );
}

function partOf({ isAccount, isTeam, isOrganization }: SourceInfo["resourceTypes"][number]): string {
  if (isAccount) return "People";
  if (isTeam) return "Teams";
  return isOrganization ? "Organization" : "Other resources";
}
