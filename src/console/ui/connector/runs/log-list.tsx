/** The lines themselves: only those in sight are drawn; one that is chosen shows all its details. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { LogLevelName, LogLine } from "../../../contract/runs.ts";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { Chip, type Tone } from "../../design/chip.tsx";
import { classNames } from "../../design/class-names.ts";
import { CodeBlock } from "../../design/code-block.tsx";
import { formatClockSeconds, formatDateTime } from "../../design/format.ts";
import { Empty, Skeleton } from "../../design/loaded.tsx";
import { useScrolledRows } from "../../rows/use-scrolled-rows.ts";
import type { LogLines } from "./use-log-lines.ts";

/** Height of a line in pixels, as in connector.css. */
const rowHeight = 32;
/** So many lines before the end older ones are asked for. */
const loadAhead = 40;

const tones: Readonly<Record<LogLevelName, Tone>> = { debug: "neutral", info: "info", warn: "warn", error: "bad" };

/** The list, and the details of the chosen line below it. */
export function LogList({ log, isSearch }: { log: LogLines; isSearch: boolean }) {
  const { lines } = log;
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<LogLine | null>(null);
  const [first, last] = useScrolledRows(scroller, lines.length, rowHeight);
  useEffect(() => {
    if (lines.length > 0 && last >= lines.length - loadAhead) log.loadOlder();
  }, [last, lines.length]);
  const height = useRef<HTMLDivElement>(null);
  useEffect(() => {
    height.current?.style.setProperty("height", `${lines.length * rowHeight}px`);
  }, [lines.length]);

  if (lines.length === 0) {
    return (
      <div class="card">
        {log.isLoading || log.total === null ? (
          <Skeleton lines={6} />
        ) : (
          <Empty icon="list" title={isSearch ? "No line matches" : "No lines yet"}>
            {isSearch ? "Search for fewer words, or choose a lower level." : "Each sync writes its log here."}
          </Empty>
        )}
      </div>
    );
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls; that must work without a mouse. */}
      <section class="log card-flush card" ref={scroller} aria-label="Log lines" tabIndex={0}>
        <div class="log-rows" ref={height}>
          {lines.slice(first, last + 1).map((line, at) => (
            <Row
              key={line.seq}
              line={line}
              top={(first + at) * rowHeight}
              isChosen={chosen?.seq === line.seq}
              onChoose={setChosen}
            />
          ))}
        </div>
      </section>
      {chosen && <LineDetails line={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Row(props: { line: LogLine; top: number; isChosen: boolean; onChoose: (line: LogLine) => void }) {
  const { line, top } = props;
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    row.current?.style.setProperty("transform", `translateY(${top}px)`);
  }, [top]);
  return (
    <button
      type="button"
      ref={row}
      class={classNames("log-row", `log-${line.level}`)}
      aria-pressed={props.isChosen}
      onClick={() => props.onChoose(line)}
    >
      <time class="log-time" dateTime={new Date(line.timeMs).toISOString()} title={formatDateTime(line.timeMs)}>
        {formatClockSeconds(line.timeMs)}
      </time>
      <span class="log-level">{line.level}</span>
      <span class="log-message">
        {line.message}
        <span class="log-fields">{fieldsText(line)}</span>
      </span>
    </button>
  );
}

function LineDetails({ line, onClose }: { line: LogLine; onClose: () => void }) {
  return (
    <Card
      title={line.message}
      actions={<Button isSmall={true} kind="quiet" icon="close" onClick={onClose} text="Close" />}
    >
      <div class="row">
        <Chip tone={tones[line.level]} text={line.level} />
        <span class="muted">{new Date(line.timeMs).toISOString()}</span>
      </div>
      <CodeBlock label="details of the line" text={JSON.stringify(line.fields, null, 2)} isWrapped={true} />
    </Card>
  );
}

function fieldsText({ fields }: LogLine): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
