/** The session of the page over HTTP: what it is and its end. Mounted under /api. */
import { Hono } from "hono";
import type { SessionInfo } from "../../contract/session.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import type { ConsoleEnv } from "../console-env.ts";
import type { EventStreams } from "../event-stream.ts";
import type { Sessions } from "../sessions.ts";

/** What the page shows of the console itself. */
export interface ConsoleFacts extends Pick<SessionInfo, "version" | "dataDir" | "keyStorage"> {
  /** Whether the page comes over TLS. */
  readonly isSecure: boolean;
}

/** What these routes need. */
export interface SessionParts {
  readonly audit: AuditLog;
  readonly facts: ConsoleFacts;
  readonly sessions: Sessions;
  readonly streams: EventStreams;
}

/** The routes /session and /sign-out. */
export function sessionRoutes({ audit, facts, sessions, streams }: SessionParts): Hono<ConsoleEnv> {
  const { version, dataDir, keyStorage } = facts;
  return new Hono<ConsoleEnv>()
    .get("/session", (context) => {
      const { session } = context.var;
      const { csrfToken, name, role } = session;
      const place = { version, dataDir: role === "admin" ? dataDir : "", keyStorage };
      const [expiresAtMs, eventsTold] = [sessions.expiresAtMs(session), streams.told];
      const info: SessionInfo = { csrfToken, name, role, ...place, expiresAtMs, eventsTold };
      return context.json(info);
    })
    .post("/sign-out", (context) => {
      audit.record({ action: "sign-out", target: "" }, "done");
      sessions.end(context.var.session);
      context.header("set-cookie", sessions.clearedCookie());
      return context.json({});
    });
}
