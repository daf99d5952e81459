/** All layers, in the order of the table. */
import { expansionLayer } from "./expansion-layer.ts";
import { fileLayers } from "./file-layers.ts";
import type { Layer } from "./layer.ts";
import { limitLayers } from "./limit-layers.ts";
import { recordLayers } from "./record-layers.ts";
import { reportLayers } from "./report-layers.ts";

/** Ours first, then what the machine allows. */
export const layers: readonly Layer[] = [
  ...recordLayers,
  ...fileLayers,
  expansionLayer,
  ...reportLayers,
  ...limitLayers,
];
