/** Which rows of a long list are near the window: the page scrolls, the list does not. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { RowHeights } from "./row-heights.ts";

/** Rows to draw, and the heights of what is above and below them in pixels. */
export interface WindowRows {
  readonly first: number;
  /** -1 where there is no row. */
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** Rows that are drawn beyond the window. */
const overscan = 8;

/**
 * Rows of `list` that are near the window. Each needs its index in `data-index`: heights are guessed by `rowHeight`
 * (pixels) until a row was drawn.
 */
export function useWindowRows(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): WindowRows {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const heights = useMemo(() => new RowHeights(count, rowHeight), [count, rowHeight]);
  const top = useRef(0);
  const near = (): readonly [first: number, last: number] => {
    const place = window.scrollY - top.current;
    const last = heights.rowAt(place + window.innerHeight) + overscan;
    return [Math.max(0, heights.rowAt(place) - overscan), Math.min(count - 1, last)];
  };
  const [first, last] = near();
  const look = (): void => {
    const [from, to] = near();
    if (from !== first || to !== last) redraw(undefined);
  };
  // What is scrolled to is compared with what was drawn last.
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const onScroll = (): void => latest.current();
    const onResize = (): void => redraw(undefined);
    window.addEventListener("scroll", onScroll, { passive: true });
    window.addEventListener("resize", onResize);
    return () => {
      window.removeEventListener("scroll", onScroll);
      window.removeEventListener("resize", onResize);
    };
  }, []);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    // What stands above the list may have grown or shrunk with any drawing.
    top.current = Math.round(element.getBoundingClientRect().top + window.scrollY);
    const inSight = heights.rowAt(window.scrollY - top.current);
    const before = heights.topOf(inSight);
    const drawn = new Map<number, number>();
    for (const row of element.querySelectorAll<HTMLElement>("[data-index]"))
      drawn.set(Number(row.dataset["index"]), row.getBoundingClientRect().height);
    if (heights.take(drawn)) redraw(undefined);
    else look();
    // Rows above that turn out to be higher push nobody away from what is read.
    const moved = heights.topOf(inSight) - before;
    if (moved !== 0 && window.scrollY > top.current) window.scrollBy(0, moved);
  });
  return { first, last, before: heights.topOf(first), after: heights.total - heights.topOf(last + 1) };
}
