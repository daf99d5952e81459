/**
 * The reviews' figures, worked out from a file with nothing of ours but the generated message classes: zstd, SQLite and
 * SQL. What the page shows is held against them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { rowJson } from "../support/row-json.ts";

const magicBytes = 5;

/** A file as tables `account`, `team` and `held` of its one sync. */
export class SqlAnswers implements Disposable {
  readonly #database: DatabaseSync;

  /** @param scratch path of a database that may be written. */
  constructor(file: string, scratch: string) {
    writeFileSync(scratch, zstdDecompressSync(readFileSync(file).subarray(magicBytes)));
    this.#database = new DatabaseSync(scratch);
    this.#database.function("row_json", (data) => JSON.stringify(rowJson("resource", bytesOf(data))));
    this.#database.exec(tables);
  }

  /** The one number of a query. */
  count(query: string, ...values: readonly (string | number)[]): number {
    const [value] = Object.values(this.#database.prepare(query).get(...values) ?? {});
    return Number(value);
  }

  /** The first column of all rows. */
  list(query: string, ...values: readonly (string | number)[]): string[] {
    return this.#database
      .prepare(query)
      .all(...values)
      .map((row) => String(Object.values(row)[0]));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** An absent multi-factor status is unknown; one without its flag is no. */
const tables = `
create temp table row as
  select resource_type_id as type, substr(external_id, length(resource_type_id) + 2) as id, row_json(data) as data
  from v1_resources;
create table account as
  select row.id, row.data ->> 'displayName' as name,
    case trait.value ->> '$.status.status' when 'STATUS_ENABLED' then 'enabled' when 'STATUS_DISABLED' then 'disabled'
      else 'unknown' end as status,
    case when trait.value -> '$.mfaStatus' is null then 'unknown' when trait.value ->> '$.mfaStatus.mfaEnabled' then 'yes'
      else 'no' end as two_factor,
    trait.value ->> '$.lastLogin' as last_login
  from row, json_each(row.data, '$.annotations') as trait
  where row.type = 'user' and trait.value ->> '@type' like '%UserTrait';
create table team as
  select id, data ->> 'displayName' as name, data ->> '$.profile.visibility' as visibility from row where type = 'team';
create table held as
  select principal_resource_id as account, resource_type_id as type, resource_id as resource,
    substr(entitlement_id, length(resource_type_id) + length(resource_id) + 3) as slug
  from v1_grants;
`;

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("a row without data");
}
