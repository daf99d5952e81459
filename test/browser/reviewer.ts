/**
 * A reviewer at the console: the real command, a real browser that came in by the printed link, and a file that was
 * opened by its path. Notes what must never happen: script errors, and what the page's policy had to stop.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Organization } from "../../sandbox/model.ts";
import type { OrganizationOptions } from "../../sandbox/organization.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { type ConsoleProcess, startConsole } from "../console/console-process.ts";
import { runProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { launchChromium } from "./chromium.ts";

/** The reviewer's desk. */
export interface Reviewer extends AsyncDisposable {
  readonly console: ConsoleProcess;
  readonly browser: Browser;
  readonly page: Page;
  /** Directory for files, gone at the end. */
  readonly directory: string;
  /** Script errors of the page and violations of its policy so far. */
  readonly troubles: readonly string[];
  /** Goes to a path of the console and waits until nothing is asked any more. */
  visit(path: string): Promise<void>;
  /** Syncs an organization with the program into a file. */
  sync(name: string, organization: Organization | OrganizationOptions): Promise<string>;
  /** Opens a file in the page, by its path. @returns its source, URL-encoded. */
  open(path: string): Promise<string>;
}

/** Starts the console, the browser, and signs in. */
export async function startReviewer(): Promise<Reviewer> {
  const directory = mkdtempSync(join(tmpdir(), "reviewer-"));
  const program = await startConsole();
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  // What a person would not wait for is a failure, and one that is told before the test ends.
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) troubles.push(`policy: ${message.text()}`);
  });
  await page.goto(program.link);
  const visit = async (path: string): Promise<void> => {
    await page.goto(`${program.origin}${path}`);
    await settled(page);
  };
  return {
    ...{ console: program, browser, page, directory, troubles, visit },
    async sync(name, organization) {
      const file = join(directory, name);
      await using sandbox = await startSandbox({ organization, prepare: true });
      const { code, stderr } = await runProgram(["--file", file], { cwd: directory, env: settingsFor(sandbox) });
      if (code !== 0) throw new Error(`the sync into ${name} failed: ${stderr}`);
      return file;
    },
    async open(path) {
      await visit("/files");
      await page.getByLabel("Path of the file").fill(path);
      await page.getByRole("button", { name: "Open", exact: true }).click();
      await page.waitForURL("**/files/*");
      await settled(page);
      return encodeURIComponent(`file:${decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "")}`);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await program[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until the screen shows what it asked for. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .skeleton') === null);
}
