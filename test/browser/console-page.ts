/**
 * A person at the console: the real command as a process, a real browser that came in by the printed link, and a
 * sandbox in the place of Cloudsmith. Notes what must never happen: script errors, violations of the page's policy, and
 * requests to anybody else.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import type { KeyName } from "../../sandbox/keys.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server.ts";
import type { ConnectorDetail, ConnectorStatus, RunMode } from "../../src/console/contract/connectors.ts";
import type { SettingsInput } from "../../src/console/contract/inputs.ts";
import { type ConsoleProcess, startConsole } from "../console/console-process.ts";
import { launchChromium } from "./chromium.ts";

/** The person's site. */
export interface Site extends AsyncDisposable {
  readonly console: ConsoleProcess;
  readonly browser: Browser;
  readonly page: Page;
  readonly sandbox: Sandbox;
  /** Gone at the end. */
  readonly directory: string;
  readonly troubles: readonly string[];
  /** Goes to a path of the console and waits until the screen shows what it asked for. */
  visit(path: string): Promise<void>;
  /** Calls the API as the page does, with its session. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }>;
  /** Adds a connector to the sandbox and saves its settings; waits until its sync, if any, has ended. */
  addConnector(how?: ConnectorChoice): Promise<string>;
  /** Waits until the connector has one of the states. */
  reaches(id: string, ...statuses: readonly ConnectorStatus[]): Promise<ConnectorDetail>;
}

/** So often a state is looked for, ten times a second. */
const mostTries = 1_200;

/** A connector to add; a good one to the sandbox by default. */
export interface ConnectorChoice {
  readonly mode?: RunMode;
  readonly key?: KeyName;
  readonly settings?: SettingsInput;
}

/** How the site is set up. */
export interface SiteOptions {
  readonly sandbox?: SandboxOptions;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the console. */
  readonly under?: readonly string[];
  /** What starts the console, if not what starts the program in other tests. */
  readonly program?: readonly string[];
}

/** Starts everything and signs in. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  await using parts = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "console-site-"));
  parts.defer(() => rmSync(directory, { recursive: true, force: true }));
  const starting = [
    startConsole(options.argv, options.env, options.under, options.program).then((program) => parts.use(program)),
    launchChromium().then((browser) => parts.adopt(browser, () => browser.close())),
    startSandbox(options.sandbox).then((sandbox) => parts.adopt(sandbox, () => sandbox.close())),
  ] as const;
  // When one fails, the others are ended as well: what is left open keeps a test from its end.
  await Promise.allSettled(starting);
  const [program, browser, sandbox] = await Promise.all(starting);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  // A busy machine is no failure; a test as a whole may take three times as long.
  page.setDefaultTimeout(60_000);
  const troubles = watch(page, program.origin);
  await page.goto(program.link);
  await settled(page);
  const get = <T>(path: string): Promise<T> => page.evaluate(async (at) => (await fetch(at)).json(), path);
  const post = async <T>(path: string, body: unknown = {}): Promise<{ status: number; body: T }> => {
    const { status, body: answer } = await page.evaluate(postFrom, { path, body });
    return { status, body: answer as T };
  };
  const reaches: Site["reaches"] = async (id, ...statuses) => {
    for (let tries = 0; ; tries++) {
      const connector = await get<ConnectorDetail>(`/api/connectors/${id}`);
      if (statuses.includes(connector.status)) return connector;
      if (tries > mostTries) throw new Error(`it is ${connector.status}: ${JSON.stringify(connector.failure)}`);
      await page.waitForTimeout(100);
    }
  };
  const owned = parts.move();
  return {
    console: program,
    browser,
    page,
    sandbox,
    directory,
    troubles,
    get,
    post,
    reaches,
    async visit(path) {
      await page.goto(`${program.origin}${path}`);
      await settled(page);
    },
    async addConnector({ mode = "once", key = "service", settings = {} } = {}) {
      const created = await post<ConnectorDetail>("/api/connectors", { mode, owner: "Ada Lovelace" });
      const { id } = created.body;
      const input: SettingsInput = {
        apiKey: sandbox.keys[key],
        orgSlug: sandbox.organization.slug,
        baseUrl: sandbox.baseUrl,
        ...settings,
      };
      const saved = await post(`/api/connectors/${id}/settings`, input);
      if (saved.status !== 200) throw new Error(`settings were refused: ${JSON.stringify(saved.body)}`);
      return id;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What each page has asked for and not been given yet, but for the stream of events, which never ends. */
const unanswered = new WeakMap<Page, Set<Request>>();

/** Waits until the screen shows what it asked for: nothing is under way, and what came is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  for (;;) {
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
    );
    if ((unanswered.get(page)?.size ?? 0) === 0) return;
    await page.waitForTimeout(20);
  }
}

function trackRequests(page: Page): void {
  const open = new Set<Request>();
  unanswered.set(page, open);
  page.on("request", (request) => {
    if (!request.url().endsWith("/api/events")) open.add(request);
  });
  // What a page that is left had asked for fails.
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
}

/** Everything that must not happen on a page, as it happens. */
export function watch(page: Page, origin: string): readonly string[] {
  const troubles: string[] = [];
  trackRequests(page);
  page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) troubles.push(`policy: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && /^http/.test(protocol)) troubles.push(`foreign request: ${request.url()}`);
  });
  return troubles;
}

/** Runs in the page. */
async function postFrom({ path, body }: { path: string; body: unknown }): Promise<{ status: number; body: unknown }> {
  const { csrfToken } = (await (await fetch("/api/session")).json()) as { csrfToken: string };
  const headers = { "content-type": "application/json", "x-csrf-token": csrfToken };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/**
 * What has the focus, as element and name, and the window's title, at the very change that brings `wanted`, not some
 * frames later: in between somebody may type. To be called before the change.
 */
export function whenItComes(
  page: Page,
  wanted: { readonly selector: string; readonly text: string },
): Promise<{ focused: string; title: string }> {
  return page.evaluate(
    ({ selector, text }) =>
      new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          const isThere = [...document.querySelectorAll(selector)].some(({ textContent }) => textContent === text);
          if (!isThere) return;
          observer.disconnect();
          const element = document.activeElement;
          const named = element instanceof HTMLInputElement ? element.labels?.[0] : element;
          const name = element === document.body ? "" : (named?.textContent ?? "");
          resolve({ focused: `${element?.localName} ${name}`, title: document.title });
        });
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
      }),
    wanted,
  );
}
