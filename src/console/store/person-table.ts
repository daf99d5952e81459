/** People with a link of their own. Of a link only the hash of its token is kept: anyone who reads the store can open nothing. */
import { createHash, randomBytes } from "node:crypto";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Person, Role } from "../contract/reviews.ts";

const idBytes = 9;
const tokenBytes = 32;
/** A link is good for a quarter and some weeks. */
const lifeMs = 120 * 86_400_000;

/** The table of people. */
export class PersonTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Adds somebody. @returns them, and the token of their link, which is kept nowhere. */
  add(name: string, role: Role, nowMs: number): { readonly person: Person; readonly token: string } {
    const [id, token] = [randomBytes(idBytes).toString("base64url"), randomBytes(tokenBytes).toString("base64url")];
    const endMs = nowMs + lifeMs;
    this.#db
      .prepare(
        "insert into persons (id, name, role, token_sha256, created_at_ms, expires_at_ms) values (?, ?, ?, ?, ?, ?)",
      )
      .run(id, name, role, digestOf(token), nowMs, endMs);
    return { person: { id, name, role, createdAtMs: nowMs, expiresAtMs: endMs, lastSeenMs: null }, token };
  }

  /** Everybody, by name. */
  list(): readonly Person[] {
    return this.#db.prepare("select * from persons order by name, created_at_ms").all().map(toPerson);
  }

  get(id: string): Person | undefined {
    const row = this.#db.prepare("select * from persons where id = ?").get(id);
    return row && toPerson(row);
  }

  /** Whose token it is; undefined when it is nobody's, or its time is over. They count as seen. */
  redeem(token: string, nowMs: number): Person | undefined {
    const row = this.#db
      .prepare("update persons set last_seen_ms = ? where token_sha256 = ? and expires_at_ms > ? returning *")
      .get(nowMs, digestOf(token), nowMs);
    return row && toPerson(row);
  }

  /** Takes the link back. */
  remove(id: string): void {
    this.#db.prepare("delete from persons where id = ?").run(id);
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function toPerson(row: Readonly<Record<string, SQLOutputValue>>): Person {
  const seen = row["last_seen_ms"];
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    // Written by `add`, which takes nothing else.
    role: String(row["role"]) as Role,
    createdAtMs: Number(row["created_at_ms"]),
    expiresAtMs: Number(row["expires_at_ms"]),
    lastSeenMs: seen === null ? null : Number(seen),
  };
}
