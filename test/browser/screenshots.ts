/**
 * `npm run screenshots`: takes the pictures in docs/images of a console that runs for real, on a made-up organization.
 * Run it when a main screen looks different.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { sampleOrganization } from "../../src/console/connectors/sample-people.ts";
import { unpackedChromium } from "./chromium.ts";
import { type Site, settled, startSite } from "./console-page.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, "docs", "images");
const site = { width: 1440, height: 860 };
const laptop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
/** A picture that is larger is a burden on everybody who clones. */
const maxBytes = 180_000;

async function take(page: Page, name: string): Promise<void> {
  await settled(page);
  // What moves is caught at its end.
  await page.waitForTimeout(600);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  const { size } = statSync(path);
  process.stdout.write(`${name}: ${Math.round(size / 1000)} kB\n`);
  if (size > maxBytes) throw new Error(`${name} has ${size} bytes, more than ${maxBytes}`);
}

async function setUp({ page, sandbox }: Pick<Site, "page"> & { sandbox: Sandbox }): Promise<void> {
  await take(page, "console-welcome");
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("link", { name: "Add connector" }).click();
  await page.getByRole("link", { name: "Add Cloudsmith" }).click();
  await page.getByRole("radio", { name: /^On a schedule here/ }).check();
  await press("Next");
  await page.getByLabel("Owner").fill("Ada Lindqvist");
  await press("Next");
  await press("Edit settings");
  await page.getByLabel("Cloudsmith API key").fill(sandbox.keys.service);
  await page.getByLabel("Organization slug").fill("acme");
  await page.getByText("Advanced").click();
  await page.getByLabel("API host").fill(sandbox.baseUrl);
  await press("Test");
  await page.getByRole("heading", { name: "Test passed" }).waitFor();
  await page.getByRole("heading", { name: "Test passed" }).scrollIntoViewIfNeeded();
  await take(page, "console-test");
  await press("Save");
  await page.getByText("Connected", { exact: true }).waitFor();
  await press("Dismiss");
}

/** A sync of many people, caught on its way; the second one knows how long the first one took. */
async function catchSync({ page, post, reaches, addConnector, visit }: Site): Promise<void> {
  const organization = createOrganization({ seed: 9, members: 9000, teams: 120, slug: "globex", name: "Globex" });
  await using large = await startSandbox({
    organization,
    prepare: true,
    rateLimit: { limit: 5400, windowSeconds: 3600 },
  });
  const settings = { apiKey: large.keys.service, orgSlug: "globex", baseUrl: large.baseUrl };
  const id = await addConnector({ mode: "schedule", settings });
  await reaches(id, "Connected");
  large.switches.latencyMs = 700;
  await post(`/api/connectors/${id}/sync`);
  await visit(`/connectors/${id}`);
  await page.waitForFunction(
    () => Number(document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")) > 4,
  );
  await take(page, "console-syncing");
  large.switches.latencyMs = 0;
  await post(`/api/connectors/${id}/remove`, { slug: large.organization.slug });
}

/** The pictures of what is there after a sync, in both themes, and on a phone. */
async function lookAround({ page, visit }: Site): Promise<void> {
  const home = new URL(page.url()).pathname;
  await take(page, "console-connected");
  await page.emulateMedia({ colorScheme: "dark" });
  await take(page, "console-connected-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(phone);
  await visit(home);
  await take(page, "console-phone");
  await page.setViewportSize(site);
  await page.setViewportSize(laptop);
  for (const [name, path, colorScheme] of [
    ["console-access", `${home}/access`, "light"],
    ["console-review-dark", `/sources/${encodeURIComponent(sourceOf(home))}/reviews/owners`, "dark"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await visit(path);
    await take(page, name);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(site);
  for (const [name, path] of [
    ["console-teams", `${home}/access/teams`],
    ["console-reviews", `${home}/reviews`],
    ["console-attention", "/connectors"],
  ] as const) {
    await visit(path);
    await take(page, name);
  }
  await page.setViewportSize(phone);
  await visit(`${home}/access?status=disabled`);
  await take(page, "console-phone-people");
  await page.setViewportSize(site);
  await visit(home);
}

/** The source of the connector whose screen this is. */
function sourceOf(home: string): string {
  return `connector:${home.split("/").at(-1) ?? ""}`;
}

/** The fonts that the browser's package brings, so that pictures look the same on every machine. */
async function useFonts(directory: string): Promise<void> {
  const fonts = join(dirname(await unpackedChromium()), "fonts");
  const file = join(directory, "fonts.conf");
  const alias = (family: string, font: string): string =>
    `<match target="pattern"><test name="family"><string>${family}</string></test><edit name="family" mode="assign" binding="strong"><string>${font}</string></edit></match>`;
  const text = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${directory}</cachedir>
${alias("system-ui", "Open Sans")}${alias("sans-serif", "Open Sans")}
</fontconfig>`;
  writeFileSync(file, text);
  process.env["FONTCONFIG_FILE"] = file;
}

const scratch = mkdtempSync(join(tmpdir(), "screenshots-"));
try {
  mkdirSync(folder, { recursive: true });
  await useFonts(scratch);
  await using session = await startSite({
    sandbox: { organization: sampleOrganization(Date.now()), rateLimit: { limit: 5400, windowSeconds: 3600 } },
  });
  await session.page.setViewportSize(site);
  await session.page.emulateMedia({ colorScheme: "light" });
  await session.visit("/");
  await setUp(session);
  await lookAround(session);
  await catchSync(session);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
