/** A long list in a component: pages are fetched as they come into view; another query shows the old rows meanwhile. */
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { withQuery } from "../access/source-address.ts";
import { getJson } from "../api/api.ts";
import { type PageEvent, useEvents } from "../api/events.ts";
import { type PageAsked, PagedRows, type RowPage } from "./paged-rows.ts";

/** A list and the query that its rows answer. */
export interface ShownRows<T, P extends RowPage<T> = RowPage<T>> {
  readonly rows: PagedRows<T, P>;
  /** False while the rows answer an older query, because the newer one has no answer yet. */
  readonly isCurrent: boolean;
}

/** Events come in bursts; what they tell of is asked for once. */
const reloadDelayMs = 250;

/** How a list is asked for. */
export interface PagedRowsUse {
  /** Rows at once. */
  readonly pageSize: number;
  /** Events that make the rows old; none unless told. Rows are asked for anew when that begins. */
  readonly reloadOn?: ((event: PageEvent) => boolean) | undefined;
}

/**
 * Rows of the list behind an address, which gets `offset` and `limit`. An address that changes drops what was asked of
 * the old one; its rows stay until the first new ones are there. So do rows that an event made old, until all that is
 * looked at is there anew.
 */
export function usePagedRows<T, P extends RowPage<T> = RowPage<T>>(
  address: string,
  { pageSize, reloadOn }: PagedRowsUse,
): ShownRows<T, P> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [round, setRound] = useState(0);
  const asked = useMemo(() => {
    const fetchPage = (part: PageAsked, signal: AbortSignal): Promise<P> =>
      getJson<P>(pageAddress(address, part), signal);
    return new PagedRows<T, P>({ fetchPage, onChange: () => redraw(undefined), pageSize });
  }, [address, pageSize, round, reloadOn === undefined]);
  const shown = useRef({ rows: asked, address });
  useEffect(() => {
    const isReload = shown.current.address === address;
    asked.need(...(isReload ? shown.current.rows.looked : ([0, 0] as const)));
    return () => asked.close();
  }, [asked]);
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((event) => {
    if (!reloadOn?.(event)) return;
    clearTimeout(pending.current);
    pending.current = setTimeout(() => setRound((count) => count + 1), reloadDelayMs);
  });
  useEffect(() => () => clearTimeout(pending.current), []);
  const isThere = asked.failure !== undefined || (asked.total !== undefined && !asked.isLoading);
  if (isThere || shown.current.rows.total === undefined) shown.current = { rows: asked, address };
  return { rows: shown.current.rows, isCurrent: shown.current.rows === asked };
}

function pageAddress(address: string, { offset, limit, asOf }: PageAsked): string {
  const since = asOf === undefined ? undefined : String(asOf);
  return withQuery(address, { offset: String(offset), limit: String(limit), asOf: since });
}
