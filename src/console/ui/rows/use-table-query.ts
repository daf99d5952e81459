/** The query of a table: on the screen at once, and in the page's address a little later. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { readTableQuery, type TableQuery, withTableQuery } from "./table-query.ts";

/** Long enough not to fill the address with half words, short enough for those who copy it. */
const addressDelayMs = 300;

/** The query and how it is changed. Going back in the browser brings back the query as well. */
export function useTableQuery(): readonly [TableQuery, (change: Partial<TableQuery>) => void] {
  const here = useLocation();
  const { path, query: parameters } = here;
  // What the address is when the query is written to it: a panel may have been opened in the meantime.
  const latest = useRef(here);
  latest.current = here;
  const [query, setQuery] = useState(() => readTableQuery(parameters));
  const addressOf = (one: TableQuery): string => withTableQuery(path, {}, one);
  const written = useRef(addressOf(query));
  const current = addressOf(readTableQuery(parameters));
  useEffect(() => {
    if (current === written.current) return;
    // Somebody else changed the address: a link, or the browser's way back.
    written.current = current;
    setQuery(readTableQuery(parameters));
  }, [current]);
  useEffect(() => {
    const address = addressOf(query);
    if (address === written.current) return;
    const timer = setTimeout(() => {
      written.current = address;
      const { query: others, route } = latest.current;
      route(withTableQuery(path, others, query), true);
    }, addressDelayMs);
    return () => clearTimeout(timer);
  }, [query, path]);
  return [query, (change) => setQuery((old) => ({ ...old, ...change }))];
}
