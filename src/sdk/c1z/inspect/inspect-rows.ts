/** Decodes every row of a c1z's database and compares it with its columns. Memory does not grow with the file. */
import type { DatabaseSync } from "node:sqlite";
import { BatonError } from "../../errors.ts";
import { decodeEntitlement, decodeGrant, decodeResource, decodeResourceType } from "../../proto/decode.ts";
import { parseGoTime } from "../container/go-time.ts";
import { type Row, resourceKey } from "../scratch/row-sql.ts";
import { columnsOf, type TableName } from "../scratch/schema.ts";
import type { InspectProblems } from "./inspect-problems.ts";

/** What the columns of a row should be; a column that is not named may be anything. */
type Expected = Readonly<Record<string, string | null>>;

const expectations = {
  v1_resource_types: (data) => ({ external_id: decodeResourceType(data).id }),
  v1_resources: (data) => {
    const { id, parentResourceId: parent } = decodeResource(data);
    return {
      external_id: resourceKey(id),
      resource_type_id: id.resourceType,
      parent_resource_type_id: parent?.resourceType ?? null,
      parent_resource_id: parent?.resource ?? null,
    };
  },
  v1_entitlements: (data) => {
    const { id, resource } = decodeEntitlement(data);
    return { external_id: id, resource_type_id: resource.id.resourceType, resource_id: resource.id.resource };
  },
  v1_grants: expectedOfGrant,
} as const satisfies Partial<Record<TableName, (data: Uint8Array, row: Row) => Expected>>;

/** Checks all rows of all syncs. */
export function inspectRows(db: DatabaseSync, problems: InspectProblems): void {
  for (const [table, expect] of Object.entries(expectations)) {
    const present = columnsOf(db, table as keyof typeof expectations); // the keys of the object itself
    if (!present.has("data")) continue;
    for (const row of db.prepare(`select * from ${table}`).iterate()) {
      inspectRow(table, row, expect, problems);
    }
  }
}

function inspectRow(
  table: string,
  row: Row,
  expect: (data: Uint8Array, row: Row) => Expected,
  problems: InspectProblems,
): void {
  const id = String(row["external_id"]);
  // Some writers bound the bytes as text, which reads as long as they survived it.
  const data = typeof row["data"] === "string" ? Buffer.from(row["data"]) : row["data"];
  if (!(data instanceof Uint8Array)) {
    problems.fail("rows", table, "a row holds no message", id);
    return;
  }
  try {
    for (const [column, expected] of Object.entries(expect(data, row))) {
      const actual = row[column];
      if (actual === undefined || actual === expected) continue;
      const example = `${id}: ${String(actual)} instead of ${String(expected)}`;
      problems.fail("columns", table, `${column} differs from the row`, example);
    }
  } catch (caught) {
    if (!(caught instanceof BatonError)) throw caught;
    problems.fail("rows", table, "a row cannot be decoded", `${id}: ${caught.message}`);
  }
  const { discovered_at: time } = row;
  if (time !== undefined && parseGoTime(String(time)) === undefined) {
    problems.warn("columns", table, "discovered_at is no time", `${id}: ${String(time)}`);
  }
}

/** A slim grant keeps what it names in its columns alone; then there is nothing to compare. */
function expectedOfGrant(data: Uint8Array, row: Row): Expected {
  const { expansion } = row;
  const grant = decodeGrant(data, expansion instanceof Uint8Array && expansion.length > 0 ? { expansion } : {});
  const { entitlement, principal } = grant;
  return {
    ...unlessEmpty("external_id", grant.id),
    ...unlessEmpty("entitlement_id", entitlement.id),
    ...unlessEmpty("resource_type_id", entitlement.resource.resourceType),
    ...unlessEmpty("resource_id", entitlement.resource.resource),
    ...unlessEmpty("principal_resource_type_id", principal.resourceType),
    ...unlessEmpty("principal_resource_id", principal.resource),
  };
}

function unlessEmpty(column: string, value: string): Expected {
  return value === "" ? {} : { [column]: value };
}
