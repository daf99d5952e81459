/** Which rows of equal height are in sight in a list that scrolls by itself. */
import type { RefObject } from "preact";
import { useEffect, useReducer } from "preact/hooks";

/** Rows that are drawn beyond what is in sight. */
const overscan = 12;

/** Indexes of the rows to draw, the first and the last; -1 as the last where there is none. @param rowHeight in pixels. */
export function useScrolledRows(
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
