/** Runs all layers, each in a process of its own, so that none warms or fills what the next one uses. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { LayerResult } from "./layer.ts";
import { layers } from "./layers.ts";

/** How large, and where to say how far it is. */
export interface LayerOptions {
  /** A tenth of the size. */
  readonly quick: boolean;
  onLayer(text: string): void;
}

const wholeMembers = 100_000;
const runs = 3;

/** Measures them. @throws Error when one fails. */
export function measureLayers({ quick, onLayer }: LayerOptions): readonly LayerResult[] {
  const members = quick ? wholeMembers / 10 : wholeMembers;
  return layers.map(({ name }) => {
    onLayer(`layer ${name}`);
    const program = join(import.meta.dirname, "layer-process.ts");
    const child = spawnSync(process.execPath, [program, name, String(members), String(runs)], {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
    });
    if (child.status !== 0) throw new Error(`layer ${name} failed`);
    return JSON.parse(child.stdout);
  });
}
