/**
 * Answers that are worked out once and kept with the file that they are about: figures, and the first page of everything.
 * They are there at once, also right after a start, without the file being opened.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pageRows } from "../../contract/sources.ts";
import { isWhole } from "../people-tables.ts";
import type { Question, Taken } from "../questions.ts";
import type { Window } from "../rows/table-page.ts";

/** Grows when an answer gets another shape: those of before are not read any more. */
const format = 3;
const firstWindow: Window = { offset: 0, limit: pageRows };
/** What is asked of a table first. */
const firstRows = { asked: { query: { where: {}, descending: false } }, window: firstWindow };

/** Whether an answer is kept: one that does not depend on what somebody types or chooses. */
export function isKept<Q extends Question>(name: Q, taken: Taken<Q>): boolean {
  if (name === "info" || name === "overview" || name === "attention") return true;
  if (name === "grants") return isFirstGrants(taken as Taken<"grants">);
  if (name === "rows") return isFirstTable(taken as Taken<"rows">);
  return name === "review" && isFirst(taken as Taken<"review">);
}

/** Of everybody and of all teams; what is asked for a team or a run is asked of a file rarely. */
function isFirstTable({ of, ...rows }: Taken<"rows">): boolean {
  return of.kind !== "members" && !("among" in of) && isFirst(rows);
}

function isFirst({ asked, window }: Pick<Taken<"rows">, "asked" | "window">): boolean {
  return isFirstWindow(window) && isWhole(asked);
}

function isFirstWindow({ offset, limit }: Window): boolean {
  return offset === firstWindow.offset && limit === firstWindow.limit;
}

/** The page that counts them all. */
function isFirstGrants({ query, window }: Taken<"grants">): boolean {
  return isFirstWindow(window) && query.entitlement === undefined && query.principal === undefined;
}

/** What is worked out when a sync ends, besides figures and the overview. @param reviews names of those that apply to the file. */
export function firstQuestions(
  reviews: readonly string[],
): readonly { readonly [Q in Question]: FirstQuestion<Q> }[Question][] {
  return [
    { name: "rows", taken: { of: { kind: "people" }, ...firstRows } },
    { name: "grants", taken: { query: {}, window: firstWindow } },
    ...reviews.map((name) => ({ name: "review", taken: { name, ...firstRows } }) as const),
    { name: "rows", taken: { of: { kind: "teams" }, ...firstRows } },
  ];
}

interface FirstQuestion<Q extends Question> {
  readonly name: Q;
  readonly taken: Taken<Q>;
}

/** The answer that was kept in a folder; undefined when there is none. */
export async function readKept<Q extends Question>(folder: string, name: Q, taken: Taken<Q>): Promise<unknown> {
  try {
    return JSON.parse(await readFile(pathOf(folder, name, taken), "utf8"));
  } catch {
    // None is kept yet, or it was damaged: it is worked out anew.
    return undefined;
  }
}

/** Keeps an answer. Where it cannot be written it is worked out again the next time. */
export async function keep<Q extends Question>(
  folder: string,
  name: Q,
  taken: Taken<Q>,
  answer: unknown,
): Promise<void> {
  const path = pathOf(folder, name, taken);
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify(answer), { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    // A full disk costs time, not truth.
  }
}

function pathOf<Q extends Question>(folder: string, name: Q, taken: Taken<Q>): string {
  // Who asks for the file by which name makes no difference to what is in it.
  const told = name === "info" ? {} : taken;
  const hash = createHash("sha256")
    .update(JSON.stringify([format, told]))
    .digest("hex")
    .slice(0, 16);
  return join(folder, `${name}-${hash}.json`);
}
