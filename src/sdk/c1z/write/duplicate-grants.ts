/** Removes grants that were appended twice: what remains is what an upsert of each would have left. */
import type { DatabaseSync } from "node:sqlite";

const groups = `select external_id, sync_id, min(id) as first_id, max(id) as last_id
  from v1_grants group by external_id, sync_id having count(*) > 1`;

/**
 * Of all rows with one id in one sync the first stays where it is and takes the data and expansion of the last
 * (Go SDK: upsert replaces only these).
 */
export function mergeDuplicateGrants(db: DatabaseSync): void {
  db.exec(`
    create index temporary_grant_ids on v1_grants (external_id, sync_id);
    create temp table duplicate_grants (first_id integer primary key, last_id integer, external_id text, sync_id text);
    insert into duplicate_grants (external_id, sync_id, first_id, last_id) ${groups};
    update v1_grants set (data, expansion, needs_expansion) =
        (select last.data, last.expansion, last.needs_expansion from duplicate_grants d
          join v1_grants last on last.id = d.last_id where d.first_id = v1_grants.id)
      where id in (select first_id from duplicate_grants);
    delete from v1_grants where id in
      (select g.id from duplicate_grants d cross join v1_grants g
        where g.external_id = d.external_id and g.sync_id = d.sync_id and g.id <> d.first_id);
    drop table duplicate_grants;
    drop index temporary_grant_ids;
  `);
}
