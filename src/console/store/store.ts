/** The console's store: one SQLite file in the data directory, brought to the newest version when it is opened. */
import { DatabaseSync } from "node:sqlite";
import { fileError } from "../../sdk/c1z/container/file-errors.ts";
import { ConnectorTable } from "./connector-table.ts";
import { LogTable } from "./log-table.ts";
import { migrate } from "./migrations.ts";
import { PersonTable } from "./person-table.ts";
import { RunTable } from "./run-table.ts";
import { SecretVault } from "./secret-vault.ts";
import { newSalt, readStoreKey, type StoreKeyPlace } from "./store-key.ts";

/** What is kept between two starts of the console. */
export interface Store {
  readonly connectors: ConnectorTable;
  readonly runs: RunTable;
  readonly logs: LogTable;
  readonly persons: PersonTable;
  readonly secrets: SecretVault;
  /** Short facts about the console itself, by name. */
  readonly facts: { get(name: string): string | undefined; set(name: string, text: string): void };
  close(): void;
}

const saltName = "passphrase-salt";

/**
 * Opens the database at `path`, which must exist, be it empty.
 * @throws BatonError `CONSOLE-STORE-NEWER`, `CONSOLE-KEY` or `CONSOLE-WRONG-KEY`; then nothing was changed. What the disk refused.
 */
export async function openStore(path: string, key: Omit<StoreKeyPlace, "salt" | "hasSealed">): Promise<Store> {
  const db = new DatabaseSync(path);
  try {
    // Small writes all the time while pages are read: a write-ahead log waits for the disk at checkpoints only, which
    // makes a batch of lines hundreds of times as cheap. A power cut may take the last writes along, never the store.
    db.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on");
    migrate(db, path);
    const storeKey = await readStoreKey({ ...key, salt: () => saltOf(db), hasSealed: () => hasSealed(db) });
    const secrets = new SecretVault(db, storeKey);
    return {
      connectors: new ConnectorTable(db),
      runs: new RunTable(db),
      logs: new LogTable(db),
      persons: new PersonTable(db),
      secrets,
      facts: {
        get: (name) => textOf(db.prepare("select value from facts where name = ?").get(name)?.["value"]),
        set: (name, text) =>
          void db.prepare("insert or replace into facts (name, value) values (?, ?)").run(name, Buffer.from(text)),
      },
      close: () => db.close(),
    };
  } catch (caught) {
    db.close();
    throw fileError(caught, `open the store ${path}`, "The console was not started.");
  }
}

function textOf(value: unknown): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined;
}

function hasSealed(db: DatabaseSync): boolean {
  return db.prepare("select 1 from secrets limit 1").get() !== undefined;
}

/** Made with the first passphrase, and kept: another one would make another key. */
function saltOf(db: DatabaseSync): Buffer {
  const found = db.prepare("select value from facts where name = ?").get(saltName)?.["value"];
  if (found instanceof Uint8Array) return Buffer.from(found);
  const salt = newSalt();
  db.prepare("insert into facts (name, value) values (?, ?)").run(saltName, salt);
  return salt;
}
