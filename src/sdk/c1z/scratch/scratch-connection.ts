/** How a connection to a scratch database is set up, on either thread. */
import type { DatabaseSync } from "node:sqlite";

/** Measured: a small cache builds the indexes faster than a large one, because it bounds the sorter's runs. */
const cacheKib = 4 * 1024;
/** Longer than any commit takes, which is what the other connection is waited for. */
const busyMs = 60_000;

/** Settings that count for this connection only. */
export function configureConnection(db: DatabaseSync): void {
  db.enableDefensive(true);
  db.exec(`
    pragma cache_size = -${cacheKib};
    pragma journal_mode = truncate;
    pragma synchronous = off;
    pragma secure_delete = on;
    pragma trusted_schema = off;
    pragma cell_size_check = on;
  `);
}

/** Makes a connection wait while another one commits. */
export function share(db: DatabaseSync): void {
  db.exec(`pragma busy_timeout = ${busyMs}`);
}
