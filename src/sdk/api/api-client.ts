/**
 * A client of an API whose addresses are a table: single records, and lists of numbered pages. Checked records come out,
 * errors with a meaning are thrown. Only GET exists. Knows no product.
 */
import type { ConnectorStats } from "../contracts/connector.ts";
import { Status, toBatonError } from "../errors.ts";
import { createHttpClient, type HttpClient, type HttpClientOptions, type JsonRequest } from "../http/http-client.ts";
import type { HttpFailure } from "../http/http-failure.ts";
import type { ApiFailures } from "./api-failures.ts";
import { type Check, Mismatch } from "./json-check.ts";
import { ListSearch } from "./list-search.ts";
import type { ListSource } from "./moving-list.ts";
import {
  type NumberedList,
  NumberedLists,
  type NumberedListsOptions,
  type NumberedPage,
  type ReadRows,
} from "./numbered-lists.ts";
import { type PageResult, type PageWalk, readPaging } from "./page-walk.ts";
import type { Question, Refusing } from "./questions.ts";

/** An address that answers with one record. */
export interface Endpoint<T, Subject extends string = string> {
  /** What is asked for, in the words of {@link ApiErrors}. */
  readonly subject: Subject;
  readonly check: Check<T>;
  /**
   * Below the base URL. `scope` is what everything is asked of, such as an organization, `id` one thing in it; both are
   * encoded by {@link segment}.
   */
  readonly path: (scope: string, id: string) => string;
  readonly query?: JsonRequest["query"];
}

/** An address that answers with pages of records. */
export interface List<Row, Subject extends string = string> extends Omit<Endpoint<readonly Row[], Subject>, "path"> {
  readonly path: (scope: string) => string;
  readonly idOf: (row: Row) => string;
  /** Names of the orders that can be asked for, the usual one first; empty where none is documented. */
  readonly orders: readonly string[];
}

/** What makes the errors of a product. */
export interface ApiErrors<Subject extends string> extends Pick<ApiFailures, "read" | "endless"> {
  /** What `describe` of a request for `subject` is. */
  about(subject: Subject, scope: string): JsonRequest["describe"];
}

/** What every call gets. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** True for a question on which nothing depends: while the server is in trouble it is not asked for minutes. */
  readonly isOptional?: boolean;
}

/** How a list is asked for; default: full pages in the usual order. */
export interface ListAsked extends CallOptions {
  readonly question?: Question | undefined;
}

/** What a client needs. */
export interface ApiClientOptions<Subject extends string> extends Omit<NumberedListsOptions, "http" | "failures"> {
  readonly http: HttpClientOptions;
  readonly errors: ApiErrors<Subject>;
  /** The query of one page; `order` is undefined where none is documented. */
  readonly pageQuery: (page: NumberedPage, order: string | undefined) => NonNullable<JsonRequest["query"]>;
}

/** Reads one API. Methods throw what `errors` make, and the signal's reason when it aborts. */
export class ApiClient<Subject extends string> {
  readonly #http: HttpClient;
  readonly #options: ApiClientOptions<Subject>;
  readonly #lists: NumberedLists;

  /** Sends nothing yet. */
  constructor(options: ApiClientOptions<Subject>) {
    this.#options = options;
    this.#http = createHttpClient(options.http);
    this.#lists = new NumberedLists({ ...options, http: this.#http, failures: options.errors });
  }

  /** One record. */
  async record<T>(
    { subject, check, path, query = {} }: Endpoint<T, Subject>,
    scope: string,
    id: string,
    { signal, isOptional = false }: CallOptions,
  ): Promise<T> {
    const { errors } = this.#options;
    const address = path(scope, id);
    const describe = errors.about(subject, scope);
    const asked = { path: address, query, signal, describe, ...(isOptional && { isHopeless: isLongTrouble }) };
    const { json, headers } = await this.#http.getJson(asked);
    const { pageTotal = 1 } = readPaging(headers, { page: 1, pageSize: 1, rows: 1 });
    return errors.read(pageTotal > 1 ? () => refusePart(json, pageTotal) : check, json, address);
  }

  /** A short list, in one go. */
  records<Row>(list: List<Row, Subject>, scope: string, { signal }: CallOptions): Promise<ReadRows<Row>> {
    return this.#lists.all(this.#asked(list, scope, { signal }), signal);
  }

  /** One page of a list; a page past the end is empty and last. */
  page<Row>(
    list: List<Row, Subject>,
    scope: string,
    asked: ListAsked & { readonly page: number },
  ): Promise<PageResult<Row>> {
    return this.#lists.page(this.#asked(list, scope, asked), asked.page, asked.signal);
  }

  /** Walks a list. */
  walk<Row>(list: List<Row, Subject>, scope: string, asked: ListAsked): PageWalk<Row> {
    return this.#lists.walk(this.#asked(list, scope, asked), asked.signal);
  }

  /** Rows asked for per page at present. */
  get pageSize(): number {
    return this.#lists.pageSize;
  }

  /** Asks for smaller pages from now on; undefined when the error is not about their size, or they are as small as can be. */
  smallerPages(pageSize: number, error: unknown): number | undefined {
    return this.#lists.smallerPages(pageSize, error);
  }

  /** Whether the server `declined` a question, such as an order that it does not know, or `failed` at it. */
  refusal(error: unknown): ReturnType<Refusing["refusal"]> {
    return this.#lists.refusal(error);
  }

  /** Live figures of all traffic so far. */
  stats(): ConnectorStats {
    return this.#http.stats();
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.close();
  }

