/** The layers as a table. */
import { markdownTable } from "../markdown-table.ts";
import { spread } from "../report.ts";
import { spreadOf } from "../statistics.ts";
import type { LayerResult } from "./layer.ts";
import { layers } from "./layers.ts";

/** One line per layer: seconds of a run, rows and bytes in a second, peak memory with the input. */
export function layerTable(results: readonly LayerResult[]): string {
  const heading = ["Layer", "Rows", "Seconds", "Rows/s", "MB/s", "Peak MB, input included"];
  return markdownTable([heading, ...results.map(layerRow)]);
}

function layerRow({ name, rows, bytes, runMs, peakBytes }: LayerResult): string[] {
  const layer = layers.find((one) => one.name === name);
  const seconds = spreadOf(runMs.map((ms) => ms / 1000));
  return [
    layer?.title ?? name,
    `${rows.toLocaleString("en-US")} ${layer?.unit ?? ""}`,
    spread(seconds, 2),
    Math.round(rows / seconds.median).toLocaleString("en-US"),
    bytes === undefined ? "-" : (bytes / 1e6 / seconds.median).toFixed(0),
    (peakBytes / 1e6).toFixed(0),
  ];
}
