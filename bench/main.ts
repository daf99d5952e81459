/** `npm run bench`: measures the package and the layers, prints tables, and with --write keeps them. */

import { measureLayers } from "./layers/run-layers.ts";
import { layerTable } from "./layers/table.ts";
import { type BenchOptions, benchHelp, parseBenchOptions } from "./options.ts";
import { existingPackage, ownPackage, type PackageUnderTest, peerProgram } from "./package-under-test.ts";
import { caseTable, growthLine, stepTable } from "./report.ts";
import { writeResults } from "./results-file.ts";
import { type CaseResult, runStartCase, runSyncCase } from "./run-cases.ts";

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const show = (text: string): void => {
  process.stdout.write(`${text}\n\n`);
};

async function main(options: BenchOptions): Promise<void> {
  const cases = await measureCases(options);
  if (cases.length > 0) show(caseTable(cases));
  if (cases.some(({ requests }) => requests !== undefined)) show(stepTable(cases));
  const grown = growthLine(cases);
  if (grown) show(grown);
  const layers = options.layers ? layerTable(measureLayers({ quick: options.quick, onLayer: say })) : "";
  if (layers) show(layers);
  if (options.write) writeResults({ cases, layers, date: new Date() });
}

async function measureCases({ syncs, starts, runs, against, peer }: BenchOptions): Promise<CaseResult[]> {
  if (syncs.length + starts.length === 0) return [];
  say("building");
  using built = await ownPackage();
  const packages: PackageUnderTest[] = against
    ? [existingPackage("before", against), { name: "now", command: built.command }]
    : [built];
  const peers = peer === undefined ? [] : [peerProgram(peer)];
  const options = { ...(runs !== undefined && { runs }), onRun: say };
  const results: CaseResult[] = [];
  for (const one of syncs) results.push(...(await runSyncCase(one, [...packages, ...peers], options)));
  for (const one of starts) results.push(...(await runStartCase(one, packages, options)));
  return results;
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(benchHelp);
  else await main(options);
} catch (caught) {
  say(caught instanceof Error ? caught.message : String(caught));
  process.exitCode = 1;
}
