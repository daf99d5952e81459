/** The query of a list of people: typed into the screen at once, and into the page's address a little later. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type PeopleQuery, readPeopleQuery, withPeopleQuery } from "./people-query.ts";

/** Long enough not to fill the address with half words, short enough for those who copy it. */
const addressDelayMs = 300;

/** The query and how it is changed. Going back in the browser brings back the query as well. */
export function usePeopleQuery(): readonly [PeopleQuery, (change: Partial<PeopleQuery>) => void] {
  const { path, query: parameters, route } = useLocation();
  const [query, setQuery] = useState(() => readPeopleQuery(parameters));
  const written = useRef(withPeopleQuery(path, query));
  const current = withPeopleQuery(path, readPeopleQuery(parameters));
  useEffect(() => {
    if (current === written.current) return;
    // Somebody else changed the address: a link, or the browser's way back.
    written.current = current;
    setQuery(readPeopleQuery(parameters));
  }, [current]);
  useEffect(() => {
    const address = withPeopleQuery(path, query);
    if (address === written.current) return;
    const timer = setTimeout(() => {
      written.current = address;
      route(address, true);
    }, addressDelayMs);
    return () => clearTimeout(timer);
  }, [query, path]);
  return [query, (change) => setQuery((old) => ({ ...old, ...change }))];
}
