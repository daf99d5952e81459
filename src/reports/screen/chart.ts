/** Charts of reports: bars out of rows or counts, and the words and percentages of headlines. Pure. */
import { roleRank } from "../file-shape.ts";
import type { Cell, Charted, Count } from "../report.ts";
import type { Chart, ChartPart, Column, PartTone, ValueKind } from "./shown.ts";

/** Tones of values, in the order in which parts stand in a bar. */
const tones: ReadonlyMap<string, PartTone> = new Map<string, PartTone>([
  ["yes", "good"],
  ["unknown", "warn"],
  ["no", "bad"],
  ["enabled", "accent"],
  ["disabled", "muted"],
  ["deleted", "muted"],
  ["added", "good"],
  ["removed", "bad"],
  ["changed", "info"],
]);
const order = [...tones.keys()];

/** The values that a row is counted and found under; "" where it has none. */
export function valuesOf(cell: Cell | null): readonly string[] {
  if (typeof cell === "object" && cell !== null) return cell.length === 0 ? [""] : cell;
  return [cell === undefined || cell === null ? "" : String(cell)];
}

const searched: ReadonlySet<ValueKind> = new Set<ValueKind>(["text", "email", "list"]);

/** Whether a search looks at the column. */
export function isSearched({ kind, key }: Pick<Column, "kind" | "key">): boolean {
  return searched.has(kind) && key !== "type";
}

/** A bar for each value of one column, in parts by another; who has several values is in several bars. */
export function barsByColumns({ columns, rows }: Charted, bar: string, part: string): Chart["bars"] {
  const at = (key: string): number => columns.findIndex((column) => column.key === key);
  const [barAt, partAt] = [at(bar), at(part)];
  const bars = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const [name = ""] = valuesOf(row[partAt]);
    for (const value of valuesOf(row[barAt])) {
      const parts = bars.get(value) ?? new Map<string, number>();
      parts.set(name, (parts.get(name) ?? 0) + 1);
      bars.set(value, parts);
    }
  }
  const isRole = columns[barAt]?.kind === "role";
  const sorted = isRole ? [...bars].toSorted(([a], [b]) => rankOf(a) - rankOf(b)) : [...bars];
  return sorted.map(([value, parts]) => ({
    label: labelOf(value, columns[barAt]),
    parts: [...parts]
      .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      .map(([name, count]) => partOf(name, count, { [bar]: value, [part]: name })),
  }));
}

/** A bar for each kind of counts whose keys are a kind and a change, such as `account/added`. */
export function barsByKind(counts: readonly Count[], bar: string, part: string): Chart["bars"] {
  const bars = new Map<string, (readonly [change: string, count: number])[]>();
  for (const { key, count } of counts) {
    const [kind = "", change = ""] = key.split("/");
    bars.set(kind, [...(bars.get(kind) ?? []), [change, count]]);
  }
  return [...bars].map(([kind, changes]) => ({
    label: capitalized(kind),
    parts: changes
      .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      .map(([change, count]) => partOf(change, count, { [bar]: kind, [part]: change })),
  }));
}

/** A part in the tone of its value. @param where the rows behind it; undefined when there are none. */
export function partOf(value: string, count: number, where?: ChartPart["where"], tone?: PartTone): ChartPart {
  return { label: value || "none", count, tone: tone ?? tones.get(value) ?? "accent", ...(where && { where }) };
}

/** The count of this key; 0 for one that is not there. */
export function countIn(counts: readonly Count[], key: string): number {
  return counts.find((one) => one.key === key)?.count ?? 0;
}

/** `12,345`. Without the tables of languages, which take longer to load than a review to read. */
export function inText(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Never 100 % or 0 % unless it is so: rounded towards the middle. */
export function percent(part: number, whole: number): string {
  const exact = (part / whole) * 100;
  if (part === 0 || part === whole) return `${exact} %`;
  return `${Math.min(99, Math.max(1, Math.round(exact)))} %`;
}

/** With a capital letter. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function labelOf(value: string, column: Column | undefined): string {
  if (value !== "") return capitalized(value);
  return column?.kind === "role" ? "No role" : "None";
}

/** People without a role come last. */
function rankOf(role: string): number {
  return role === "" ? Number.MAX_SAFE_INTEGER : roleRank(role);
}
