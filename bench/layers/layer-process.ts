/** Runs one layer, `node layer-process.ts NAME MEMBERS RUNS`, and prints what it took as JSON. A process of its own each. */
import type { LayerResult } from "./layer.ts";
import { layers } from "./layers.ts";

const [name = "", members, runs] = process.argv.slice(2);
const layer = layers.find((one) => one.name === name);
if (!layer) throw new Error(`no layer ${name}`);
const prepared = await layer.prepare(Number(members));
const runMs: number[] = [];
// The first run warms up.
for (let n = 0; n <= Number(runs); n++) {
  const startedMs = performance.now();
  const own = await prepared.run();
  const ms = typeof own === "number" ? own : performance.now() - startedMs;
  if (n > 0) runMs.push(ms);
  prepared.reset?.();
}
const { rows, bytes } = prepared;
const peakBytes = process.resourceUsage().maxRSS * 1024;
const result: LayerResult = { name, rows, ...(bytes !== undefined && { bytes }), runMs, peakBytes };
process.stdout.write(`${JSON.stringify(result)}\n`);
await prepared.end?.();
