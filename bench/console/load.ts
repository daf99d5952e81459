/**
 * Many at once: users who each open a page, look at it for a moment and open the next, over every page there is, on one
 * large organization and beside another. What is measured: how long each page takes until all that it asks for is there,
 * what failed, the memory of all processes together, and how long the console's own process stood still.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import type { ConnectorDetail } from "../../src/console/contract/connectors.ts";
import type { DecidedReview, NewPerson, Role } from "../../src/console/contract/reviews.ts";
import { pageRows, type ReviewsOverview, type TablePage } from "../../src/console/contract/sources.ts";
import { type ConsoleProcess, startConsole } from "../../test/console/console-process.ts";
import { ownPackage } from "../package-under-test.ts";
import { heldMemoryOfTree } from "../process-tree.ts";
import { percentile, spreadOf } from "../statistics.ts";
import { type LongestTurn, probeVariable } from "./loop-probe.ts";
import type { ConsoleBenchOptions } from "./options.ts";
import type { Measured } from "./table.ts";
import { Visitor } from "./visitor.ts";

/** A page is looked at so long before the next one is opened, milliseconds. */
const looks = { from: 500, to: 1500 } as const;
const memoryEveryMs = 250;
/** The organization beside the large one, which is asked about now and then as well. */
const beside = { members: 5000, teams: 200, seed: 8 } as const;
/** A list of leavers that somebody pastes. */
const pasted = 300;

/** What a page asks for when it is opened, as the screens do. */
type Page = (visitor: Visitor) => Promise<void>;

