/** The session of the page: GET /api/session. */

import type { Role } from "./reviews.ts";

/** What the page learns when it starts. Answered 401 with the state `session-expired` without a session. */
export interface SessionInfo {
  /** Goes back in the header `x-csrf-token` of every POST. */
  readonly csrfToken: string;
  /** Who uses the page, and what they may do. */
  readonly name: string;
  readonly role: Role;
  readonly version: string;
  /** "" for who may not see it. */
  readonly dataDir: string;
  /** Whether entered keys survive a restart of the console. */
  readonly keyStorage: "encrypted" | "memory";
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** Number of events told so far; see the heartbeat of the stream of events. */
  readonly eventsTold: number;
}
