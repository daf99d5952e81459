/** A back-up of the whole console as a download. Mounted under /api, for admins. */
import { Hono } from "hono";
import type { Connectors } from "../../connectors/connectors.ts";
import type { Sources } from "../../sources/sources.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { sendDownload } from "../download-response.ts";

/** The route /back-up. */
export function backUpRoutes(connectors: Pick<Connectors, "audit" | "backUp">, sources: Sources): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>().get("/back-up", async (context) => {
    const make = () => sources.downloadOf((out) => connectors.backUp(out));
    const download = await connectors.audit.around({ action: "back-up", target: "" }, make);
    return sendDownload(context, download, { name: "console-back-up", extension: "backup" });
  });
}
