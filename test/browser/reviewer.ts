/** A person at the console who reviews files: the site, files of organizations of any kind, and opening them. */
import { join } from "node:path";
import type { Organization } from "../../sandbox/organization/model.ts";
import type { OrganizationOptions } from "../../sandbox/organization/organization.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { runProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { type Site, settled, startSite } from "./console-page.ts";

/** The reviewer's site. */
export interface Reviewer extends Site {
  /** Syncs an organization with the program into a file. @returns its path. */
  sync(name: string, organization: Organization | OrganizationOptions): Promise<string>;
  /** Opens a file in the page, by its path. @returns its source, URL-encoded. */
  open(path: string): Promise<string>;
}

/** Starts the console and the browser, and signs in. */
export async function startReviewer(): Promise<Reviewer> {
  const site = await startSite();
  const { page, directory, visit } = site;
  return {
    ...site,
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
      return openSource(page.url());
    },
  };
}

/** The source, URL-encoded, whose screen is at an address below /files. */
export function openSource(address: string): string {
  const id = new URL(address).pathname.split("/").at(-1) ?? "";
  return encodeURIComponent(`file:${decodeURIComponent(id)}`);
}
