/** Measures the real console over one large organization: its answers over HTTP, and its page in a real browser. */
import { copyFileSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser } from "playwright-core";
import type { ConnectorDetail } from "../../src/console/contract/connectors.ts";
import type { OpenedFile, TablePage } from "../../src/console/contract/sources.ts";
import { LogTable } from "../../src/console/store/log-table.ts";
import { type Site, startSite } from "../../test/browser/console-page.ts";
import { cpuOfProcess, peakMemoryOfTree } from "../process-tree.ts";
import { spreadOf } from "../statistics.ts";
import type { ConsoleBenchOptions } from "./options.ts";
import type { Measured } from "./table.ts";

const repeats = 20;
const paints = 7;
/** Parts of names, whole addresses, and nobody; as somebody types. */
const searches = [
  "a",
  "an",
  "ann",
  "anna",
  "smith",
  "zoë",
  "müller j",
  "@",
  "owner",
  "no such person",
  "김",
  "o'",
  "%",
];
const assetsDir = join(import.meta.dirname, "..", "..", "dist-console");

/** Measures everything. @param say told what is going on. */
export async function measureConsole(
  { members, teams, logLines }: ConsoleBenchOptions,
  say: (text: string) => void,
): Promise<readonly Measured[]> {
  await using site = await startSite({ sandbox: { organization: { members, teams, seed: 7 }, prepare: true } });
  say(`syncing ${members} members`);
  const id = await site.addConnector();
  await site.reaches(id, "Connected");
  const api = await apiOf(site);
  const cpuMs = (): number => cpuOfProcess(site.console.pid) * 1000;
  say("asking");
  const answers = await measureAnswers(api, `/api/sources/connector:${id}`, cpuMs);
  const { currentFile } = await site.get<ConnectorDetail>(`/api/connectors/${id}`);
  const copy = join(site.directory, "copy.c1z");
  copyFileSync(currentFile ?? "", copy);
  const opening = await measureOpening(site, api, copy, cpuMs);
  say(`writing ${logLines} log lines`);
  writeLog(join(site.console.dataDir, "console.sqlite"), id, logLines);
  const logs = await measureLogs(api, id);
  say("painting");
  const painted = await measurePaint(site);
  return [...answers, ...opening, ...logs, ...painted, ...measureAssets(), memoryOf(site)];
}

interface Timed {
  readonly ms: number;
  readonly bytes: number;
  readonly body: string;
}
type Api = (path: string) => Promise<Timed>;

async function apiOf({ page, console: program }: Site): Promise<Api> {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  return async (path) => {
    const startedMs = performance.now();
    const { status, body } = await program.ask(path, { headers: { cookie } });
    const ms = performance.now() - startedMs;
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return { ms, bytes: Buffer.byteLength(body), body };
  };
}

async function measureAnswers(api: Api, base: string, cpuMs: () => number): Promise<Measured[]> {
  const first = await api(`${base}/people?limit=200`);
  const { rows } = JSON.parse(first.body) as TablePage;
  const [team] = (JSON.parse((await api(`${base}/teams`)).body) as TablePage).rows;
  const cpuBefore = cpuMs();
  const cold = await api(`${base}/reviews/two-factor?limit=100`);
  const coldCpu = cpuMs() - cpuBefore;
  const found = await each(searches, (q) => api(`${base}/people?limit=100&q=${encodeURIComponent(q)}`));
  const pages = await each(numbers(repeats), (n) => api(`${base}/people?limit=200&offset=${n * 200}`));
  const sorted = await each(["roles", "lastLogin", "teams"], (order) => api(`${base}/people?order=${order}`));
  const ids = rows.slice(0, repeats).map(({ links }) => links?.[0]?.id ?? "");
  const persons = await each(ids, (id) => api(`${base}/people/user/${id}`));
  const places = await each(numbers(repeats), () => api(`${base}/people?team=team/${team?.links?.[0]?.id ?? ""}`));
  const reviews = await each(numbers(repeats), (n) => api(`${base}/reviews/two-factor?limit=100&offset=${n * 100}`));
  return [
    times("People: search while somebody types", found, 100),
    times("People: a page of 200", pages, 300),
    sizes("People: size of a page of 200", pages, 100),
    times("People: another order", sorted, 300),
    times("A person with everything held", persons, 300),
    times("A team's people", places, 300),
    times("Review: first page, asked for the first time", [cold]),
    one("  of that, processor time of the console", coldCpu),
    times("Review: a page of 100", reviews, 300),
    sizes("Review: size of a page of 100", reviews, 100),
  ];
}

