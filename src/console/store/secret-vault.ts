/**
 * Secrets of connectors: sealed on disk when the console has a key, in memory until it stops when it has none. What is
 * kept is bound to its connector, its name and the place that it may be sent to: it opens for no other, whatever is
 * changed in the settings, in the file or in a back-up.
 */
import type { DatabaseSync } from "node:sqlite";
import { BatonError, Status } from "../../sdk/errors.ts";
import { seal, unseal } from "./sealed-text.ts";

/** Secrets that a connector can have. */
export type SecretName = "api-key" | "c1-client-secret" | "webhook-url";

const checkName = "key-check";
const checkText = "baton-cloudsmith console";

/** The secrets of one store. */
export class SecretVault {
  readonly #db: DatabaseSync;
  readonly #key: Buffer | undefined;
  readonly #inMemory = new Map<string, { readonly value: string; readonly destination: string }>();

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

  /** Keeps a secret in the place of the one of this name. @param destination the one place that it may be sent to. */
  set(connectorId: string, name: SecretName, value: string, destination: string): void {
    this.forget(connectorId, name);
    if (!this.#key) {
      this.#inMemory.set(ownerOf(connectorId, name), { value, destination });
      return;
    }
    const sealed = seal(value, this.#key, bound(connectorId, name, destination));
    this.#db
      .prepare("insert into secrets (connector_id, name, sealed, destination) values (?, ?, ?, ?)")
      .run(connectorId, name, sealed, destination);
  }

  /**
   * The secret; undefined when none is kept, or when it was kept in the memory of a console that has stopped.
   * @param destination where it is to be sent now.
   * @throws BatonError `CONSOLE-SEALED` when it is sealed and cannot be opened, `CONSOLE-OTHER-HOST` when it was entered
   * for another place.
   */
  get(connectorId: string, name: SecretName, destination: string): string | undefined {
    const remembered = this.#inMemory.get(ownerOf(connectorId, name));
    this.refuseElsewhere(connectorId, name, destination);
    if (remembered) return remembered.value;
    const row = this.#sealed(connectorId, name);
    if (row === undefined) return undefined;
    if (!this.#key) throw unopened("the console was started without the store's key");
    const opened = unseal(row.sealed, this.#key, bound(connectorId, name, destination));
    if (opened !== undefined) return opened;
    // An earlier version did not seal where it goes; it is bound now to what its settings said at the step to this one.
    const unbound = unseal(row.sealed, this.#key, ownerOf(connectorId, name));
    if (unbound === undefined) throw unopened("what is stored was changed or damaged");
    this.set(connectorId, name, unbound, destination);
    return unbound;
  }

  /** @throws BatonError `CONSOLE-OTHER-HOST` when a secret of this name is kept for another place. */
  refuseElsewhere(connectorId: string, name: SecretName, destination: string): void {
    const kept = this.#inMemory.get(ownerOf(connectorId, name)) ?? this.#sealed(connectorId, name);
    if (kept && kept.destination !== destination) throw otherHost(kept.destination);
  }

  /** Where it is kept; undefined when it is not. */
  place(connectorId: string, name: SecretName): "encrypted" | "memory" | undefined {
    if (this.#inMemory.has(ownerOf(connectorId, name))) return "memory";
    return this.#sealed(connectorId, name) ? "encrypted" : undefined;
  }

  /** Forgets the secrets of a connector. */
  forgetAll(connectorId: string): void {
    for (const name of ["api-key", "c1-client-secret"] as const) this.forget(connectorId, name);
  }

  /** Forgets one secret. */
  forget(connectorId: string, name: SecretName): void {
    this.#inMemory.delete(ownerOf(connectorId, name));
    this.#db.prepare("delete from secrets where connector_id = ? and name = ?").run(connectorId, name);
  }

  #sealed(connectorId: string, name: SecretName): { sealed: Uint8Array; destination: string } | undefined {
    const row = this.#db
      .prepare("select sealed, destination from secrets where connector_id = ? and name = ?")
      .get(connectorId, name);
    const { sealed, destination } = row ?? {};
    return sealed instanceof Uint8Array ? { sealed, destination: String(destination ?? "") } : undefined;
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

/** What a secret is sealed with: as JSON, so that no two can be written alike. */
function bound(connectorId: string, name: SecretName, destination: string): string {
  return JSON.stringify([connectorId, name, destination]);
}

function otherHost(destination: string): BatonError {
  return new BatonError({
    code: "CONSOLE-OTHER-HOST",
    status: Status.failedPrecondition,
    message: `The stored secret was entered for ${destination || "another host"} and goes nowhere else.`,
    effect: "Nothing was sent and nothing was changed.",
    hint: "Enter it again together with the new address.",
    fatal: true,
  });
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
    hint: "Start it with that key. With --keys-in-memory it starts as well; secrets are then entered again.",
  });
}