  #asked<Row>(list: List<Row, Subject>, scope: string, { question }: ListAsked): NumberedList<Row> {
    const { errors, pageQuery } = this.#options;
    const { subject, check, path, idOf, orders, query } = list;
    const order = orders[question?.order ?? 0] ?? orders[0];
    return {
      path: path(scope),
      query: (page) => ({ ...query, ...pageQuery(page, order) }),
      question,
      check,
      idOf,
      describe: errors.about(subject, scope),
    };
  }
}

/**
 * Lists that are together the whole, by pass, as a moving list reads them. `find` asks for one row by itself; default:
 * rows cannot be asked for so.
 */
export function sourceOf<Row, Subject extends string>(
  client: Pick<ApiClient<Subject>, "walk" | "page" | "pageSize" | "smallerPages" | "refusal">,
  scope: string,
  lists: ReadonlyMap<string, List<Row, Subject>>,
  find: BegunSourceOptions<Row>["find"] = async () => undefined,
): BegunSource<Row> {
  return new BegunSource({
    passes: [...lists.keys()],
    pages: client,
    walk: (pass, question, signal) => client.walk(listOf(lists, pass), scope, { question, signal }),
    opening: (pass, question, signal) => client.page(listOf(lists, pass), scope, { page: 1, question, signal }),
    find,
  });
}

/** A source, its first walks begun or not. */
export interface BegunSourceOptions<Row> extends Omit<ListSource<Row>, keyof Refusing> {
  /** As in {@link ListSource}. */
  readonly passes: readonly string[];
  /** Who knows the size of pages; such as `NumberedLists`. */
  readonly pages: {
    readonly pageSize: number;
    smallerPages(pageSize: number, error: unknown): number | undefined;
    refusal(error: unknown): ReturnType<Refusing["refusal"]>;
  };
}

/** A source whose walks of the first sweep can be begun at any time before; each is taken once. */
export class BegunSource<Row> implements ListSource<Row> {
  readonly opening: ListSource<Row>["opening"];
  readonly find: ListSource<Row>["find"];
  readonly passes: readonly string[];
  readonly #options: BegunSourceOptions<Row>;
  readonly #begun = new Map<string, PageWalk<Row>>();
  #first: Question | undefined;

  constructor(options: BegunSourceOptions<Row>) {
    this.#options = options;
    this.opening = options.opening;
    this.find = options.find;
    this.passes = options.passes;
  }

  get pageSize(): number {
    return this.#options.pages.pageSize;
  }

  smallerThan(pageSize: number, error: unknown): number | undefined {
    return this.#options.pages.smallerPages(pageSize, error);
  }

  refusal(error: unknown): ReturnType<Refusing["refusal"]> {
    return this.#options.pages.refusal(error);
  }

  /** Asks for the first pages of every pass; the second time it does nothing. */
  begin(signal: AbortSignal): void {
    if (this.#first) return;
    this.#first = { order: 0, overlaps: true, pageSize: this.pageSize };
    for (const pass of this.passes) {
      const walk = this.#options.walk(pass, this.#first, signal);
      this.#begun.set(pass, walk);
      walk.begin();
    }
  }

  walk(pass: string, question: Question, signal: AbortSignal): PageWalk<Row> {
    const begun = this.#begun.get(pass);
    this.#begun.delete(pass);
    const { order, overlaps, pageSize } = question;
    if (begun && order === 0 && overlaps && pageSize === this.#first?.pageSize) return begun;
    begun?.stop();
    return this.#options.walk(pass, question, signal);
  }

  /** Stops what was not taken. */
  stop(): void {
    for (const walk of this.#begun.values()) walk.stop();
  }
}

/** How single rows are searched for. */
export interface SearchedBy<Row, Subject extends string> extends CallOptions {
  /** The name by which `one` is asked; undefined for a row without one. */
  readonly nameOf: (row: Row) => string | undefined;
  readonly one: Endpoint<Row, Subject>;
}

/** Searches lists that are together the whole, by pass. */
export function searchOf<Row, Subject extends string>(
  client: Pick<ApiClient<Subject>, "walk" | "record">,
  scope: string,
  lists: ReadonlyMap<string, List<Row, Subject>>,
  { signal, nameOf, one }: SearchedBy<Row, Subject>,
): ListSearch<Row> {
  return new ListSearch<Row>({
    passes: [...lists.keys()],
    walk: (pass) => client.walk(listOf(lists, pass), scope, { signal }),
    idOf: (row) => listOf(lists).idOf(row),
    nameOf,
    find: async (name) => {
      try {
        return await client.record(one, scope, name, { signal });
      } catch (caught) {
        if (toBatonError(caught).status === Status.notFound) return undefined;
        throw caught;
      }
    },
  });
}

/** Some 15 seconds of trouble, or an answer that does not come at all. */
function isLongTrouble(failure: HttpFailure, attempts: number): boolean {
  if (failure.kind === "network") return failure.problem === "timeout" || attempts > 5;
  return failure.kind === "status" && failure.status >= 500 && attempts > 5;
}

/** What is asked for at once and comes in pages is only begun. */
function refusePart(json: unknown, pages: number): never {
  throw new Mismatch("the whole", json, `page 1 of ${pages}`);
}

/** The list of a pass; the first without one. */
function listOf<L>(lists: ReadonlyMap<string, L>, pass = [...lists.keys()][0] ?? ""): L {
  const list = lists.get(pass);
  if (!list) throw new TypeError(`there is no list for the pass ${pass}`);
  return list;
}

/**
 * One segment of a path, encoded. `.` and `..` are written so that no URL parser takes them for directions, and slashes
 * so that no server that decodes a path before it looks at it takes one segment for two: another address may do anything.
 */
export function segment(value: string): string {
  if (/^\.{1,2}$/.test(value)) return value.replaceAll(".", "%252e");
  return encodeURIComponent(value.toWellFormed()).replaceAll(/%(?=2F|5C)/g, "%25");
}
