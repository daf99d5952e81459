/** A long list in a component: pages are fetched as they come into view; another query shows the old rows meanwhile. */
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { getJson } from "../api/api.ts";
import { PagedRows, type RowPage } from "./paged-rows.ts";

/** A list and the query that its rows answer. */
export interface ShownRows<T, P extends RowPage<T> = RowPage<T>> {
  readonly rows: PagedRows<T, P>;
  /** False while the rows answer an older query, because the newer one has no answer yet. */
  readonly isCurrent: boolean;
}

/**
 * Rows of the list behind an address, which gets `offset` and `limit`: `pageSize` rows at once. An address that changes drops what was asked of
 * the old one; its rows stay until the first new ones are there.
 */
export function usePagedRows<T, P extends RowPage<T> = RowPage<T>>(address: string, pageSize = 200): ShownRows<T, P> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const asked = useMemo(() => {
    const fetchPage = (offset: number, limit: number, signal: AbortSignal): Promise<P> =>
      getJson<P>(pageAddress(address, offset, limit), signal);
    return new PagedRows<T, P>({ fetchPage, onChange: () => redraw(undefined), pageSize });
  }, [address, pageSize]);
  useEffect(() => {
    asked.need(0, 0);
    return () => asked.close();
  }, [asked]);
  const shown = useRef(asked);
  if (asked.total !== undefined || asked.failure !== undefined || shown.current.total === undefined) {
    shown.current = asked;
  }
  return { rows: shown.current, isCurrent: shown.current === asked };
}

function pageAddress(address: string, offset: number, limit: number): string {
  return `${address}${address.includes("?") ? "&" : "?"}offset=${offset}&limit=${limit}`;
}
