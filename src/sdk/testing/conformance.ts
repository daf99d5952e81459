/**
 * The conformance kit: runs a connector against a stand-in of its API and says in what it differs from what every
 * connector promises. One call, `conformanceOf`; nothing of it leaves the machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openC1z } from "../c1z/read/reader.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Connector, Page, ResourceSyncer } from "../contracts/connector.ts";
import type { ResourceId, ResourceType } from "../contracts/model.ts";
import { type BatonError, toBatonError } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { namesExternalPrincipal } from "../sync/ingest-filter.ts";
import { type RunSyncOptions, runSync } from "../sync/run-sync.ts";
import type { StandIn, StandInAnswer } from "./stand-in.ts";

/** What is looked at. */
export interface ConformanceSubject {
  /** Makes the connector for the API at `baseUrl`; called many times. Its waits must go through `clock`, or take long. */
  connector(baseUrl: string, clock: Clock): Connector | Promise<Connector>;
  /** Starts a stand-in that holds the same data each time. With its `move` the kit also looks at lists that move. */
  api(): Promise<StandIn>;
  /** Only these types; default all that are synced unasked. */
  readonly resourceTypes?: readonly string[];
}

/** One promise, and whether it is kept. */
export interface ConformanceResult {
  /** Stable id such as `resume`. */
  readonly id: string;
  readonly title: string;
  /** What is wrong, a sentence each; empty: the promise is kept. */
  readonly problems: readonly string[];
}

/** Most pages after each of which the connector is stopped. */
const mostStops = 300;
/** Most pages of one connector; the data of a test has fewer. */
const mostPages = 10_000;
/** Most requests before each of which the data moves; of more, as many at equal distances. */
const mostMoves = 60;
/** Errors that say that nobody thought of the case. */
const unmeant: ReadonlySet<string> = new Set(["BATON-UNEXPECTED", "BATON-CONNECTOR-FAULT"]);
const faults: readonly (readonly [name: string, answer: StandInAnswer])[] = [
  ["401", { status: 401, body: { error: "who are you" } }],
  ["403", { status: 403, body: { error: "not for you" } }],
  ["404", { status: 404, body: { error: "no such thing" } }],
  ["429", { status: 429, headers: { "Retry-After": "1" }, body: { error: "too many" } }],
  ["500", { status: 500, body: { error: "broken" } }],
  ["a text that is no JSON", { body: "<html>" }],
  ["JSON of another shape", { body: { unexpected: true } }],
];

/**
 * Runs the connector through every promise; `drift` only where the stand-in can move. It throws only when a plain sync
 * fails, which nothing can be said without.
 */
