/** A real browser for tests: Chromium from the npm registry, driven by playwright-core. Nothing else is downloaded. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromiumBinary from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Starts a headless Chromium; close it when done. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await unpackedChromium(),
    // Not the package's own list: it switches off what decides here, such as the same-origin rules (and with them the
    // header Origin). Without the sandbox it runs in containers and as root as well.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
    headless: true,
  });
}

/**
 * Path of the browser, its fonts beside it, unpacked once on a machine. Several test files may be the first to need it, and the package itself takes
 * what another one is still unpacking for the browser: it is unpacked aside, and shown when it is whole.
 */
export async function unpackedChromium(): Promise<string> {
  const folder = join(tmpdir(), `chromium-${packageVersion()}`);
  const executable = join(folder, "chromium");
  if (existsSync(executable)) return executable;
  const aside = await mkdtemp(`${folder}-`);
  await unpackInto(aside);
  try {
    await rename(aside, folder);
  } catch (caught) {
    await rm(aside, { recursive: true });
    // Another test was faster.
    if (!existsSync(executable)) throw caught;
  }
  return executable;
}

/** The package unpacks into the folder for temporary files, which it asks for when it is called. */
async function unpackInto(folder: string): Promise<void> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = folder;
  const unpacked = chromiumBinary.executablePath();
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
  await unpacked;
}

function packageVersion(): string {
  const manifest = new URL("../package.json", import.meta.resolve("@sparticuz/chromium"));
  return String(JSON.parse(readFileSync(manifest, "utf8")).version);
}
