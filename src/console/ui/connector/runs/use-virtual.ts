/** Draws only those rows of a long list that can be seen. The list may grow at either end. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

/** Rows in sight, and the height of all. */
export interface VirtualRows {
  readonly rows: readonly VirtualItem[];
  /** In pixels. */
  readonly totalSize: number;
  scrollToTop(): void;
}

/** All rows have the height `rowHeight` in pixels; `rowKey` keeps a row's place when others come before it. */
export function useVirtual(options: {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  rowHeight: number;
  rowKey?: (index: number) => string | number;
}): VirtualRows {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const instance = useRef<Virtualizer<HTMLElement, HTMLElement>>(undefined);
  const settings = {
    count: options.count,
    overscan: 12,
    estimateSize: () => options.rowHeight,
    getScrollElement: () => options.scroller.current,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(0),
    ...(options.rowKey ? { getItemKey: options.rowKey } : {}),
  };
  instance.current ??= new Virtualizer(settings);
  const virtualizer = instance.current;
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    rows: virtualizer.getVirtualItems(),
    totalSize: virtualizer.getTotalSize(),
    scrollToTop: () => virtualizer.scrollToOffset(0),
  };
}
