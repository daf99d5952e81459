/** The store's tables, as the steps that lead to them. Steps are never changed once released; later ones are added. */
import type { DatabaseSync } from "node:sqlite";
import { BatonError, Status } from "../../sdk/errors.ts";

/** Step n leads from version n to n + 1. */
export const migrations: readonly string[] = [
  // 1: connectors, their secrets and their runs.
  `create table facts (name text primary key, value blob not null) strict;
   create table connectors (
     id text primary key,
     name text not null,
     mode text not null,
     owner text not null,
     is_sample integer not null,
     is_paused integer not null,
     settings text not null,
     key_facts text,
     schedule text not null,
     schedule_since_ms integer not null,
     retry_at_ms integer,
     created_at_ms integer not null,
     current_run_id text,
     dismissed_run_id text
   ) strict;
   create table secrets (
     connector_id text not null,
     name text not null,
     sealed blob not null,
     primary key (connector_id, name)
   ) strict;
   create table runs (
     seq integer primary key,
     run_id text not null unique,
     connector_id text not null,
     started_by text not null,
     started_at_ms integer not null,
     ended_at_ms integer,
     result text,
     detail text not null,
     file_bytes integer,
     file_sha256 text
   ) strict;
   create index runs_of_connector on runs (connector_id, seq);`,
  // 2: lines of the log.
  `create table log_lines (
     seq integer primary key autoincrement,
     connector_id text not null,
     run_id text,
     time_ms integer not null,
     level integer not null,
     message text not null,
     fields text not null
   ) strict;
   create index log_lines_of_connector on log_lines (connector_id, level, seq);`,
  // 3: whether the service of a connector runs, so that it does after a restart of the console as well.
  "alter table connectors add column runs_service integer not null default 0",
  // 4: where a secret may be sent; so far that was wherever its connector's settings said.
  `alter table secrets add column destination text not null default '';
   update secrets set destination = coalesce((
     select json_extract(settings, case name when 'api-key' then '$.baseUrl' else '$.c1ClientId' end)
     from connectors where id = connector_id
   ), '')`,
  // 5: people with a link of their own.
  `create table persons (
     id text primary key,
     name text not null,
     role text not null,
     token_sha256 blob not null unique,
     created_at_ms integer not null,
     expires_at_ms integer not null,
     last_seen_ms integer
   ) strict;`,
];

/**
 * Brings the database to the newest version, each step as a whole or not at all.
 * @throws BatonError `CONSOLE-STORE-NEWER` when a later version of the program has written it.
 */
export function migrate(db: DatabaseSync, path: string, steps: readonly string[] = migrations): void {
  const version = checkVersion(db, path, steps.length);
  for (const [step, sql] of steps.entries()) {
    if (step < version) continue;
    db.exec("begin immediate");
    try {
      db.exec(sql);
      db.exec(`pragma user_version = ${step + 1}`);
      db.exec("commit");
    } catch (caught) {
      // A full disk has ended the transaction already.
      if (db.isTransaction) db.exec("rollback");
      throw caught;
    }
  }
}

/** The version of the database. @throws BatonError `CONSOLE-STORE-NEWER` when it is later than the known one. */
export function checkVersion(db: DatabaseSync, path: string, known: number = migrations.length): number {
  const version = Number(db.prepare("pragma user_version").get()?.["user_version"]);
  if (version > known) throw newer(path, version, known);
  return version;
}

function newer(path: string, found: number, known: number): BatonError {
  return new BatonError({
    code: "CONSOLE-STORE-NEWER",
    status: Status.failedPrecondition,
    message: `${path} was written by a later version of this program (store version ${found}, known is ${known}).`,
    effect: "The console was not started, and nothing was changed.",
    hint: "Start the later version, or give another --data-dir.",
  });
}