/** Measures. @param say told what is going on. */
export async function measureLoad(options: ConsoleBenchOptions, say: (text: string) => void): Promise<Measured[]> {
  const { members, teams, users, seconds } = options;
  const scratch = mkdtempSync(join(tmpdir(), "console-load-"));
  const argv = ["--data-dir", join(scratch, "data")];
  const probe = join(scratch, "probe.json");
  const hook = pathToFileURL(join(import.meta.dirname, "loop-probe.ts"));
  try {
    // As it is installed: without the memory that it takes to run the sources as they are.
    using built = await ownPackage();
    const start = (): Promise<ConsoleProcess> =>
      startConsole(
        argv,
        { NODE_OPTIONS: `--import=${hook}`, [probeVariable]: probe },
        [],
        [...built.command.slice(1), "console"],
      );
    await using large = await startSandbox({ organization: { members, teams, seed: 7 }, prepare: true });
    await using other = await startSandbox({ organization: beside });
    const first = await start();
    say(`syncing ${members} and ${beside.members} members`);
    const ids = await synced(first, [large, other]);
    await first.stop();
    await using program = await start();
    using admin = await Visitor.comeIn(program.link);
    const cold = await measureFirst(admin, ids);
    const pages = await pagesOf(admin, ids);
    const visitors = await Promise.all(numbers(users).map((index) => comeIn(admin, index)));
    say(`${users} users for ${seconds} s`);
    await longestTurn(program, probe);
    const load = await underLoad({ program, pages, visitors, seconds });
    const { clockMs, processorMs } = await longestTurn(program, probe);
    for (const visitor of visitors) visitor[Symbol.dispose]();
    return [
      ...cold,
      ...load,
      one("Load: longest stop of the console's event loop", "ms", clockMs),
      one("  of that kind, in processor time", "ms", processorMs, 10),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Has the organizations synced, and what is worked out of a sync done. */
async function synced(program: ConsoleProcess, sandboxes: readonly Sandbox[]): Promise<readonly string[]> {
  using admin = await Visitor.comeIn(program.link);
  const workedOut = admin.follow("figures", sandboxes.length);
  const ids: string[] = [];
  for (const { keys, organization, baseUrl } of sandboxes) {
    const { id } = await admin.json<ConnectorDetail>("/api/connectors", { mode: "once", owner: "Ada Lovelace" });
    const settings = { apiKey: keys.service, orgSlug: organization.slug, baseUrl };
    await admin.json(`/api/connectors/${id}/settings`, settings);
    while ((await admin.json<ConnectorDetail>(`/api/connectors/${id}`)).status !== "Connected") await delay(200);
    ids.push(id);
  }
  await workedOut;
  return ids;
}

/** Right after a start, when no file is open yet. */
async function measureFirst(admin: Visitor, [id, other]: readonly string[]): Promise<Measured[]> {
  const overview = await admin.ask(`/api/sources/connector:${id}/reviews`);
  const firstSearch = admin.ask(`/api/sources/connector:${id}/people?limit=100&q=ann`);
  const waits: number[] = [];
  let isReading = true;
  void firstSearch.finally(() => {
    isReading = false;
  });
  await admin.ask(`/api/sources/connector:${other}/people?limit=100&q=bob`);
  do waits.push((await admin.ask(`/api/sources/connector:${other}/people?limit=100&q=ann`)).ms);
  while (isReading);
  return [
    one("Right after a start: the reviews", "ms", overview.ms, 300),
    one("Right after a start: the first search, everybody read for it", "ms", (await firstSearch).ms),
    { what: "  a search in another organization meanwhile", unit: "ms", spread: spreadOf(waits), target: 300 },
  ];
}

const roles: readonly Role[] = ["admin", "viewer", "reviewer", "reviewer"];

async function comeIn(admin: Visitor, index: number): Promise<Visitor> {
  const role = roles[index % roles.length];
  const { link } = await admin.json<NewPerson>("/api/persons", { name: `Person ${index}`, role });
  const visitor = await Visitor.comeIn(link);
  void visitor.follow("", 0);
  return visitor;
}

interface Load {
  readonly program: ConsoleProcess;
  readonly pages: Readonly<Record<string, Page>>;
  readonly visitors: readonly Visitor[];
  readonly seconds: number;
}

async function underLoad({ program, pages, visitors, seconds }: Load): Promise<Measured[]> {
  const times = new Map(Object.keys(pages).map((name): [string, number[]] => [name, []]));
  const failures: string[] = [];
  const endMs = performance.now() + seconds * 1000;
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, heldMemoryOfTree(program.pid));
  }, memoryEveryMs);
  await Promise.all(
    visitors.map(async (visitor, index) => {
      // Each goes through all pages in an order of its own, and begins when it likes.
      const names = Object.keys(pages);
      await delay((index / visitors.length) * looks.to);
      for (let turn = index * 7; performance.now() < endMs; turn += 1 + (index % 3)) {
        const name = names[turn % names.length] ?? "";
        const startedMs = performance.now();
        try {
          await pages[name]?.(visitor);
          times.get(name)?.push(performance.now() - startedMs);
        } catch (caught) {
          failures.push(`${name}: ${String(caught)}`);
        }
        await delay(between(looks.from, looks.to));
      }
    }),
  );
  clearInterval(timer);
  for (const text of new Set(failures)) process.stderr.write(`${text}\n`);
  const all = [...times.values()].flat();
  return [
    ...[...times].filter(([, some]) => some.length > 0).map(([name, some]) => pageTimes(`Load: ${name}`, some)),
    pageTimes(`Load: all ${all.length} pages`, all),
    one("Load: errors", "", failures.length, 0),
    one("Load: memory of all processes, at most", "MB", peak / 1e6, 600),
  ];
}

