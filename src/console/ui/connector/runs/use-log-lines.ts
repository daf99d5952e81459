/** Lines of the log, newest first: a page at a time as one scrolls, and new ones on top as they come. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../../../contract/failures.ts";
import type { LogLevelName, LogLine, LogPage } from "../../../contract/runs.ts";
import { getJson } from "../../api/api.ts";
import { failureFrom } from "../../api/api-error.ts";
import { useEvents } from "../../api/events.ts";
import { connectorApi } from "../connector-paths.ts";

/** Which lines. */
export interface LogQuery {
  readonly connectorId: string;
  /** The least severe level. */
  readonly level: LogLevelName;
  readonly q: string;
  /** "" for all runs. */
  readonly runId: string;
}

/** The lines so far. */
export interface LogLines {
  readonly lines: readonly LogLine[];
  /** Number of all that match; null before the first answer. */
  readonly total: number | null;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  /** Asks for older ones, if there are any. */
  loadOlder(): void;
}

const pageSize = 200;
/** New lines come in bursts; they are asked for together. */
const followDelayMs = 250;

/** The lines of `query`; with `isFollowing` new ones are asked for when the server says that there are some. */
export function useLogLines(query: LogQuery, isFollowing: boolean): LogLines {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [total, setTotal] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isLoading, setLoading] = useState(true);
  const next = useRef<number | null>(null);
  const abort = useRef(new AbortController());
  const follow = useRef<ReturnType<typeof setTimeout>>(undefined);
  const key = `${query.connectorId} ${query.level} ${query.runId} ${query.q}`;

  const ask = useCallback(
    async (before: number | null, use: (page: LogPage) => void) => {
      const { signal } = abort.current;
      try {
        const page = await getJson<LogPage>(logPath(query, before), signal);
        if (signal.aborted) return;
        use(page);
        setTotal(page.total);
        setFailure(null);
      } catch (error) {
        if (!signal.aborted) setFailure(failureFrom(error));
      }
    },
    [key],
  );

  useEffect(() => {
    abort.current = new AbortController();
    const mine = abort.current;
    setLoading(true);
    void ask(null, (page) => {
      setLines(page.lines);
      next.current = page.next;
    }).finally(() => {
      if (!mine.signal.aborted) setLoading(false);
    });
    return () => mine.abort();
  }, [key]);

  const loadNewer = () => {
    void ask(null, (page) =>
      setLines((old) => {
        const { lines: merged, isAnew } = withNewer(old, page);
        if (isAnew) next.current = page.next;
        return merged;
      }),
    );
  };
  useEvents((event) => {
    const isNew = event.type === "logged" && event.connectorId === query.connectorId;
    if (!isFollowing || !(isNew || event.type === "reconnected")) return;
    clearTimeout(follow.current);
    follow.current = setTimeout(loadNewer, followDelayMs);
  });
  useEffect(() => () => clearTimeout(follow.current), []);
  useEffect(() => {
    if (isFollowing && total !== null) loadNewer();
  }, [isFollowing]);

  const loadOlder = () => {
    const before = next.current;
    if (before === null || isLoading) return;
    setLoading(true);
    const mine = abort.current;
    void ask(before, (page) => {
      setLines((old) => [...old, ...page.lines]);
      next.current = page.next;
    }).finally(() => {
      if (!mine.signal.aborted) setLoading(false);
    });
  };
  return { lines, total, failure, isLoading, loadOlder };
}

/** The lines with those of the newest page on top. `isAnew`: more came than it holds, and the list begins anew. */
export function withNewer(old: readonly LogLine[], page: Pick<LogPage, "lines" | "next">) {
  const newest = old[0]?.seq ?? -1;
  const fresh = page.lines.filter(({ seq }) => seq > newest);
  // Older lines stay on the server: a gap would not be seen.
  const isAnew = old.length > 0 && fresh.length === page.lines.length && page.next !== null;
  return { lines: isAnew ? page.lines : fresh.length === 0 ? old : [...fresh, ...old], isAnew };
}

function logPath({ connectorId, level, q, runId }: LogQuery, before: number | null): string {
  const query = new URLSearchParams({ level, limit: String(pageSize) });
  if (q !== "") query.set("q", q);
  if (runId !== "") query.set("runId", runId);
  if (before !== null) query.set("before", String(before));
  return connectorApi(connectorId, `/logs?${query.toString()}`);
}
