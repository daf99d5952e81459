/**
 * The stream of events: one connection for the whole page, opened again when it breaks. After each reopening everybody
 * is told to ask again, so that a lost event costs nothing but time.
 */
import { useEffect, useRef } from "preact/hooks";
import type { ConsoleEvent } from "../../contract/events.ts";
import { openSession } from "./api.ts";
import { session } from "./session.ts";
import { Store } from "./store.ts";

/** What listeners get: the server's events, and `reconnected` after a gap. */
export type PageEvent = ConsoleEvent | { readonly type: "reconnected" };

/** The server sends a heartbeat every 5 seconds; after this time without any event the connection counts as dead. */
const silenceMs = 15_000;
const firstDelayMs = 1_000;
const longestDelayMs = 15_000;

/** Whether events arrive. `lost` is shown to the person. */
export const connection = new Store<"opening" | "open" | "lost">("opening");

const listeners = new Set<(event: PageEvent) => void>();
let source: EventSource | null = null;
let silence: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let delayMs = firstDelayMs;
/** Whether events may have been missed since the page first asked for anything. */
let hadGap = false;
let isWatchingTab = false;

/** Opens the stream; does nothing when it is open already, or while nobody sees the page. */
export function openEvents(): void {
  watchTab();
  if (source || document.hidden) return;
  source = new EventSource("/api/events");
  source.onopen = () => {
    connection.set("open");
    delayMs = firstDelayMs;
    watchSilence();
  };
  source.onmessage = (message: MessageEvent<string>) => {
    watchSilence();
    tell(JSON.parse(message.data) as ConsoleEvent);
  };
  source.addEventListener("message", begin, { once: true });
  source.onerror = () => reopen();
}

/**
 * Browsers open six connections to one address for all tabs together, and a stream keeps one for ever: a tab that nobody
 * sees gives its own back, so that the seventh tab still loads.
 */
function watchTab(): void {
  if (isWatchingTab) return;
  isWatchingTab = true;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      closeEvents();
      hadGap = true;
    } else if (session.value.kind === "signed-in") {
      void tryAgain();
    }
  });
}

/** Closes the stream, for good: it is not tried again either. */
export function closeEvents(): void {
  clearTimeout(silence);
  clearTimeout(retry);
  source?.close();
  source = null;
}

/** Listens until the returned function is called. */
export function onEvent(listener: (event: PageEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Calls `listener` for each event while the component is shown. */
export function useEvents(listener: (event: PageEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => onEvent((event) => latest.current(event)), []);
}

/**
 * Everybody asks again after a gap, and when something happened between the answer about the session, before which
 * nothing is asked, and this first message.
 */
function begin({ data }: MessageEvent<string>): void {
  const event = JSON.parse(data) as ConsoleEvent;
  const { value } = session;
  const told = value.kind === "signed-in" ? value.info.eventsTold : 0;
  if (hadGap || (event.type === "heartbeat" && event.told !== told)) tell({ type: "reconnected" });
  hadGap = false;
}

function tell(event: PageEvent): void {
  for (const listener of [...listeners]) listener(event);
}

function watchSilence(): void {
  clearTimeout(silence);
  silence = setTimeout(reopen, silenceMs);
}

function reopen(): void {
  closeEvents();
  hadGap = true;
  connection.set("lost");
  const wait = delayMs;
  delayMs = Math.min(delayMs * 2, longestDelayMs);
  retry = setTimeout(() => void tryAgain(), wait);
}

/** A stream does not say why it broke; the session does: ended, gone with a restart, or merely cut. */
async function tryAgain(): Promise<void> {
  try {
    await openSession();
  } catch {
    if (session.value.kind === "signed-in") reopen();
    return;
  }
  openEvents();
}