export async function conformanceOf(subject: ConformanceSubject): Promise<readonly ConformanceResult[]> {
  const directory = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const kit = new Kit(subject, directory);
    const cold = await kit.coldRun();
    if (!cold) return [asked(kit.violations)];
    const results: ConformanceResult[] = [
      { id: "ids", title: "No two rows have one id", problems: cold.twins },
      { id: "principals", title: "Everybody who holds something is listed", problems: cold.strangers },
      { id: "warnings", title: "A sync of the stand-in warns of nothing", problems: cold.warnings },
      { id: "same-rows", title: "Two runs give the same rows", problems: await kit.differsAgain(cold.rows) },
      {
        id: "resume",
        title: "Stopped after every page and resumed, it gives the same rows",
        problems: await kit.differsResumed(cold.rows),
      },
      {
        id: "warm",
        title: "The second run of one connector gives the same rows",
        problems: await kit.differsWarm(cold.rows),
      },
      {
        id: "errors",
        title: "Every failure has a code, and says what it means and what to do",
        problems: await kit.badErrors(),
      },
    ];
    if (cold.canMove)
      results.push({
        id: "drift",
        title: "What stays while lists move is not lost in silence",
        problems: await kit.driftLosses(cold),
      });
    // Last, because every run asks.
    return [asked(kit.violations), ...results];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Throws an error that lists every broken promise; returns what was looked at. */
export async function assertConformance(subject: ConformanceSubject): Promise<readonly ConformanceResult[]> {
  const results = await conformanceOf(subject);
  const broken = results.flatMap(({ title, problems }) =>
    problems.length > 0 ? [`${title}: not so.`, ...problems] : [],
  );
  if (broken.length > 0) throw new Error(`The connector does not conform.\n${broken.join("\n  ")}`);
  return results;
}

function asked(problems: readonly string[]): ConformanceResult {
  return { id: "requests", title: "It asks only what the API knows", problems };
}

type Rows = ReadonlyMap<string, string>;

interface ColdRun {
  readonly rows: Rows;
  readonly requests: readonly string[];
  readonly canMove: boolean;
  readonly twins: readonly string[];
  readonly strangers: readonly string[];
  readonly warnings: readonly string[];
  /** Codes of the warnings. */
  readonly warnedOf: ReadonlySet<string>;
}

class Kit {
  readonly #subject: ConformanceSubject;
  readonly #directory: string;
  readonly #apis: StandIn[] = [];
  #files = 0;

  constructor(subject: ConformanceSubject, directory: string) {
    this.#subject = subject;
    this.#directory = directory;
  }

  /** What was asked, in all runs, that the API does not know. */
  get violations(): readonly string[] {
    return [...new Set(this.#apis.flatMap(({ violations }) => violations))];
  }

  /** Undefined for a sync that failed over a request which nobody declared: more cannot be said. */
  async coldRun(): Promise<ColdRun | undefined> {
    await using api = await this.#start();
    const seen = new Map<string, number>();
    const onRow = (row: string): void => void seen.set(row, (seen.get(row) ?? 0) + 1);
    const path = this.#newPath();
    let warnings: Awaited<ReturnType<typeof runSync>>["warnings"];
    try {
      ({ warnings } = await this.#sync(await this.#make(api, { onRow }), path));
    } catch (caught) {
      if (api.violations.length > 0) return undefined;
      throw caught;
    }
    const rows = await rowsOf(path);
    return {
      rows,
      requests: [...api.requests],
      canMove: api.move !== undefined,
      twins: [...seen].filter(([, count]) => count > 1).map(([row, count]) => `${row} came ${count} times.`),
      strangers: await strangersIn(path),
      warnings: warnings.map(({ code, message }) => `${code}: ${message}`),
      warnedOf: new Set(warnings.map(({ code }) => code)),
    };
  }

  async differsAgain(rows: Rows): Promise<readonly string[]> {
    await using api = await this.#start();
    const path = this.#newPath();
    return await differs(rows, path, async () => this.#sync(await this.#make(api), path));
  }

  /** Each run is a new connector, as after a kill, and is stopped when it was given one page more. */
  async differsResumed(rows: Rows): Promise<readonly string[]> {
    await using api = await this.#start();
    const path = this.#newPath();
    for (let stops = 0; stops < mostStops; stops++) {
      const stop = new AbortController();
      let pages = 0;
      const onPage = (): void => {
        if (++pages > 1) stop.abort();
      };
      try {
        await this.#sync(await this.#make(api, { onPage }), path, { signal: stop.signal });
        return differences(rows, await rowsOf(path));
      } catch (caught) {
        if (!stop.signal.aborted) return [`A resumed run failed: ${sentence(toBatonError(caught))}`];
      }
    }
    // Larger data than a stop after every page is worth: the rest in one go.
    return await differs(rows, path, async () => this.#sync(await this.#make(api), path));
  }

  async differsWarm(rows: Rows): Promise<readonly string[]> {
    await using api = await this.#start();
    const connector = await this.#make(api);
    const [first, second] = [this.#newPath(), this.#newPath()];
    await this.#sync(connector, first);
    return await differs(rows, second, () => this.#sync(connector, second));
  }

  /** Each endpoint fails in each way; a failure that a connector can do without is no error. */
  async badErrors(): Promise<readonly string[]> {
    const problems: string[] = [];
    await using api = await this.#start();
    for (const route of api.routes) {
      for (const [name, answer] of faults) {
        api.override(route, answer);
        const error = await this.#errorOf(api);
        api.override(route, undefined);
        if (error === undefined) continue;
        const lacks = lackOf(error);
        if (lacks !== undefined) problems.push(`${route.path} answers ${name}: ${sentence(error)} ${lacks}.`);
      }
    }
    return problems;
  }

  /**
   * The data moves once, before each request in turn. What is there before and after must be in the file, or the run
   * must warn or fail.
   */
  async driftLosses({ rows, requests, warnedOf }: ColdRun): Promise<readonly string[]> {
    const moved = await this.#rowsMovedAt(1, warnedOf);
    if (!moved) return ["A sync of the moved data fails, or warns: nothing can be said of one in between."];
    const staying = [...rows.keys()].filter((key) => moved.has(key));
    if (staying.length === rows.size) return ["The stand-in's move takes nothing away, so that no list moves."];
    const problems: string[] = [];
    const step = Math.ceil(requests.length / mostMoves);
    for (let index = 1; index < requests.length; index += step) {
      const request = requests[index];
      const found = await this.#rowsMovedAt(index + 1, warnedOf);
      const lost = found ? staying.filter((key) => !found.has(key)) : [];
      problems.push(...lost.map((key) => `${key} is missing when the data moves before ${request}.`));
    }
    return problems;
  }

  /** Undefined when the run fails, or warns of what it does not warn of at rest: then the loss is told. */
  async #rowsMovedAt(request: number, atRest: ReadonlySet<string>): Promise<Rows | undefined> {
    await using api = await this.#start();
    api.beforeRequest(request, async () => await api.move?.());
    const path = this.#newPath();
    try {
      const { warnings } = await this.#sync(await this.#make(api), path);
      return warnings.some(({ code }) => !atRest.has(code)) ? undefined : await rowsOf(path);
    } catch {
      return undefined;
    }
  }

  async #errorOf(api: StandIn): Promise<BatonError | undefined> {
    try {
      await this.#sync(await this.#make(api), this.#newPath());
      return undefined;
    } catch (caught) {
      return toBatonError(caught);
    }
  }

  async #start(): Promise<StandIn> {
    const api = await this.#subject.api();
    this.#apis.push(api);
    return api;
  }

  async #make(api: StandIn, watch: Watch = {}): Promise<Connector> {
    let pages = 0;
    const onPage = (): void => {
      if (pages++ === mostPages) throw new Error(`the list does not end: the kit was given ${mostPages} pages of it`);
      watch.onPage?.();
    };
    return watched(await this.#subject.connector(api.baseUrl, hurriedClock()), { ...watch, onPage });
  }

  async #sync(connector: Connector, path: string, more: Partial<RunSyncOptions> = {}) {
    const { resourceTypes = [] } = this.#subject;
    return await runSync({
      connector,
      path,
      syncResourceTypes: resourceTypes,
      signal: new AbortController().signal,
      logger: silentLogger,
      clock: hurriedClock(),
      ...more,
    });
  }

  #newPath(): string {
    return join(this.#directory, `sync-${this.#files++}.c1z`);
  }
}

/** What an error of a connector lacks; undefined: nothing. */
function lackOf({ code, effect, hint }: BatonError): string | undefined {
  if (unmeant.has(code)) return "is an error that nobody meant to throw";
  if (!effect) return "does not say what it means for the data";
  return hint ? undefined : "does not say what to do";
}

function sentence({ code, message }: BatonError): string {
  return `"${code}: ${message}"`;
}

/** All rows of the newest sync by what they are and their id. */
async function rowsOf(path: string): Promise<Rows> {
  using reader = await openC1z(path);
  const view = reader.view();
  const rows = new Map<string, string>();
  for (const row of view.resourceTypes()) rows.set(`type '${row.id}'`, textOf(row));
  for (const row of view.resources()) rows.set(`${row.id.resourceType} '${row.id.resource}'`, textOf(row));
  for (const row of view.entitlements()) rows.set(`entitlement '${row.id}'`, textOf(row));
  for (const row of view.grants()) rows.set(`grant '${row.id}'`, textOf(row));
  return rows;
}

function textOf(row: object): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    return value instanceof Map ? [...value] : value;
  });
}

async function strangersIn(path: string): Promise<readonly string[]> {
  using reader = await openC1z(path);
  const view = reader.view();
  const problems: string[] = [];
  for (const grant of view.grants()) {
    const { id, principal } = grant;
    if (namesExternalPrincipal(grant) || view.getResource(principal)) continue;
    problems.push(`Grant '${id}' is of ${principal.resourceType} '${principal.resource}', which is not listed.`);
  }
  return problems;
}

/** How the file that `run` writes differs from the rows expected. */
async function differs(expected: Rows, path: string, run: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await run();
  } catch (caught) {
    return [`The run failed: ${sentence(toBatonError(caught))}`];
  }
  return differences(expected, await rowsOf(path));
}

