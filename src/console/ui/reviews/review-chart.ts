/** Which chart a review has, made of the bars that the server gives. Pure. */
import type { ReviewBar } from "../../contract/sources.ts";
import { roleTitle } from "../access/picture/roles.ts";
import type { Bar, BarScale, PartTone } from "../design/bar-chart.tsx";

/** A chart, ready to be drawn. */
export interface ReviewChart {
  readonly title: string;
  readonly scale: BarScale;
  readonly bars: readonly Bar[];
}

interface Form {
  readonly title: string;
  readonly scale: BarScale;
  readonly labelOf?: (label: string) => string;
}

function capitalized(label: string): string {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

const forms: Readonly<Record<string, Form>> = {
  "two-factor": { title: "Two-factor by role", scale: "share", labelOf: roleTitle },
  dormant: {
    title: "Time since the last login",
    scale: "count",
    labelOf: capitalized,
  },
  changes: {
    title: "Changes by kind",
    scale: "count",
    labelOf: capitalized,
  },
  "team-managers": { title: "Teams with and without a manager", scale: "count", labelOf: capitalized },
  "empty-and-hidden-teams": { title: "Teams", scale: "count", labelOf: capitalized },
  offboarding: { title: "Disabled people who hold access, by role", scale: "count", labelOf: roleTitle },
  owners: { title: "Two-factor by role", scale: "share", labelOf: roleTitle },
  roles: { title: "Holders by role", scale: "count", labelOf: roleTitle },
  roster: { title: "People by role", scale: "count", labelOf: roleTitle },
};

const tones: ReadonlyMap<string, PartTone> = new Map<string, PartTone>([
  // In the order in which parts stand in a bar.
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

/** The chart of a review; undefined when there is nothing to look at. */
export function chartOf(name: string, breakdown: readonly ReviewBar[]): ReviewChart | undefined {
  const isEmpty = breakdown.every(({ parts }) => parts.every(([, count]) => count === 0));
  if (isEmpty) return undefined;
  const { title, scale, labelOf = (label: string) => label } = forms[name] ?? { title: "In figures", scale: "count" };
  return {
    title,
    scale,
    bars: breakdown.map(({ label, parts }) => ({ label: labelOf(label), parts: parts.toSorted(inOrder).map(partOf) })),
  };
}

const order = [...tones.keys()];

function inOrder([a]: ReviewBar["parts"][number], [b]: ReviewBar["parts"][number]): number {
  return order.indexOf(a) - order.indexOf(b);
}

function partOf([part, count]: ReviewBar["parts"][number]): Bar["parts"][number] {
  return { label: part, count, tone: tones.get(part) ?? "accent" };
}
