/** Data of a screen: asked for when it is shown, asked again when an event says that it changed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../../contract/failures.ts";
import { getJson } from "./api.ts";
import { failureFrom } from "./api-error.ts";
import { type PageEvent, useEvents } from "./events.ts";

/** What is known of the data. While asking again the old data stays. */
export interface Data<T> {
  readonly data: T | null;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  /** Asks again. */
  reload(): void;
  /** Puts data in place that an answer to a POST brought. */
  replace(data: T): void;
}

interface Answer<T> {
  readonly path: string | null;
  readonly data: T | null;
  readonly failure: Failure | null;
}

/**
 * GET of `path` (null: nothing is asked). `reloadOn` says which events make the data old; several of them in a row
 * ask once. Data of another path is never shown under this one.
 */
export function useData<T>(path: string | null, reloadOn?: (event: PageEvent) => boolean): Data<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ path: null, data: null, failure: null });
  const [round, setRound] = useState(0);
  const [isAsking, setAsking] = useState(path !== null);
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    setAsking(true);
    getJson<T>(path, abort.signal).then(
      (data) => {
        setAnswer({ path, data, failure: null });
        setAsking(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setAnswer((old) => ({ path, data: old.path === path ? old.data : null, failure: failureFrom(error) }));
        setAsking(false);
      },
    );
    return () => abort.abort();
  }, [path, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  const replace = useCallback((data: T) => setAnswer({ path, data, failure: null }), [path]);
  useEvents((event) => {
    if (event.type !== "reconnected" && !reloadOn?.(event)) return;
    clearTimeout(pending.current);
    pending.current = setTimeout(reload, reloadDelayMs);
  });
  useEffect(() => () => clearTimeout(pending.current), []);

  const isCurrent = answer.path === path;
  return {
    data: isCurrent ? answer.data : null,
    failure: isCurrent ? answer.failure : null,
    isLoading: path !== null && (isAsking || !isCurrent),
    reload,
    replace,
  };
}

/** Long enough to gather a burst of events, short enough not to be felt. */
const reloadDelayMs = 100;