/** A file that nobody has asked about: how long it takes, and how long somebody else waits meanwhile at most. */
async function measureOpening(site: Site, api: Api, path: string, cpuMs: () => number): Promise<Measured[]> {
  const startedMs = performance.now();
  const { body } = await site.post<OpenedFile>("/api/files", { path });
  const openMs = performance.now() - startedMs;
  const cpuBefore = cpuMs();
  const waits: number[] = [];
  let isReading = true;
  const reading = api(`/api/sources/${body.source}/people`).finally(() => {
    isReading = false;
  });
  while (isReading) waits.push((await api("/api/session")).ms);
  const { ms } = await reading;
  return [
    one("File: opened by its path", openMs),
    one("File: everybody in it read for the first search", ms),
    one("  of that, processor time of the console", cpuMs() - cpuBefore),
    { what: "Console: wait of others meanwhile", unit: "ms", spread: spreadOf(waits) },
  ];
}

/** Lines as a sync writes them, of which one in a thousand says what is searched for. */
function writeLog(database: string, connectorId: string, count: number): void {
  const db = new DatabaseSync(database);
  try {
    const lines = numbers(count).map((n) => ({
      runId: null,
      timeMs: 1_750_000_000_000 + n,
      level: "info" as const,
      message: n % 1000 === 0 ? `needle ${n}` : `GET /v1/orgs/some-organization/members/ ${n}`,
      fields: { page: n, status: 200, took_ms: n % 100 },
    }));
    new LogTable(db).append(connectorId, lines);
  } finally {
    db.close();
  }
}

async function measureLogs(api: Api, id: string): Promise<Measured[]> {
  const texts = ["needle", "members", "took_ms", "no such text", "9999"];
  const found = await each([...texts, ...texts], (q) =>
    api(`/api/connectors/${id}/logs?limit=100&q=${q.replaceAll(" ", "+")}`),
  );
  return [times("Logs: search in 100,000 lines", found, 300)];
}

async function measurePaint({ browser, page, console: program }: Site): Promise<Measured[]> {
  const cookies = await page.context().cookies();
  const values: number[] = [];
  for (let run = 0; run < paints; run++) {
    values.push(await firstPaint(browser, `${program.origin}/connectors`, cookies));
  }
  return [{ what: "Page: first contentful paint, nothing cached", unit: "ms", spread: spreadOf(values), target: 1000 }];
}

type Cookies = Awaited<ReturnType<ReturnType<Site["page"]["context"]>["cookies"]>>;

async function firstPaint(browser: Browser, address: string, cookies: Cookies): Promise<number> {
  const context = await browser.newContext();
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.goto(address);
    await page.locator("h1").waitFor();
    // The browser notes a paint some time after it.
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    return await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    );
  } finally {
    await context.close();
  }
}

function measureAssets(): Measured[] {
  const files = globSync("**/*", { cwd: assetsDir }).filter((path) => /\.(?:html|js|css|svg)$/.test(path));
  const plain = files.reduce((sum, path) => sum + statSync(join(assetsDir, path)).size, 0);
  const packed = files.reduce((sum, path) => sum + readFileSync(join(assetsDir, `${path}.br`)).length, 0);
  return [
    { what: "Page: all assets", unit: "KB", spread: spreadOf([plain / 1000]), target: 600 },
    { what: "Page: the same, compressed as browsers get them", unit: "KB", spread: spreadOf([packed / 1000]) },
  ];
}

function memoryOf({ console: program }: Site): Measured {
  const peak = peakMemoryOfTree(program.pid).get(program.pid) ?? Number.NaN;
  return { what: "Console: peak memory after all of this, two files open", unit: "MB", spread: spreadOf([peak / 1e6]) };
}

/** One after the other: together they would wait for each other. */
async function each<T>(items: readonly T[], ask: (item: T) => Promise<Timed>): Promise<Timed[]> {
  const answers: Timed[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}

function one(what: string, ms: number): Measured {
  return { what, unit: "ms", spread: spreadOf([ms]) };
}

function times(what: string, answers: readonly Timed[], target?: number): Measured {
  return { what, unit: "ms", spread: spreadOf(answers.map(({ ms }) => ms)), ...(target !== undefined && { target }) };
}

function sizes(what: string, answers: readonly Timed[], target: number): Measured {
  return { what, unit: "KB", spread: spreadOf(answers.map(({ bytes }) => bytes / 1000)), target };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
