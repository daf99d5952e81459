/** Looks for what keeps people out: axe-core in the page as it stands, in both themes. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const script = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What `axe.run` tells, as far as it is read here. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/** Every violation in light and dark, as `theme: rule: element: why`; the theme that was there is not brought back. */
export async function violationsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  // Through the debugger: the page's policy lets no script in, and nothing is loosened for the test.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(script);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours that are on their way from one theme to the other are neither's.
    await page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    });
    // The document is the same in both: in the second one only its colours are others.
    const rules = colorScheme === "light" ? "" : "runOnly: ['color-contrast'], ";
    const results: AxeResults = await page.evaluate(`axe.run(document, { ${rules}resultTypes: ['violations'] })`);
    for (const { id, help, nodes } of results.violations) {
      for (const { target, failureSummary = help } of nodes) {
        found.push(`${colorScheme}: ${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ")}`);
      }
    }
  }
  return found;
}
