/** The session of the page: GET /api/session. */

/** What the page learns when it starts. Answered 401 with the state `session-expired` without a session. */
export interface SessionInfo {
  /** Goes back in the header `x-csrf-token` of every POST. */
  readonly csrfToken: string;
  readonly version: string;
  readonly dataDir: string;
  /** Whether entered keys survive a restart of the console. */
  readonly keyStorage: "encrypted" | "memory";
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** A line of the audit log: GET /api/audit?limit=. */
export interface AuditLine {
  readonly timeMs: number;
  readonly action: string;
  readonly target: string;
  readonly result: string;
  readonly details: Readonly<Record<string, unknown>>;
}
