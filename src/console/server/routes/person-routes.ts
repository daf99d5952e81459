/** People with a link of their own, over HTTP: who they are, a new link, and its end. Mounted under /api, for admins. */
import { Hono } from "hono";
import { z } from "zod";
import type { Clock } from "../../../sdk/clock.ts";
import { type NewPerson, roles } from "../../contract/reviews.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import type { PersonTable } from "../../store/person-table.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { badRequest } from "../failure-response.ts";
import type { Sessions } from "../sessions.ts";

const input = z.strictObject({ name: z.string().max(200), role: z.enum(roles) });

/** What these routes need. */
export interface PersonParts {
  readonly persons: PersonTable;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Whether the page comes over TLS. */
  readonly isSecure: boolean;
}

/** The routes /persons. */
export function personRoutes({ persons, sessions, audit, clock, isSecure }: PersonParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/persons", (context) => context.json({ persons: persons.list() }))
    .post("/persons", async (context) => {
      const { name: typed, role } = await readBody(context, input);
      const name = typed.trim().replaceAll(/[\p{Cc}\p{Cf}]/gu, "");
      if (name === "") throw badRequest("A person needs a name.", "Enter one.");
      if (persons.list().some((one) => one.name === name)) {
        throw badRequest("Somebody of this name has a link already.", "Enter another name, or take back that link.");
      }
      const action = { action: "link-made", target: "", details: { name, role } };
      const { person, token } = await audit.around(action, () => persons.add(name, role, clock.nowMs()));
      // The gate let no other names through than the console's own.
      const origin = `${isSecure ? "https" : "http"}://${context.req.header("host")}`;
      return context.json({ person, link: `${origin}/launch?token=${token}` } satisfies NewPerson);
    })
    .post("/persons/:id/revoke", async (context) => {
      await readNothing(context);
      const id = context.req.param("id");
      const details = { name: persons.get(id)?.name };
      await audit.around({ action: "link-revoked", target: "", details }, () => {
        persons.remove(id);
        sessions.endAllOf(id);
      });
      return context.json({ persons: persons.list() });
    });
}
