/**
 * Lists that rest, of a server that errs in what it says of them. Headers, pages and refusals are read by the real code;
 * only the network is missing.
 */
import { createRandom, type Random } from "../../sandbox/random.ts";
import { BegunSource } from "../../src/sdk/api/api-client.ts";
import { listOf, objectOf, text } from "../../src/sdk/api/json-check.ts";
import type { ListEvent } from "../../src/sdk/api/list-verdict.ts";
import { MovingList } from "../../src/sdk/api/moving-list.ts";
import { hashOf, type Note, plainNotes } from "../../src/sdk/api/notes.ts";
import { type NumberedList, NumberedLists } from "../../src/sdk/api/numbered-lists.ts";
import type { Question } from "../../src/sdk/api/questions.ts";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import type { JsonAnswer, JsonRequest } from "../../src/sdk/http/http-client.ts";
import { memorySession } from "../support/memory-session.ts";

/** In what a server may err, and how; the first of each is right. */
export const errors = {
  /** Rows of one name come in an order of this. */
  ties: ["id", "page", "size", "request"],
  /** How many rows have one name. */
  namesakes: ["few", "many", "all"],
  count: ["exact", "low", "high", "none", "page", "left"],
  hidden: ["none", "one", "some", "half", "most"],
  sizes: ["any", "clamped", "usual", "ignored", "silently"],
  sort: ["known", "ignored", "declined", "failing", "missing"],
  headers: ["both", "counts", "link", "none"],
  end: ["missing", "empty", "repeated"],
} as const;

/** How one server errs. */
export type Errs = { readonly [Name in keyof typeof errors]: (typeof errors)[Name][number] };

/** One that does not. */
export const errsNowhere = Object.fromEntries(Object.entries(errors).map(([name, [right]]) => [name, right])) as Errs;

/** A server that errs in so many things, or in one. */
export function errsBy(random: Random, only?: keyof Errs): Errs {
  const isPicked = (name: string): boolean => (only ? name === only : random.chance(0.4));
  const picked = Object.entries(errors).filter(([name]) => isPicked(name));
  const ways = Object.fromEntries(picked.map(([name, all]) => [name, random.pick<string>(all)]));
  const errs: Errs = { ...errsNowhere, ...ways };
  // What repeats its last page, each time in another order, is a list without an end.
  const isEndless = (errs.ties === "page" || errs.ties === "request") && errs.end === "repeated";
  // What counts too few, and cuts pages to as many without a word, says of a part that it is all.
  const isSilent = (errs.count === "page" || errs.count === "low") && errs.sizes === "silently";
  return { ...errs, ...(isEndless && { end: "empty" }), ...(isSilent && { sizes: "ignored" }) };
}

/** What was read of a list that rests. */
export interface ReadList {
  readonly last: ListEvent | undefined;
  readonly shown: ReadonlySet<string>;
  /** What some page may show. */
  readonly visible: number;
  readonly all: number;
  readonly requests: number;
}

const passes = ["inactive", "active"];
const orders = ["name", "-name", "role"];
const pageSize = 40;
const smallerSizes = [20, 10];

/** Reads a list of a seed, with a run that is killed and goes on now and then. */
export async function readStill(errs: Errs, seed: number): Promise<ReadList> {
  const random = createRandom(seed, "still");
  const server = new StillServer(errs, random);
  const lists = new NumberedLists({
    http: server,
    failures: { read: (check, json) => check(json), endless: () => failure("X-ENDLESS") },
    codePrefix: "X",
    isPastTheEnd: ({ code }) => code === "X-PAST",
    pageSize,
    smallerSizes,
    ahead: random.below(3),
  });
  const { signal } = new AbortController();
  const asked = (pass: string, question: Question): NumberedList<Note> => ({
    path: pass,
    describe: () => failure("X-NEVER"),
    check: listOf(objectOf({ id: text, name: text })),
    idOf: ({ id }) => id,
    query: ({ page, pageSize: page_size }) => ({ page, page_size, sort: orders[question.order] ?? "name" }),
    question,
  });
  const session = memorySession();
  let budget = random.pick([0, 30, 1000]);
  const begin = (): MovingList<Note, Note> => {
    return new MovingList<Note, Note>({
      name: "rows",
      passes,
      session,
      codec: plainNotes<Note>(),
      source: new BegunSource({
        passes,
        pages: lists,
        walk: (pass, question, walkSignal) => lists.walk(asked(pass, question), walkSignal),
        opening: (pass, question, walkSignal) => lists.page(asked(pass, question), 1, walkSignal),
        find: async ({ id }) => {
          budget--;
          return server.find(id);
        },
      }),
      idOf: ({ id }) => id,
      noteOf: (row) => row,
      passOf: ({ id }) => server.passOf(id),
      mayLookUp: (count) => count <= budget,
      nowMs: () => 1,
    });
  };
  const shown = new Set<string>();
  let list = begin();
  for (let token = ""; ; ) {
    const step = await list.step(token, signal);
    if (step.beginsAnew) shown.clear();
    for (const { note } of step.fresh) shown.add(note.id);
    token = step.nextToken;
    if (token === "") {
      const { visible, all, requests } = server;
      return { last: step.events.at(-1), shown, visible, all, requests };
    }
    if (random.chance(0.05)) {
      list.stop();
      list = begin();
    }
  }
}

