/**
 * Secrets of connectors: sealed on disk when the console has a key, in memory until it stops when it has none. What is
 * sealed is bound to its connector and its name.
 */
import type { DatabaseSync } from "node:sqlite";
import { BatonError, Status } from "../../sdk/errors.ts";
import { seal, unseal } from "./sealed-text.ts";

/** Secrets that a connector can have. */
export type SecretName = "api-key" | "c1-client-secret";

const checkName = "key-check";
const checkText = "baton-cloudsmith console";

/** The secrets of one store. */
export class SecretVault {
  readonly #db: DatabaseSync;
  readonly #key: Buffer | undefined;
  readonly #inMemory = new Map<string, string>();

  /** @throws BatonError `CONSOLE-WRONG-KEY` when secrets are there that another key sealed. */
  constructor(db: DatabaseSync, key: Buffer | undefined) {
    this.#db = db;
    this.#key = key;
    if (key) this.#checkKey(key);
  }

  /** How secrets that are set now are kept. */
  get storage(): "encrypted" | "memory" {
    return this.#key ? "encrypted" : "memory";
  }

  /** Keeps a secret in the place of the one of this name. */
  set(connectorId: string, name: SecretName, value: string): void {
    if (!this.#key) {
      this.#inMemory.set(ownerOf(connectorId, name), value);
      // What an earlier console sealed is not the secret any more.
      this.#db.prepare("delete from secrets where connector_id = ? and name = ?").run(connectorId, name);
      return;
    }
    const sealed = seal(value, this.#key, ownerOf(connectorId, name));
    this.#db
      .prepare("insert or replace into secrets (connector_id, name, sealed) values (?, ?, ?)")
      .run(connectorId, name, sealed);
  }

  /**
   * The secret; undefined when none is kept, or when it was kept in the memory of a console that has stopped.
   * @throws BatonError `CONSOLE-SEALED` when it is sealed and cannot be opened.
   */
  get(connectorId: string, name: SecretName): string | undefined {
    const owner = ownerOf(connectorId, name);
    const remembered = this.#inMemory.get(owner);
    if (remembered !== undefined) return remembered;
    const sealed = this.#sealed(connectorId, name);
    if (sealed === undefined) return undefined;
    if (!this.#key) throw unopened("the console was started without the store's key");
    const opened = unseal(sealed, this.#key, owner);
    if (opened === undefined) throw unopened("what is stored was changed or damaged");
    return opened;
  }

  /** Where it is kept; undefined when it is not. */
  place(connectorId: string, name: SecretName): "encrypted" | "memory" | undefined {
    if (this.#inMemory.has(ownerOf(connectorId, name))) return "memory";
    return this.#sealed(connectorId, name) ? "encrypted" : undefined;
  }

  /** Forgets one secret. */
  forget(connectorId: string, name: SecretName): void {
    this.#inMemory.delete(ownerOf(connectorId, name));
    this.#db.prepare("delete from secrets where connector_id = ? and name = ?").run(connectorId, name);
  }

  #sealed(connectorId: string, name: SecretName): Uint8Array | undefined {
    const row = this.#db
      .prepare("select sealed from secrets where connector_id = ? and name = ?")
      .get(connectorId, name);
    const sealed = row?.["sealed"];
    return sealed instanceof Uint8Array ? sealed : undefined;
  }

  #checkKey(key: Buffer): void {
    const found = this.#db.prepare("select value from facts where name = ?").get(checkName)?.["value"];
    if (found instanceof Uint8Array && unseal(found, key, checkName) === checkText) return;
    const secrets = Number(this.#db.prepare("select count(*) as n from secrets").get()?.["n"]);
    if (secrets > 0) throw wrongKey(secrets);
    this.#db
      .prepare("insert or replace into facts (name, value) values (?, ?)")
      .run(checkName, seal(checkText, key, checkName));
  }
}

function ownerOf(connectorId: string, name: SecretName): string {
  return `${connectorId}/${name}`;
}

function unopened(reason: string): BatonError {
  return new BatonError({
    code: "CONSOLE-SEALED",
    status: Status.failedPrecondition,
    message: `The stored secret cannot be opened: ${reason}.`,
    effect: "Nothing was sent.",
    hint: "Start the console with the key that it had when the secret was saved, or enter the secret again.",
    fatal: true,
  });
}

function wrongKey(secrets: number): BatonError {
  return new BatonError({
    code: "CONSOLE-WRONG-KEY",
    status: Status.failedPrecondition,
    message: `The store holds ${secrets} secrets that were sealed with another key.`,
    effect: "The console was not started, and nothing was changed.",
    hint: "Start it with that key. Without any key it starts as well; secrets are then entered again.",
  });
}
