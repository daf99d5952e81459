/**
 * `npm run test:crash [-- --kills N --seconds N --lanes N --seed N --engine NAME]`: kills the real program and says how
 * that went. Without an engine files are of both versions.
 */
import { parseArgs } from "node:util";
import { storageEngines } from "../../src/sdk/c1z/write/engine.ts";
import { runCrashes } from "./crash-run.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seconds: { type: "string", default: "3600" },
    lanes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    members: { type: "string", default: "3000" },
    engine: { type: "string" },
    "latency-ms": { type: "string", default: "5" },
  },
});

const engines = storageEngines.filter((engine) => engine === (values.engine ?? engine));
if (engines.length === 0) throw new Error(`the engines are ${storageEngines.join(" and ")}`);
const startedMs = performance.now();
process.stdout.write(`seed ${values.seed}\n`);
let shown = 0;
const { counts, baselineMs } = await runCrashes({
  kills: Number(values.kills),
  seconds: Number(values.seconds),
  lanes: Number(values.lanes),
  engines,
  seed: Number(values.seed),
  members: Number(values.members),
  latencyMs: Number(values["latency-ms"]),
  onProgress({ kills }) {
    if (kills < shown + 50) return;
    shown = kills;
    process.stdout.write(`${kills} kills\n`);
  },
});
const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
process.stdout.write(`an uninterrupted run takes ${baselineMs.toFixed(0)} ms
${counts.kills} kills, ${counts.killsInSave} of them in the save, ${counts.killsOfResumed} of runs that went on after a kill
${counts.filesChecked} files left by a kill: all absent, the old one or a whole new one
${counts.resumed} runs went on with what a killed one had read, under the same sync id
${counts.comparisons} runs to the end: all equal to an uninterrupted one
${seconds} s
`);
if (counts.kills < Number(values.kills)) process.stdout.write(`the time was over before ${values.kills} kills\n`);