class StillServer {
  readonly #errs: Errs;
  readonly #rows: readonly { readonly id: string; readonly name: string; readonly pass: string }[];
  readonly #hidden: ReadonlySet<string>;
  readonly #off: number;
  requests = 0;

  constructor(errs: Errs, random: Random) {
    this.#errs = errs;
    const count = 2 + random.below(random.pick([30, 90, 300]));
    const names = { few: count, many: 1 + count / 20, all: 1 }[errs.namesakes];
    this.#rows = Array.from({ length: count }, (_, index) => ({
      id: `r${index}`,
      name: `n${random.below(names)}`,
      pass: random.chance(0.2) ? "inactive" : "active",
    }));
    const hidden = { none: 0, one: 1, some: count * 0.1, half: count / 2, most: count - 1 }[errs.hidden];
    // One of each list is shown: what announces rows and shows none is no list.
    const firsts = passes.map((pass) => this.#rows.find((row) => row.pass === pass));
    const others = this.#rows.filter((row) => !firsts.includes(row));
    this.#hidden = new Set(others.slice(0, hidden).map(({ id }) => id));
    this.#off = (errs.count === "low" ? -1 : 1) * (1 + random.below(4));
  }

  get all(): number {
    return this.#rows.length;
  }

  get visible(): number {
    return this.#rows.length - this.#hidden.size;
  }

  find(id: string): Note | undefined {
    const row = this.#rows.find((one) => one.id === id);
    return row && { id, name: row.id };
  }

  passOf(id: string): string {
    return this.#rows.find((row) => row.id === id)?.pass ?? "";
  }

  async getSealed(request: JsonRequest) {
    const answer = await this.getJson(request);
    return { headers: answer.headers, open: async () => answer, discard() {} };
  }

  async getJson({ path: pass, query = {} }: JsonRequest): Promise<JsonAnswer> {
    this.requests++;
    const { sizes, sort, end } = this.#errs;
    if (query["sort"] !== "name") {
      if (sort === "declined") throw failure(this.requests % 2 ? "X-HTTP-400" : "X-HTTP-405");
      if (sort === "failing") throw failure("X-SERVER-500");
      if (sort === "missing") throw failure("X-ANY-404", Status.notFound);
    }
    const [page, asked] = [Number(query["page"]), Number(query["page_size"])];
    if (sizes === "usual" && asked !== pageSize && !smallerSizes.includes(asked)) throw failure("X-HTTP-422");
    const size = { clamped: Math.min(asked, 15), ignored: 15, silently: 15 }[String(sizes)] ?? asked;
    const all = this.#rows.filter((row) => row.pass === pass);
    const rows = this.#ordered(all, String(query["sort"]), `${page}`, `${asked}`);
    const visible = rows.filter(({ id }) => !this.#hidden.has(id));
    const last = Math.max(1, Math.ceil(visible.length / size));
    if (page > last && end === "missing") throw failure("X-PAST");
    const from = (page > last && end === "repeated" ? last : page) * size - size;
    const shown = visible.slice(from, from + size);
    const count = this.#count(all.length, shown.length, visible.length - from);
    const json = shown.map(({ id }) => ({ id, name: id }));
    return { json, headers: this.#headers(page, size, count, last) };
  }

  #ordered<R extends Note>(rows: readonly R[], sort: string, page: string, size: string): readonly R[] {
    const { ties, sort: obeys } = this.#errs;
    const salt = { id: "", page, size, request: String(this.requests) }[ties];
    const key = (row: R): string => (sort === "role" && obeys === "known" ? `role${row.id.length}` : row.name);
    const sorted = rows.toSorted((a, b) => {
      if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
      return hashOf(salt + a.id) - hashOf(salt + b.id);
    });
    return sort === "-name" && obeys === "known" ? sorted.reverse() : sorted;
  }

  #count(all: number, shown: number, left: number): number | undefined {
    switch (this.#errs.count) {
      case "none":
        return undefined;
      case "page":
        return shown;
      case "left":
        return Math.max(0, left);
      case "exact":
        return all;
      default:
        return Math.max(0, all + this.#off);
    }
  }

  #headers(page: number, size: number, count: number | undefined, last: number): Record<string, string> {
    const { headers, sizes } = this.#errs;
    const pageTotal = Math.max(1, Math.ceil((count ?? 0) / size));
    const link = page < last ? '<http://x/?page=2>; rel="next"' : '<http://x/?page=1>; rel="first"';
    const counts = {
      ...(count !== undefined && { "x-pagination-count": `${count}`, "x-pagination-pagetotal": `${pageTotal}` }),
      ...(sizes !== "silently" && { "x-pagination-pagesize": `${size}` }),
    };
    if (headers === "none") return {};
    return { ...(headers !== "link" && counts), ...(headers !== "counts" && { link }) };
  }
}

function failure(code: string, status: Status = Status.invalidArgument): BatonError {
  return new BatonError({ code, status, message: code, fatal: true });
}
