/** A real browser for tests: Chromium from the npm registry, driven by playwright-core. Nothing else is downloaded. */
import chromiumBinary from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Starts a headless Chromium; close it when done. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await chromiumBinary.executablePath(),
    // Not the package's own list: it switches off what decides here, such as the same-origin rules (and with them the
    // header Origin). Without the sandbox it runs in containers and as root as well.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
    headless: true,
  });
}
