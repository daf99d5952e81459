/**
 * Where lines of the program were written, when it runs as one file (scripts/bundle-program.ts): in the package, which has
 * tables of it beside the program, and in the single executable, which has the smaller one inside.
 */
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { basename, dirname, join } from "node:path";
import { getAsset, isSea } from "node:sea";

/** The program as one file. */
export const bundledName = "program.cjs";
/** Lines of it that log, and their places, as JSON. */
export const callersAsset = "callers.json";

let callers: Readonly<Record<string, string>> | undefined;

/** The place of a line that logs, as `directory/file:line`. */
export function writtenPlace({ scriptName, lineNumber }: { scriptName: string; lineNumber: number }): string {
  callers ??= callersOf(scriptName);
  return callers[lineNumber] ?? `${scriptName.split(/[/\\]/).slice(-2).join("/")}:${lineNumber}`;
}

function callersOf(script: string): Readonly<Record<string, string>> {
  if (isSea()) return JSON.parse(getAsset(callersAsset, "utf8"));
  return basename(script) === bundledName ? JSON.parse(readFileSync(join(dirname(script), callersAsset), "utf8")) : {};
}

/** A stack with the places where its lines were written. */
export function writtenStack(stack: string): string {
  let map: SourceMap | undefined;
  const places = /(?<=\(|at |async )([^(\n]*program\.cjs):(\d+):(\d+)/g;
  return stack.replace(places, (place, script: string, line: string, column: string) => {
    if (!existsSync(`${script}.map`)) return place;
    map ??= new SourceMap(JSON.parse(readFileSync(`${script}.map`, "utf8")));
    const origin = map.findOrigin(Number(line), Number(column));
    return "fileName" in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : place;
  });
}
