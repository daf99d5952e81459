/** No circles of imports, imports of types counted: files in a circle can only be understood, and moved, together. */
import type { SourceFile, Violation } from "./source-files.ts";

/** The circles that there are. */
export function circles(files: readonly SourceFile[]): readonly Violation[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports]));
  return circlesIn(graph).map((circle) => ({
    file: circle[0] ?? "",
    problem: `stands in a circle of imports: ${[...circle, circle[0]].join(" -> ")}`,
  }));
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
