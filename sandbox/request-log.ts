/** What was asked of the sandbox: one entry per request, and counters. Never holds a key or a header. */
import type { KeyName } from "./keys.ts";

/** One request. */
export interface LoggedRequest {
  readonly method: string;
  /** As sent, without the prefix `/v1` and the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Which key it came with. */
  readonly caller: KeyName | "anonymous" | "rejected";
  /** Status that was sent; 0 while there is none, and when the connection ended without. */
  readonly status: number;
  /** Name of the fault that fired on it. */
  readonly fault: string | undefined;
  /** By the sandbox's clock, milliseconds since the epoch. */
  readonly startedAtMs: number;
}

/** The entry while the request is under way. */
export type OpenRequest = { -readonly [Field in keyof LoggedRequest]: LoggedRequest[Field] };

/** Numbers that tests assert on. */
export interface Counters {
  /** Requests with another method than GET; all were refused. */
  readonly refusedMethods: number;
  /** GETs that would have removed a member; all were refused. */
  readonly destructiveGets: number;
  /** How often each ordered fault fired, by name. */
  readonly faultsFired: Readonly<Record<string, number>>;
  /** Most requests under way at one moment. */
  readonly maxInFlight: number;
}

/** Collects entries and counts. */
export class RequestLog {
  readonly entries: OpenRequest[] = [];
  refusedMethods = 0;
  destructiveGets = 0;
  maxInFlight = 0;
  #inFlight = 0;

  /** A request begins. */
  open(entry: OpenRequest): OpenRequest {
    this.entries.push(entry);
    this.#inFlight++;
    this.maxInFlight = Math.max(this.maxInFlight, this.#inFlight);
    return entry;
  }

  /** A request is over, answered or not. */
  close(): void {
    this.#inFlight--;
  }

  /** Forgets entries and counts; requests under way stay counted as such. */
  reset(): void {
    this.entries.length = 0;
    this.refusedMethods = 0;
    this.destructiveGets = 0;
    this.maxInFlight = this.#inFlight;
  }
}
