/** Which rows of a long list are near the window: the page scrolls, the list does not. */
import {
  measureElement,
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

/** Rows to draw, and the heights of what is above and below them in pixels. */
export interface WindowRows {
  readonly items: readonly VirtualItem[];
  readonly before: number;
  readonly after: number;
  /** For the `ref` of each row, which needs its index in `data-index`. */
  readonly measure: (element: HTMLTableRowElement | null) => void;
  scrollTo(index: number): void;
}

/**
 * Rows of `list` that are near the window. Heights are guessed by `rowHeight` (pixels) until a row was drawn.
 * Below some hundred rows nothing is gained, but nothing lost either.
 */
export function useWindowRows(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): WindowRows {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const [scrollMargin, setScrollMargin] = useState(0);
  const options = {
    count,
    scrollMargin,
    overscan: 8,
    estimateSize: () => rowHeight,
    getScrollElement: () => window,
    scrollToFn: windowScroll<Window>,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    measureElement: measureElement<HTMLTableRowElement>,
    initialOffset: () => window.scrollY,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLTableRowElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => {
    virtualizer._willUpdate();
    // What stands above the list may have grown or shrunk with any drawing.
    const top = list.current && Math.round(list.current.getBoundingClientRect().top + window.scrollY);
    if (top !== null && top !== scrollMargin) setScrollMargin(top);
  });
  const items = virtualizer.getVirtualItems();
  const end = virtualizer.getTotalSize();
  return {
    items,
    before: (items[0]?.start ?? scrollMargin) - scrollMargin,
    after: end - ((items.at(-1)?.end ?? scrollMargin) - scrollMargin),
    measure: virtualizer.measureElement,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "start" }),
  };
}
