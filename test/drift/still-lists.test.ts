import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../sandbox/random.ts";
import { type Errs, errors, errsBy, readStill } from "./still-lists.ts";

const lists = Number(process.env["DRIFT_LISTS"] ?? 150);
const firstSeed = Number(process.env["DRIFT_SEED"] ?? 1);

/** In which the server errs; in everything, now and then, without one. */
const kinds = [...(Object.keys(errors) as (keyof Errs)[]), undefined];

for (const only of kinds) {
  test(`a list at rest whose server errs in ${only ?? "many things"} ends whole, or partial with the sums`, async () => {
    const wrong: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + (only ? lists : lists * 5); seed++) {
      const errs = errsBy(createRandom(seed, `errs/${only}`), only);
      const problem = await judge(errs, seed);
      if (problem !== "") wrong.push(`seed ${seed}, ${problem}: ${JSON.stringify(errs)}`);
    }
    assert.deepEqual(wrong, []);
  });
}

async function judge(errs: Errs, seed: number): Promise<string> {
  const { last, shown, visible, all, requests } = await readStill(errs, seed).catch((error: Error) => {
    return { last: error.message, shown: new Set(), visible: 0, all: 0, requests: 0 };
  });
  if (typeof last === "string") return `failed: ${last}`;
  if (last?.kind !== "whole" && last?.kind !== "count-differs") return `${last?.kind}`;
  if (last.kind === "whole" && shown.size < visible) return `${shown.size} of ${visible} are complete`;
  const isCounted = errs.count === "exact" && (errs.headers === "both" || errs.headers === "counts");
  if (last.kind === "whole" && isCounted && visible < all) return `${visible} of ${all} counted ones are complete`;
  return requests > 20 * (all + 10) ? `${requests} requests` : "";
}
