/** What must be seen of a failure on the page. Knows nothing of how it comes about. */
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { FailureState } from "../../src/console/contract/failures.ts";

/** What must be seen of a state. */
export interface Expected {
  readonly state: FailureState;
  readonly title: string | RegExp;
  readonly texts: readonly (string | RegExp)[];
  /** Name of the button or link that leads on; undefined where waiting is all there is to do. */
  readonly action?: string | RegExp;
  readonly code: RegExp;
}

/** Holds what the page shows against it, at site and phone width, and takes a picture. */
export async function assertShows(
  page: Page,
  folder: string,
  { state, title, texts, action, code }: Expected,
): Promise<void> {
  const banner = page
    .locator(".banner")
    .filter({ has: page.locator(".banner-title", { hasText: title }) })
    .first();
  await banner.waitFor();
  const text = (await banner.textContent()) ?? "";
  for (const wanted of texts) {
    if (typeof wanted === "string") assert.ok(text.includes(wanted), `${state}: ${wanted} is not in: ${text}`);
    else assert.match(text, wanted);
  }
  assert.match(text, code);
  const sentences = (await banner.locator(".banner-body > p:not(.banner-title)").allTextContents()).join(" ");
  assert.ok(sentences.split(/\s+/).length <= 60, `${state}: more than 60 words: ${sentences}`);
  if (action) {
    const way = banner.getByRole("button", { name: action }).or(banner.getByRole("link", { name: action }));
    await way
      .or(page.getByRole("button", { name: action }))
      .first()
      .waitFor();
  }
  mkdirSync(folder, { recursive: true });
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await banner.scrollIntoViewIfNeeded();
    assert.ok(await fits(page), `${state} does not fit ${width} px`);
    const path = join(folder, `${state}-${width}.png`);
    await page.screenshot({ path });
    assert.ok(statSync(path).size > 1000);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Whether nothing sticks out to the side. */
export function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}
