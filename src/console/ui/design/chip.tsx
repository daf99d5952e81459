/** Chips: one word with a shape, so that colour never says it alone. */
import type { ConnectorStatus } from "../../contract/connectors.ts";
import type { RunResult } from "../../contract/runs.ts";
import { formatClock } from "./format.ts";
import { Icon, type IconName } from "./icon.tsx";

/** What a chip's colour stands for. */
export type Tone = "neutral" | "good" | "warn" | "bad" | "info";

interface ChipLook {
  readonly tone: Tone;
  readonly icon: IconName;
}

const statusLooks: Readonly<Record<ConnectorStatus, ChipLook>> = {
  "Not set up": { tone: "neutral", icon: "dashed-circle" },
  Testing: { tone: "info", icon: "dots" },
  Syncing: { tone: "info", icon: "sync" },
  Connected: { tone: "good", icon: "check-circle" },
  Partial: { tone: "warn", icon: "half-circle" },
  Paused: { tone: "neutral", icon: "pause" },
  Held: { tone: "warn", icon: "triangle" },
  "Rate limited": { tone: "warn", icon: "clock" },
  Error: { tone: "bad", icon: "x-octagon" },
  Offline: { tone: "bad", icon: "slash" },
};

const resultLooks: Readonly<Record<RunResult, ChipLook>> = {
  Complete: { tone: "good", icon: "check-circle" },
  "Complete with warnings": { tone: "good", icon: "info" },
  "Partial roster": { tone: "warn", icon: "half-circle" },
  Incomplete: { tone: "bad", icon: "dashed-circle" },
  Held: { tone: "warn", icon: "triangle" },
  Failed: { tone: "bad", icon: "x-octagon" },
  Cancelled: { tone: "neutral", icon: "slash" },
  Interrupted: { tone: "neutral", icon: "dots" },
};

/** Any word with any look. */
export function Chip(props: { tone: Tone; icon?: IconName; isTurning?: boolean; text: string }) {
  return (
    <span class={`chip chip-${props.tone}`}>
      {props.icon && <Icon name={props.icon} size={14} isTurning={props.isTurning ?? false} />}
      {props.text}
    </span>
  );
}

/** The state of a connector; `Rate limited` says until when. */
export function StatusChip({ status, untilMs }: { status: ConnectorStatus; untilMs?: number | undefined }) {
  const look = statusLooks[status];
  const text = status === "Rate limited" && untilMs !== undefined ? `${status} until ${formatClock(untilMs)}` : status;
  return <Chip {...look} isTurning={status === "Syncing"} text={text} />;
}

/** How a run ended; null while it runs. */
export function ResultChip({ result }: { result: RunResult | null }) {
  if (result === null) return <Chip tone="info" icon="sync" isTurning={true} text="Running" />;
  return <Chip {...resultLooks[result]} text={result} />;
}

/** The same for a word out of a file's record, which may be one that this page does not know. */
export function ResultWordChip({ word }: { word: string }) {
  if (isResult(word)) return <ResultChip result={word} />;
  return <Chip tone="neutral" icon="dots" text={word === "unknown" ? "Result unknown" : word} />;
}

function isResult(word: string): word is RunResult {
  return Object.hasOwn(resultLooks, word);
}
