/** The lines themselves: only those near the window are drawn; one that is chosen shows its details beside them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { LogLevelName, LogLine } from "../../../contract/runs.ts";
import { IconButton } from "../../design/button.tsx";
import { Chip, type Tone } from "../../design/chip.tsx";
import { classNames } from "../../design/class-names.ts";
import { CodeBlock } from "../../design/code-block.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { formatClockSeconds, formatDateTime } from "../../design/format.ts";
import { Empty, Skeleton } from "../../design/loaded.tsx";
import type { PagedRows } from "../../rows/paged-rows.ts";
import { useWindowRows } from "../../rows/use-window-rows.ts";

/** Height of a line in pixels, as in connector.css. */
const rowHeight = 32;

const tones: Readonly<Record<LogLevelName, Tone>> = { debug: "neutral", info: "info", warn: "warn", error: "bad" };

/** The list, and the details of the chosen line. */
export function LogList({ log, isSearch }: { log: PagedRows<LogLine>; isSearch: boolean }) {
  const { total } = log;
  const count = total ?? 0;
  const list = useRef<HTMLElement>(null);
  const [chosen, setChosen] = useState<LogLine | null>(null);
  const { first, last } = useWindowRows(list, count, rowHeight);
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
      <section
        class="log card-flush card"
        ref={list}
        aria-label="Log lines"
        style={{ height: `${count * rowHeight}px` }}
      >
        {Array.from({ length: last - first + 1 }, (_, at) => first + at).map((index) => {
          const line = log.row(index);
          return line && <Row key={line.seq} line={line} top={index * rowHeight} onChoose={setChosen} />;
        })}
      </section>
      {chosen && <LineDetails line={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Row(props: { line: LogLine; top: number; onChoose: (line: LogLine) => void }) {
  const { line, top } = props;
  return (
    <button
      type="button"
      class={classNames("log-row", `log-${line.level}`)}
      style={{ transform: `translateY(${top}px)` }}
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
    <Dialog
      title={line.message}
      isSide={true}
      beside={<IconButton icon="close" label="Close" onClick={onClose} />}
      onClose={onClose}
    >
      <div class="row">
        <Chip tone={tones[line.level]} text={line.level} />
        <span class="muted">{new Date(line.timeMs).toISOString()}</span>
      </div>
      <CodeBlock label="details of the line" text={JSON.stringify(line.fields, null, 2)} isWrapped={true} />
    </Dialog>
  );
}

function fieldsText({ fields }: LogLine): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