/** The pages, with the names and ids that they are opened with. */
async function pagesOf(admin: Visitor, [id = "", other = ""]: readonly string[]): Promise<Record<string, Page>> {
  const base = `/api/sources/connector:${id}`;
  const { rows } = await admin.json<TablePage>(`${base}/people?offset=0&limit=200&order=email`);
  const people = rows.map(({ cells, links }) => ({
    name: String(cells[0]),
    email: String(cells[1]),
    id: links?.[0]?.id ?? "",
  }));
  const { rows: teamRows } = await admin.json<TablePage>(`${base}/teams?offset=0&limit=200`);
  const teams = teamRows.map(({ cells, links }) => ({ name: String(cells[0]), id: links?.[0]?.id ?? "" }));
  const { reviews } = await admin.json<ReviewsOverview>(`${base}/reviews`);
  const names = reviews.filter(({ headline }) => headline !== null).map(({ name }) => name);
  const started = await admin.json<DecidedReview>("/api/reviews", {
    source: `connector:${id}`,
    question: { report: "two-factor" },
  });
  const list = Buffer.from(
    people
      .slice(0, pasted)
      .map(({ email }) => email)
      .join("\n"),
  ).toString("base64");
  const get = (path: () => string): Page => {
    return async (visitor) => void (await visitor.json(path()));
  };
  const both = (...some: readonly Page[]): Page => {
    return async (visitor) => void (await Promise.all(some.map((page) => page(visitor))));
  };
  const person = (): string => pick(people).name;
  const window = `offset=0&limit=${pageRows}`;
  const filters = ["status=disabled", "twoFactor=no", "roles=owner", "roles=member&status=enabled"] as const;
  return {
    "needs attention": both(
      get(() => "/api/attention"),
      get(() => "/api/connectors"),
    ),
    "a connector": both(
      get(() => `/api/connectors/${id}`),
      get(() => `/api/connectors/${id}/runs?limit=50`),
    ),
    "the page itself": get(() => "/api/session"),
    "what the file is": get(() => base),
    people: get(() => `${base}/people?${window}`),
    "people, as somebody types": async (visitor) => {
      const name = person();
      for (const length of [1, 3, name.length])
        await visitor.json(`${base}/people?${window}&q=${encodeURIComponent(name.slice(0, length))}`);
    },
    "people, filtered": get(() => `${base}/people?${window}&${pick(filters)}`),
    "people of a team": get(() => `${base}/people?${window}&team=team/${pick(teams).id}`),
    "people in another order": get(() => `${base}/people?${window}&order=${pick(["email", "lastLogin", "teams"])}`),
    "people, scrolled": get(() => `${base}/people?offset=${between(1, 400) * pageRows}&limit=${pageRows}`),
    "a person": get(() => `${base}/people/user/${pick(people).id}`),
    teams: get(() => `${base}/teams?${window}`),
    "teams, searched": get(() => `${base}/teams?${window}&q=${pick(teams).name.slice(0, 4)}`),
    "a team": async (visitor) => {
      const { id: team } = pick(teams);
      await Promise.all([
        visitor.json(`${base}/teams/team/${team}`),
        visitor.json(`${base}/teams/team/${team}/people?${window}`),
      ]);
    },
    reviews: both(
      get(() => `${base}/reviews`),
      get(() => `/api/reviews?source=connector:${id}`),
    ),
    "a review": get(() => `${base}/reviews/${pick(names)}?${window}`),
    "a review, searched": get(
      () => `${base}/reviews/${pick(names)}?${window}&q=${encodeURIComponent(person().slice(0, 4))}`,
    ),
    "a review, scrolled": get(
      () => `${base}/reviews/two-factor?offset=${between(1, 100) * pageRows}&limit=${pageRows}`,
    ),
    "rows to decide": get(() => `/api/reviews/${started.id}?offset=${between(0, 50) * 200}&limit=200&show=all`),
    "a decision": async (visitor) => {
      const rows = [between(1, started.rows)];
      const { status } = await visitor.ask(`/api/reviews/${started.id}/decide`, {
        rows,
        decision: "keep",
        note: "seen",
      });
      if (status !== 200 && status !== 403) throw new Error(`deciding answered ${status}`);
    },
    "a pasted list": async (visitor) => void (await visitor.json(`${base}/list?${window}`, { list })),
    resources: get(() => `${base}/resources?offset=0&limit=100&type=team`),
    grants: get(() => `${base}/grants?offset=0&limit=100`),
    "another organization": get(
      () => `/api/sources/connector:${other}/people?${window}&q=${encodeURIComponent(person().slice(0, 3))}`,
    ),
  };
}

/** What the process says of itself since the last time. */
async function longestTurn({ pid }: ConsoleProcess, probe: string): Promise<LongestTurn> {
  rmSync(probe, { force: true });
  process.kill(pid, "SIGUSR2");
  for (;;) {
    await delay(50);
    try {
      return JSON.parse(readFileSync(probe, "utf8")) as LongestTurn; // written by loop-probe.ts
    } catch {
      // Not yet.
    }
  }
}

function one(what: string, unit: Measured["unit"], value: number, target?: number): Measured {
  return { what, unit, spread: spreadOf([value]), ...(target !== undefined && { target }) };
}

/** The 99th percentile in the place of the median: it is what is promised. */
function pageTimes(what: string, times: readonly number[]): Measured {
  const { min, median, max } = spreadOf(times);
  return {
    what: `${what}, median ${Math.round(median)} ms; p99`,
    unit: "ms",
    spread: { min, median: percentile(times, 0.99), max },
    target: 500,
  };
}

function between(from: number, to: number): number {
  return from + Math.floor(Math.random() * (to - from + 1));
}

function pick<T>(some: readonly T[]): T {
  const one = some[between(0, some.length - 1)];
  if (one === undefined) throw new RangeError("there is nothing to pick from");
  return one;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
