/** Notifications over HTTP: where they go, in which form, and a test. Mounted under /api. */
import { Hono } from "hono";
import type { Connectors } from "../../connectors/connectors.ts";
import { notificationsInput } from "../../contract/inputs.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";

const target = "";

/** The routes /notifications. */
export function notificationRoutes({ audit, notifier }: Pick<Connectors, "audit" | "notifier">): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/notifications", (context) => context.json(notifier.settings()))
    .post("/notifications", async (context) => {
      const read = await readBody(context, notificationsInput);
      const details = { form: read.form, ...(read.url !== undefined && { isSet: read.url.trim() !== "" }) };
      const action = { action: "notifications-changed", target, details };
      return context.json(await audit.around(action, () => notifier.save(read)));
    })
    .post("/notifications/test", async (context) => {
      await readNothing(context);
      return context.json(await audit.around({ action: "notifications-tested", target }, () => notifier.test()));
    });
}
