/** Finds the ids of members that a group or a privilege names by login. Knows no product. */
import type { ListOptions } from "../../contracts/connector.ts";
import type { ListMemory } from "../list-memory.ts";
import type { Note } from "../notes.ts";

/** The id of a member by login, as asked for by itself; undefined when there is none. */
export type FindMemberId = (login: string, options: ListOptions) => Promise<string | undefined>;

/** Ids by login, of members in the file. Each login that the list does not show is asked for once. */
export class MemberIds {
  readonly #find: FindMemberId;
  readonly #asked = new Map<string, string | undefined>();

  constructor(find: FindMemberId) {
    this.#find = find;
  }

  /** The id; somebody may have been renamed after the list was read, or is named in another case. */
  async of(login: string, memory: ListMemory<Note>, options: ListOptions): Promise<string | undefined> {
    const listed = memory.idOf(login);
    if (listed !== undefined) return listed;
    if (!this.#asked.has(login)) {
      const id = await this.#find(login, options);
      this.#asked.set(login, id !== undefined && memory.has(id) ? id : memory.idLike(login));
    }
    return this.#asked.get(login);
  }

  /** Those that have to be asked for yet. */
  unknown(logins: readonly string[], memory: ListMemory<Note>): readonly string[] {
    return logins.filter((login) => memory.idOf(login) === undefined && !this.#asked.has(login));
  }
}
