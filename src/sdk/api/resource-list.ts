/**
 * A list of an API as a syncer gives it: pages of resources, of a list that is read until it is known to be whole, told of
 * as it is read. The session that keeps what was seen comes with the first page. Knows no product.
 */
import type { ListOptions, Page, SessionStore } from "../contracts/connector.ts";
import type { Resource } from "../contracts/model.ts";
import type { BegunSource } from "./api-client.ts";
import { type AskWhileThereOptions, askWhileThere } from "./asking.ts";
import type { ListMemory } from "./list-memory.ts";
import { type ListWords, tellOfStep } from "./list-words.ts";
import { MovingList, type MovingListOptions } from "./moving-list.ts";
import { type Note, plainNotes } from "./notes.ts";

/** What is read, and how it is told of. */
export interface ResourceListOptions<Row, N extends Note>
  extends Pick<MovingListOptions<Row, N>, "name" | "idOf" | "noteOf" | "nowMs">,
    Partial<Pick<MovingListOptions<Row, N>, "passOf" | "codec" | "observer" | "mayLookUp">> {
  /** From `sourceOf`. */
  readonly source: BegunSource<Row>;
  readonly words: ListWords;
  /**
   * What the list belongs to: `find` throws when that is not there. While it is, a list that is missing is asked for again
   * for a minute. Default: it is asked for once.
   */
  readonly parent?: Pick<AskWhileThereOptions, "clock"> & { find(signal: AbortSignal): Promise<unknown> };
}

/** One list, sync after sync; one caller at a time. */
export class ResourceList<Row, N extends Note = Note> {
  readonly #options: ResourceListOptions<Row, N>;
  #reading: { readonly session: SessionStore; readonly list: MovingList<Row, N> } | undefined;

  /** Sends nothing yet. */
  constructor(options: ResourceListOptions<Row, N>) {
    this.#options = options;
  }

  /** Asks for the first pages of every pass, which will be needed; the second time it does nothing. */
  begin(signal: AbortSignal): void {
    this.#options.source.begin(signal);
  }

  /** What was read so far. */
  memory(session: SessionStore): ListMemory<N> {
    return this.#list(session).memory;
  }

  /** One page. What `toResource` throws leaves the page unread. */
  async page(
    options: ListOptions,
    toResource: (row: Row, note: N) => Resource | Promise<Resource>,
  ): Promise<Page<Resource>> {
    const list = this.#list(options.session);
    const { words, parent } = this.#options;
    const { signal } = options;
    let items: Resource[] = [];
    const take = () => {
      items = [];
      return list.step(options.pageToken, signal, async (rows) => {
        for (const { row, note } of rows) {
          const made = toResource(row, note);
          items.push(made instanceof Promise ? await made : made);
        }
      });
    };
    const isThere = async () => (await parent?.find(signal)) !== undefined;
    const step = parent ? await askWhileThere(take, isThere, { clock: parent.clock, signal }) : await take();
    if (typeof step === "string") {
      tellOfStep(list, { events: [{ kind: "withheld" }] }, words, options);
      return { items: [], nextPageToken: "" };
    }
    tellOfStep(list, step, words, options);
    const { nextToken: nextPageToken, beginsAnew, toCome } = step;
    return { items, nextPageToken, ...(beginsAnew && { beginsAnew }), ...(toCome !== undefined && { toCome }) };
  }

  /** True for the last page of a list that was found whole. */
  isEnd({ nextPageToken }: Page<Resource>, session: SessionStore): boolean {
    return nextPageToken === "" && this.memory(session).endedAtMs !== undefined;
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#options.source.stop();
    this.#reading?.list.stop();
  }

  /** Each sync has a session of its own, and with it a reading. */
  #list(session: SessionStore): MovingList<Row, N> {
    if (this.#reading?.session === session) return this.#reading.list;
    this.#reading?.list.stop();
    const { passes } = this.#options.source;
    const [first = ""] = passes;
    const list = new MovingList<Row, N>({
      codec: plainNotes<N>(),
      passOf: () => first,
      mayLookUp: () => false,
      ...this.#options,
      session,
      passes,
    });
    this.#reading = { session, list };
    return list;
  }
}
