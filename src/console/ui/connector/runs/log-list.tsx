/** The lines themselves: only those in sight are drawn; one that is chosen shows all its details. */
import type { RefObject } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { LogLevelName, LogLine } from "../../../contract/runs.ts";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { Chip, type Tone } from "../../design/chip.tsx";
import { classNames } from "../../design/class-names.ts";
import { CodeBlock } from "../../design/code-block.tsx";
import { formatClockSeconds, formatDateTime } from "../../design/format.ts";
import { Empty, Skeleton } from "../../design/loaded.tsx";
import type { PagedRows } from "../../rows/paged-rows.ts";

/** Height of a line in pixels, as in connector.css. */
const rowHeight = 32;

const tones: Readonly<Record<LogLevelName, Tone>> = { debug: "neutral", info: "info", warn: "warn", error: "bad" };

/** The list, and the details of the chosen line below it. */
export function LogList({ log, isSearch }: { log: PagedRows<LogLine>; isSearch: boolean }) {
  const { total } = log;
  const count = total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<LogLine | null>(null);
  const [first, last] = useScrolledRows(scroller, count, rowHeight);
  useEffect(() => log.need(first, Math.max(first, last)), [log, first, last]);
  if (count === 0) {
    return (
      <div class="card">
        {total === undefined ? (
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
        <div class="log-rows" style={{ height: `${count * rowHeight}px` }}>
          {Array.from({ length: last - first + 1 }, (_, at) => first + at).map((index) => {
            const line = log.row(index);
            const isChosen = line !== undefined && chosen?.seq === line.seq;
            return (
              line && (
                <Row key={line.seq} line={line} isChosen={isChosen} top={index * rowHeight} onChoose={setChosen} />
              )
            );
          })}
        </div>
      </section>
      {chosen && <LineDetails line={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Row(props: { line: LogLine; top: number; isChosen: boolean; onChoose: (line: LogLine) => void }) {
  const { line, top } = props;
  return (
    <button
      type="button"
      class={classNames("log-row", `log-${line.level}`)}
      style={{ transform: `translateY(${top}px)` }}
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

/** Rows that are drawn beyond what is in sight. */
const overscan = 12;

/** Indexes of the rows to draw, the first and the last; -1 as the last where there is none. @param rowHeight in pixels. */
function useScrolledRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): readonly [first: number, last: number] {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const hasRows = count > 0;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => redraw(undefined);
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [hasRows]);
  const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
  const first = Math.floor(scrollTop / rowHeight) - overscan;
  const last = Math.ceil((scrollTop + clientHeight) / rowHeight) + overscan;
  return [Math.max(0, first), Math.min(count - 1, last)];
}
