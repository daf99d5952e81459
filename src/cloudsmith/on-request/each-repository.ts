/** What is asked of each repository of a sync, one after the other. */
import { segment } from "../../sdk/api/api-client.ts";
import { askWhileThere } from "../../sdk/api/asking.ts";
import { OncePer } from "../../sdk/api/child-syncer.ts";
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import type { BatonError } from "../../sdk/errors.ts";
import type { Api, Endpoint } from "../client.ts";
import { unlessUnseen } from "../errors.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { type RepositoryRow, repositoryRow } from "./records.ts";
import { sign } from "./signs.ts";

/** One repository by slug. */
const repository: Endpoint<RepositoryRow> = {
  path: (org, slug) => `/repos/${segment(org)}/${segment(slug)}/`,
  subject: "list",
  check: repositoryRow,
};

/** A new repository may be unknown for so long, milliseconds (Cloudsmith API: consistency). */
const patienceMs = 60_000;

/** Where one is asked. */
export interface AskedOf {
  readonly client: Api;
  readonly org: string;
  readonly signal: AbortSignal;
}

/** Says that a repository is another organization's by its row: then it is not known whose the list is. */
export function warnOfForeign(
  { slug: repository, namespace }: RepositoryRow,
  { organization }: OrganizationReading,
  { warn }: Pick<ListOptions, "warn">,
): void {
  if (namespace === undefined || namespace.toLowerCase() === organization.slug.toLowerCase()) return;
  warn(sign("CS-REPOSITORY-FOREIGN", { repository, namespace }));
}

/** What is not shown of a repository; `why` is undefined where a 404 hides it. */
export class Unseen {
  readonly why: BatonError | undefined;

  constructor(why: BatonError | undefined) {
    this.why = why;
  }
}

/**
 * The answers to one question about each repository, by slug: `gone` where there is none any more. A 404 is asked again
 * while the repository is there, for a minute in all of them, as a server may hide by it.
 */
export function ofEachRepository<T extends object>(ask: (slug: string, asked: AskedOf) => Promise<T>) {
  return new OncePer(({ client, organization, asked: { clock } }: OrganizationReading) => {
    const org = organization.slug;
    let untilMs: number | undefined;
    return new AnswersAhead<T | "gone" | Unseen>(async (slug, signal) => {
      const isThere = async (): Promise<boolean> => {
        untilMs ??= clock.monotonicMs() + patienceMs;
        return (await unlessUnseen(client.record(repository, org, slug, { signal }))) !== undefined;
      };
      const leftMs = untilMs === undefined ? patienceMs : untilMs - clock.monotonicMs();
      const asking = askWhileThere(() => ask(slug, { client, org, signal }), isThere, {
        clock,
        signal,
        patienceMs: leftMs,
      });
      let why: BatonError | undefined;
      const answer = await unlessUnseen(asking, (error) => {
        why = error;
      });
      return answer === undefined || answer === "withheld" ? new Unseen(why) : answer;
    });
  });
}

/** Answers that are asked for ahead; the limiter of the client bounds them as it does pages. */
const answersAhead = 8;

/** Answers to one question for each of many things, a few of them asked ahead of the one that is wanted. */
class AnswersAhead<T> {
  readonly #ask: (key: string, signal: AbortSignal) => Promise<T>;
  readonly #asked = new Map<string, Promise<T>>();
  #keys: readonly string[] = [];
  #places: ReadonlyMap<string, number> | undefined;

  constructor(ask: (key: string, signal: AbortSignal) => Promise<T>) {
    this.#ask = ask;
  }

  /** The answer for `key`; `keys` gives all in the order in which they will be wanted. */
  async get(
    key: string,
    { keys, signal }: { readonly keys: () => readonly string[]; readonly signal: AbortSignal },
  ): Promise<T> {
    this.#places ??= this.#order(keys());
    const wanted = this.#begin(key, signal);
    const next = (this.#places.get(key) ?? this.#keys.length) + 1;
    for (const later of this.#keys.slice(next, next + answersAhead)) void this.#begin(later, signal);
    try {
      return await wanted;
    } finally {
      this.#asked.delete(key);
    }
  }

  #order(keys: readonly string[]): ReadonlyMap<string, number> {
    this.#keys = keys;
    return new Map(keys.map((key, place) => [key, place]));
  }

  #begin(key: string, signal: AbortSignal): Promise<T> {
    const known = this.#asked.get(key);
    if (known) return known;
    const asked = this.#ask(key, signal);
    // It is thrown when it is this one's turn.
    asked.catch(() => {});
    this.#asked.set(key, asked);
    return asked;
  }
}