function differences(expected: Rows, found: Rows): readonly string[] {
  const lost = [...expected.keys()].filter((key) => !found.has(key)).map((key) => `${key} is missing.`);
  const added = [...found.keys()].filter((key) => !expected.has(key)).map((key) => `${key} is too many.`);
  const changed = [...found].filter(([key, text]) => expected.has(key) && expected.get(key) !== text);
  return [...lost, ...added, ...changed.map(([key]) => `${key} is another.`)];
}

/** A clock whose waits are over at once, and by which they took their time. */
function hurriedClock(): Clock {
  let skippedMs = 0;
  return {
    nowMs: () => systemClock.nowMs() + skippedMs,
    monotonicMs: () => systemClock.monotonicMs() + skippedMs,
    random: () => systemClock.random(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      skippedMs += ms;
    },
  };
}

/** What is seen of a connector. */
interface Watch {
  /** Called before each page that it is asked for. */
  onPage?(): void;
  /** Told of every row as it comes, such as `team 't1'`. */
  onRow?(row: string): void;
}

/** The same connector, watched. */
function watched(connector: Connector, watch: Watch): Connector {
  return new Proxy(connector, {
    get(target, key) {
      if (key === "syncers") return target.syncers.map((syncer) => watchedSyncer(syncer, watch));
      const value: unknown = Reflect.get(target, key, target);
      // With the connector as `this`: a private field is not in the proxy.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** How the rows of each paged method are called. */
const nameOf = {
  list: (row: { id: ResourceId }) => `${row.id.resourceType} '${row.id.resource}'`,
  staticEntitlements: (row: { slug: string }, { id }: ResourceType) => `entitlement '${row.slug}' of every ${id}`,
  entitlements: (row: { id: string }) => `entitlement '${row.id}'`,
  grants: (row: { id: string }) => `grant '${row.id}'`,
} as const;

function isPaged(key: string | symbol): key is keyof typeof nameOf {
  return typeof key === "string" && Object.hasOwn(nameOf, key);
}

function watchedSyncer(syncer: ResourceSyncer, watch: Watch): ResourceSyncer {
  return new Proxy(syncer, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (!isPaged(key)) return value.bind(target);
      return async (...given: unknown[]): Promise<Page<never>> => {
        watch.onPage?.();
        const page = (await value.apply(target, given)) as Page<never>; // what these methods give
        if (watch.onRow) for (const row of page.items) watch.onRow(nameOf[key](row, target.resourceType));
        return page;
      };
    },
  });
}
