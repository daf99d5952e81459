/** No circles of imports, imports of types counted: files in a circle can only be understood, and moved, together. */
import type { SourceFile, Violation } from "./source-files.ts";

/**
 * Circles that are still there, each as the import that would break it. The list only shrinks: an entry that no circle
 * needs any more is a violation itself.
 */
export const knownCircles: readonly (readonly [file: string, imported: string])[] = [
  ["src/sdk/c1z/write/retention.ts", "src/sdk/c1z/write/sync-runs.ts"],
  ["src/sdk/c1z/scratch/row-batches.ts", "src/sdk/c1z/scratch/scratch-database.ts"],
];

/** Circles beyond the known ones, and known ones that are gone. */
export function circles(files: readonly SourceFile[], known = knownCircles): readonly Violation[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports]));
  const isKnown = (file: string, imported: string): boolean => known.some(([a, b]) => a === file && b === imported);
  const cut = new Map([...graph].map(([path, imports]) => [path, imports.filter((one) => !isKnown(path, one))]));
  const found = circlesIn(cut).map((circle) => ({
    file: circle[0] ?? "",
    problem: `stands in a circle of imports: ${[...circle, circle[0]].join(" -> ")}`,
  }));
  const isOld = ([file, imported]: readonly [string, string]): boolean =>
    !(graph.get(file)?.includes(imported) && reaches(graph, imported, file));
  const old = known.filter(isOld).map(([file, imported]) => ({
    file,
    problem: `no circle goes over its import of ${imported}: take it off the list`,
  }));
  return [...found, ...old];
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** One circle for every file that is met again on the way from itself; a file is walked once. */
function circlesIn(graph: Graph): readonly (readonly string[])[] {
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push(path.slice(at));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const imported of graph.get(file) ?? []) visit(imported);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

function reaches(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [from];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (file === to) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    next.push(...(graph.get(file) ?? []));
  }
  return false;
}
