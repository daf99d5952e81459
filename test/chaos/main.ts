/**
 * `npm run test:chaos [-- --seeds N --first N --lanes N | --seed N]`: plays random plans of faults, kills, signals and
 * changes against the real program. Prints each seed; `-- --seed N` plays one again.
 */
import { parseArgs } from "node:util";
import { runChaos } from "./chaos-run.ts";
import { planOf } from "./plan.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    first: { type: "string", default: String(Date.now() % 1_000_000) },
    lanes: { type: "string", default: "3" },
    seed: { type: "string" },
  },
});

const single = values.seed === undefined ? undefined : Number(values.seed);
const first = single ?? Number(values.first);
const count = single === undefined ? Number(values.seeds) : 1;
const seeds = Array.from({ length: count }, (_, index) => first + index);
if (single !== undefined) process.stdout.write(`${JSON.stringify(planOf(single), undefined, 2)}\n`);
else process.stdout.write(`seeds ${first} to ${first + count - 1}\n`);

const startedMs = performance.now();
const { happened, exits, sealedChecked, failed, missing } = await runChaos({
  seeds,
  lanes: Number(values.lanes),
  onSeed: (seed, error) => process.stdout.write(error ? `seed ${seed} FAILED\n${error.stack}\n` : `seed ${seed} ok\n`),
});
const listed = (map: ReadonlyMap<string | number, number>): string =>
  [...map].map(([name, times]) => `${name} ${times}`).join(", ");
process.stdout.write(`happened: ${listed(happened)}
exit codes: ${listed(exits)}
${sealedChecked} finished syncs checked against the organization
${((performance.now() - startedMs) / 1000).toFixed(0)} s
`);
if (single === undefined && missing.length > 0) process.stdout.write(`NEVER HAPPENED: ${missing.join(", ")}\n`);
if (failed.length > 0) process.stdout.write(`FAILED seeds: ${failed.join(", ")}; npm run test:chaos -- --seed N\n`);
process.exitCode = failed.length > 0 || (single === undefined && missing.length > 0) ? 1 : 0;
