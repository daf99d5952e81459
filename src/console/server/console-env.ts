/** What of Node and of the session a route can see. */
import type { HttpBindings } from "@hono/node-server";
import type { Session } from "./sessions.ts";

/** The environment of every route. */
export interface ConsoleEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly session: Session };
}
