/** Reviews that are decided, over HTTP, and lists of people that are looked for. Mounted under /api. */
import { Hono } from "hono";
import { z } from "zod";
import { rowFilters, verdicts } from "../../contract/reviews.ts";
import type { Reviews } from "../../reviews/reviews.ts";
import type { Sources } from "../../sources/sources.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { sendDownload } from "../download-response.ts";
import { readChoice, readText } from "../query-values.ts";
import { formatOf, sendRows, windowOf } from "./source-routes.ts";

const text = z.string().max(4096);
/** Base64; what a body may hold bounds it. */
const list = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const condition = z.strictObject({ column: text, value: text });
const question = z.strictObject({
  report: text.exactOptional(),
  about: text.exactOptional(),
  list: list.exactOptional(),
  where: z.array(condition).max(20).exactOptional(),
  search: text.exactOptional(),
});
const startInput = z.strictObject({
  source: text,
  title: text.exactOptional(),
  question,
  since: text.exactOptional(),
});
const decideInput = z.strictObject({
  rows: z.union([z.enum(["all", "undecided"]), z.array(z.int()).max(100_000)]),
  decision: z.enum(verdicts).exactOptional(),
  note: text.exactOptional(),
});
const listInput = z.strictObject({ list });

/** What these routes need. */
export interface ReviewParts {
  readonly reviews: Reviews;
  readonly sources: Sources;
  readonly audit: AuditLog;
}

/** The routes /reviews and /sources/:source/list. */
export function reviewRoutes({ reviews, sources, audit }: ReviewParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/reviews", async (context) => {
      const source = readText(context.req.query("source"), "source");
      const found = await reviews.list(source === undefined ? undefined : sources.reviewedAs(source));
      return context.json({ reviews: found });
    })
    .post("/reviews", async (context) => {
      const { source, title, question: asked, since } = await readBody(context, startInput);
      const kept = sources.reviewedAs(source);
      const { name } = context.var.session;
      const action = { action: "review-started", target: kept, details: { report: asked.report ?? "list" } };
      return context.json(
        await audit.around(action, () => reviews.start(source, kept, { question: asked, title, by: name, since })),
      );
    })
    .get("/reviews/:id", async (context) => {
      const query = context.req.query();
      const show = readChoice(query["show"], "show", rowFilters) ?? "all";
      return context.json(await reviews.page(context.req.param("id"), show, windowOf(query, 200)));
    })
    .post("/reviews/:id/decide", async (context) => {
      const [id, input] = [context.req.param("id"), await readBody(context, decideInput)];
      const { rows, decision } = input;
      const details = {
        rows: typeof rows === "string" ? rows : rows.length,
        ...(decision !== undefined && { decision }),
      };
      const action = { action: "review-decided", target: targetOf(id), details };
      return context.json(await audit.around(action, () => reviews.decide(id, input, context.var.session.name)));
    })
    .post("/reviews/:id/sign", async (context) => {
      const id = context.req.param("id");
      await readNothing(context);
      const action = { action: "review-signed", target: targetOf(id) };
      return context.json(await audit.around(action, () => reviews.sign(id, context.var.session.name)));
    })
    .get("/reviews/:id/export", async (context) => {
      const id = context.req.param("id");
      const format = formatOf(context.req.query());
      audit.record({ action: "export", target: targetOf(id), details: { what: "decisions", format } }, "requested");
      const { download, name } = await reviews.export(id, format);
      return sendDownload(context, download, { name, extension: format });
    })
    .post("/sources/:source/list", async (context) => {
      const { list: people } = await readBody(context, listInput);
      const window = windowOf(context.req.query(), 200);
      return context.json(await sources.ask(context.req.param("source"), "listed", { list: people, window }));
    })
    .post("/sources/:source/list/export", async (context) => {
      const { list: people } = await readBody(context, listInput);
      return await sendRows({ sources, audit }, context, "list", (source, format) =>
        sources.download(source, "exportListed", { list: people, format }),
      );
    });
}

function targetOf(id: string): string {
  return `review:${id}`;
}
