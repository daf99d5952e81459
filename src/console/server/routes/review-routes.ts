/** Reviews that are decided, over HTTP, and lists of people that are looked for. Mounted under /api. */
import { type Context, Hono } from "hono";
import { pageHeader } from "../../contract/events.ts";
import { decideInput, listInput, startInput } from "../../contract/inputs.ts";
import { rowFilters } from "../../contract/reviews.ts";
import type { Decider, Reviews } from "../../reviews/reviews.ts";
import type { Sources } from "../../sources/sources.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { sendDownload } from "../download-response.ts";
import { readChoice, readText } from "../query-values.ts";
import { formatOf, sendRows, windowOf } from "./source-routes.ts";

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
      return context.json(await audit.around(action, () => reviews.decide(id, input, deciderOf(context))));
    })
    .post("/reviews/:id/sign", async (context) => {
      const id = context.req.param("id");
      await readNothing(context);
      const action = { action: "review-signed", target: targetOf(id) };
      return context.json(await audit.around(action, () => reviews.sign(id, deciderOf(context))));
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

function deciderOf({ req, var: { session } }: Context<ConsoleEnv>): Decider {
  return { name: session.name, page: req.header(pageHeader) ?? "" };
}

function targetOf(id: string): string {
  return `review:${id}`;
}
