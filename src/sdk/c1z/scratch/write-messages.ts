/** What the thread that writes is told, and what it answers. */
import type { SQLInputValue } from "node:sqlite";
import type { MessagePort } from "node:worker_threads";
import type { GrantBatch } from "./grant-batches.ts";
import type { RowBatch } from "./row-batches.ts";
import type { Row } from "./row-sql.ts";

/** What the thread is started with. */
export interface WriteThreadStart {
  /** The database file. */
  readonly database: string;
  /** Numbers that both sides see, see `Flag`. */
  readonly flags: Int32Array;
  readonly answers: MessagePort;
}

/** Places in `WriteThreadStart.flags`. */
export const Flag = {
  /** Messages that the thread is through with. */
  done: 0,
  /** 1 once the thread takes messages. */
  ready: 1,
  /** 1 once the thread failed, and says why in the next answer. */
  failed: 2,
} as const;

/** A message; the thread takes them in their order. */
export type WriteMessage =
  | { readonly kind: "run"; readonly sql: string; readonly values: readonly SQLInputValue[] }
  | RowBatch
  | GrantBatch
  /** Answered with the rows. */
  | { readonly kind: "all"; readonly sql: string; readonly values: readonly SQLInputValue[] }
  | { readonly kind: "commit" }
  /** What is not committed is rolled back. */
  | { readonly kind: "close" };

/** An answer: of `all`, or why the thread failed. */
export type WriteAnswer =
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "failure"; readonly message: string; readonly errcode: number | undefined };
