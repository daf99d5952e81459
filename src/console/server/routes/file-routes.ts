/** Files that a person opens, over HTTP: by path, or sent from the browser. Mounted under /api. */
import { Hono } from "hono";
import { z } from "zod";
import { maxUploadBytes, receiveUpload, uploadTooLarge } from "../../sources/opened-files.ts";
import type { Sources } from "../../sources/sources.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import { readBody } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { noSuchAddress } from "../failure-response.ts";

const openInput = z.strictObject({
  path: z
    .string()
    .trim()
    .min(1)
    .max(4096)
    .regex(/^[^\0]*$/),
});

/** The routes /files. */
export function fileRoutes({ sources, audit }: { readonly sources: Sources; readonly audit: AuditLog }) {
  return new Hono<ConsoleEnv>()
    .get("/files", (context) => context.json({ files: sources.files.list() }))
    .post("/files", async (context) => {
      const { path } = await readBody(context, openInput);
      audit.record({ action: "open-file", target: path }, "requested");
      return context.json(await sources.openPath(path));
    })
    .post("/files/upload", async (context) => {
      const name = (context.req.query("name") ?? "").replace(/^.*[/\\]/s, "").slice(0, 200) || "Uploaded file";
      audit.record({ action: "open-file", target: "", details: { upload: name } }, "requested");
      if (Number(context.req.header("content-length") ?? 0) > maxUploadBytes) throw uploadTooLarge();
      const place = await sources.files.uploadPlace();
      await receiveUpload(context.env.incoming, place.path);
      return context.json(await sources.openUpload(place, name));
    })
    .post("/files/:id/close", (context) => {
      const id = context.req.param("id");
      audit.record({ action: "close-file", target: `file:${id}` }, "requested");
      if (!sources.files.forget(id)) throw noSuchAddress();
      return context.json({});
    });
}
