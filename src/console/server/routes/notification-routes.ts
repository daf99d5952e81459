/** Notifications over HTTP: where they go, in which form, and a test. Mounted under /api. */
import { Hono } from "hono";
import { z } from "zod";
import type { Connectors } from "../../connectors/connectors.ts";
import { webhookForms } from "../../contract/console.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";

const input = z.strictObject({ form: z.enum(webhookForms), url: z.string().max(4096).exactOptional() });
const target = "";

/** The routes /notifications. */
export function notificationRoutes({ audit, notifier }: Pick<Connectors, "audit" | "notifier">): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/notifications", (context) => context.json(notifier.settings()))
    .post("/notifications", async (context) => {
      const read = await readBody(context, input);
      const details = { form: read.form, ...(read.url !== undefined && { isSet: read.url.trim() !== "" }) };
      const action = { action: "notifications-changed", target, details };
      return context.json(await audit.around(action, () => notifier.save(read)));
    })
    .post("/notifications/test", async (context) => {
      await readNothing(context);
      return context.json(await audit.around({ action: "notifications-tested", target }, () => notifier.test()));
    });
}
