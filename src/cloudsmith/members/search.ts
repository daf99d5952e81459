/**
 * Finds single members, for targeted syncs. The API finds a member by slug only, and the slug can change; by its id a
 * member is found by walking the list, as far as needed and once for all that are looked for.
 */

import type { PageWalk } from "../../sdk/api/page-walk.ts";
import { Status, toBatonError } from "../../sdk/errors.ts";
import type { Member } from "../schemas.ts";
import type { Api as CloudsmithClient } from "./look-ups.ts";
import { passes } from "./notes.ts";

/** A member, and whether it is active as far as the row or its list tells. */
export interface FoundMember {
  readonly member: Member;
  readonly active: boolean | undefined;
}

/** Rows are not kept but for those without a slug, which could not be asked for again. */
interface Passed {
  readonly slug: string | undefined;
  readonly active: boolean | undefined;
  readonly kept: Member | undefined;
}

/** The search of one sync. */
export class MemberSearch {
  readonly #client: CloudsmithClient;
  readonly #orgSlug: string;
  readonly #signal: AbortSignal;
  /** By user id: whom the walk has passed. */
  readonly #passed = new Map<string, Passed>();
  readonly #idBySlug = new Map<string, string>();
  #turn: Promise<unknown> = Promise.resolve();
  #passesLeft: readonly string[] = passes;
  #walk: PageWalk<Member> | undefined;
  #nextPage = 1;

  constructor(client: CloudsmithClient, orgSlug: string, signal: AbortSignal) {
    this.#client = client;
    this.#orgSlug = orgSlug;
    this.#signal = signal;
  }

  /** The member of that `user_id`; undefined when the list does not show it. */
  byId(userId: string): Promise<FoundMember | undefined> {
    return this.#inTurn(async () => {
      const passed = this.#passed.get(userId);
      if (passed) return await this.#askAgain(userId, passed);
      for (;;) {
        const page = await this.#readPage();
        const found = page?.find(({ member }) => member.user_id === userId);
        if (found || !page) return found;
      }
    });
  }

  /** The `user_id` behind a user's slug; undefined when the list does not show it. */
  idOf(userSlug: string): Promise<string | undefined> {
    return this.#inTurn(async () => {
      while (!this.#idBySlug.has(userSlug)) if (!(await this.#readPage())) break;
      return this.#idBySlug.get(userSlug);
    });
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#walk?.stop();
  }

  /** A walk takes one caller at a time, and a waiting caller may want somebody whom the one before passes. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The next members of the list; undefined at the end of the last pass. */
  async #readPage(): Promise<readonly FoundMember[] | undefined> {
    const [pass, ...rest] = this.#passesLeft;
    if (!pass) return undefined;
    this.#walk ??= this.#client.walkMembers(this.#orgSlug, { active: pass === "active", signal: this.#signal });
    const { items, isLast } = await this.#walk.page(this.#nextPage);
    this.#nextPage++;
    if (isLast) {
      this.#passesLeft = rest;
      this.#walk = undefined;
      this.#nextPage = 1;
    }
    return items
      .filter((member) => !this.#passed.has(member.user_id))
      .map((member) => this.#pass(member, member.is_active ?? (pass === "active" ? true : undefined)));
  }

  #pass(member: Member, active: boolean | undefined): FoundMember {
    this.#passed.set(member.user_id, {
      slug: member.user,
      active,
      kept: member.user === undefined ? member : undefined,
    });
    if (member.user !== undefined) this.#idBySlug.set(member.user, member.user_id);
    return { member, active };
  }

  async #askAgain(userId: string, { slug, active, kept }: Passed): Promise<FoundMember | undefined> {
    if (kept) return { member: kept, active };
    if (slug === undefined) return undefined;
    try {
      const member = await this.#client.member(this.#orgSlug, slug, { signal: this.#signal });
      return member.user_id === userId ? { member, active: member.is_active ?? active } : undefined;
    } catch (caught) {
      if (toBatonError(caught).status === Status.notFound) return undefined;
      throw caught;
    }
  }
}
