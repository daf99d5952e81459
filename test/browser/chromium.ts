/** A real browser for tests: Chromium from the npm registry, driven by playwright-core. Nothing else is downloaded. */
import chromiumBinary from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Starts a headless Chromium; close it when done. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await chromiumBinary.executablePath(),
    args: chromiumBinary.args,
    headless: true,
  });
}
