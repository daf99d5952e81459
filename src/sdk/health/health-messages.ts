/** What the main thread and the thread of the health server say to each other. */

/** With what the thread begins. */
export interface HealthThreadData {
  readonly host: string;
  readonly port: number;
  /** Counted up by the main thread while it lives. */
  readonly beats: Int32Array;
}

/** A verdict on the connector's access. */
export interface ToldVerdict {
  /** Why it is not healthy, without secrets; undefined: it is. */
  readonly error: string | undefined;
  /** Milliseconds since the epoch. */
  readonly checkedAtMs: number;
}

/** To the thread. */
export type ToHealthThread =
  | { readonly type: "metrics"; readonly text: string }
  | { readonly type: "ready" }
  /** `isAnswer`: it was asked for. */
  | { readonly type: "verdict"; readonly verdict: ToldVerdict; readonly isAnswer: boolean }
  | { readonly type: "close" };

/** From the thread. */
export type FromHealthThread =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "ask" };
