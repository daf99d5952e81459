/** What of a report is shown on a screen: columns, the headline, a chart. Types only; the console's contract has them too. */

/** What a value is: it decides how a screen shows, orders and filters it. Files hold the plain value. */
export type ValueKind =
  | "text"
  | "email"
  | "number"
  /** RFC 3339. */
  | "moment"
  | "list"
  /** `enabled`, `disabled`, `deleted` or `unknown`. */
  | "status"
  /** `yes`, `no` or `unknown`. */
  | "two-factor"
  /** Slug of a role, or several with the most privileged first. */
  | "role"
  | "visibility"
  /** One of a few words, by which a screen filters. */
  | "word";

/** A column. */
export interface Column {
  /** Key in JSON: lower camel case, kept once released. */
  readonly key: string;
  /** Heading for people. */
  readonly title: string;
  readonly kind: ValueKind;
  /** Share of a table's width on a screen; the shares of all its columns need not add up to anything. */
  readonly width: number;
  /** Columns with the type and the id of what the value names; without `type` it is a team of any type. */
  readonly link?: { readonly type?: string; readonly id: string };
  /** In files only: no screen offers it. */
  readonly isExportedOnly?: boolean;
  /** What stands on a screen where there is no value; a dash unless it is given. */
  readonly absent?: string;
  /** The words of a column of words, in their order. */
  readonly words?: readonly string[];
}

/** `bad` wants something done, `warn` wants a look, `good` is settled. */
export type Tone = "good" | "warn" | "bad" | "neutral";

/** The one figure and sentence that stand for a report: what a reviewer would say when asked. */
export interface Headline {
  readonly figure: string;
  /** Goes on from the figure. */
  readonly sentence: string;
  readonly tone: Tone;
}

/** What the colour of a chart's part stands for. */
export type PartTone = "good" | "bad" | "warn" | "accent" | "muted" | "info";

/** A part of a bar. */
export interface ChartPart {
  readonly label: string;
  readonly count: number;
  readonly tone: PartTone;
  /** The rows that it counts: values by the key of their column, "" for none; absent when no rows are behind it. */
  readonly where?: Readonly<Record<string, string>>;
}

/** Bars that are split into parts. */
export interface Chart {
  readonly title: string;
  /** `share`: each bar fills the room, parts by their share; `count`: all by the same measure. */
  readonly scale: "share" | "count";
  readonly bars: readonly { readonly label: string; readonly parts: readonly ChartPart[] }[];
}
