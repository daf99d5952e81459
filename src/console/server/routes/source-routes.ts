/** Questions about files over HTTP, below /api/sources/:source. Reads the query, asks, answers; knows no file. */
import { Hono } from "hono";
import { parseTimestamp } from "../../../sdk/resources/timestamps.ts";
import { exportFormats, personOrders, teamOrders } from "../../contract/sources.ts";
import { exportAnswer, exportEvidence, peopleAnswer } from "../../sources/exports.ts";
import { peoplePage, personOf, teamOf, teamsPage } from "../../sources/people.ts";
import { pictureOf } from "../../sources/picture.ts";
import { freshAnswer, reviewList, reviewPage } from "../../sources/reviews.ts";
import type { PeopleQuery } from "../../sources/roster.ts";
import type { Sources } from "../../sources/sources.ts";
import { entitlementsPage, grantsPage, resourceDetail, resourcesPage } from "../../sources/tables.ts";
import type { AuditLog } from "../../store/audit-log.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { sendDownload } from "../download-response.ts";
import { badRequest } from "../failure-response.ts";
import { readChoice, readFlag, readNumber, readResource, readText } from "../query-values.ts";

/** What these routes need. */
export interface SourceParts {
  readonly sources: Sources;
  readonly audit: AuditLog;
  readonly version: string;
}

type Query = Readonly<Record<string, string>>;

/** The routes below /sources. */
export function sourceRoutes(parts: SourceParts): Hono<ConsoleEnv> {
  const { sources } = parts;
  const routes = new Hono<ConsoleEnv>()
    .get("/sources/:source", async (context) => context.json(await sources.info(context.req.param("source"))))
    .get("/sources/:source/people", async (context) => {
      const query = context.req.query();
      const page = (open: Parameters<typeof peoplePage>[0]) =>
        peoplePage(open, peopleQuery(query), windowOf(query, 200));
      return context.json(await sources.use(context.req.param("source"), page));
    })
    .get("/sources/:source/people/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(await sources.use(source, (open) => personOf(open, type, id)));
    })
    .get("/sources/:source/teams", async (context) => {
      const query = context.req.query();
      const { q, order, descending } = query;
      const asked = {
        q: readText(q, "q"),
        order: readChoice(order, "order", teamOrders),
        descending: readFlag(descending, "descending"),
      };
      const window = windowOf(query, 200);
      return context.json(await sources.use(context.req.param("source"), (open) => teamsPage(open, asked, window)));
    })
    .get("/sources/:source/teams/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(await sources.use(source, (open) => teamOf(open, type, id)));
    })
    .get("/sources/:source/picture", async (context) =>
      context.json(await sources.use(context.req.param("source"), pictureOf)),
    );
  return routes.route("/", tableRoutes(parts)).route("/", reviewRoutes(parts)).route("/", exportRoutes(parts));
}

function tableRoutes({ sources }: SourceParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/sources/:source/resources", async (context) => {
      const query = context.req.query();
      const window = windowOf(query, 100);
      const type = readText(query["type"], "type");
      return context.json(await sources.use(context.req.param("source"), (open) => resourcesPage(open, type, window)));
    })
    .get("/sources/:source/resources/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(
        await sources.use(source, (open) => resourceDetail(open, { resourceType: type, resource: id })),
      );
    })
    .get("/sources/:source/entitlements", async (context) => {
      const query = context.req.query();
      const window = windowOf(query, 100);
      const asked = { type: readText(query["type"], "type"), resource: readResource(query["resource"], "resource") };
      return context.json(
        await sources.use(context.req.param("source"), (open) => entitlementsPage(open, asked, window)),
      );
    })
    .get("/sources/:source/grants", async (context) => {
      const query = context.req.query();
      const window = windowOf(query, 100);
      const asked = {
        entitlement: readText(query["entitlement"], "entitlement"),
        principal: readResource(query["principal"], "principal"),
      };
      return context.json(await sources.use(context.req.param("source"), (open) => grantsPage(open, asked, window)));
    });
}

function reviewRoutes({ sources }: SourceParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/sources/:source/reviews", (context) => context.json({ reviews: reviewList() }))
    .get("/sources/:source/reviews/:name", async (context) => {
      const { source, name } = context.req.param();
      const query = context.req.query();
      const window = windowOf(query, 100);
      const asOfSeconds = readMoment(query["asOf"]);
      const page = await sources.compare(source, readText(query["since"], "since"), (open, since) =>
        reviewPage(open, { name, since, asOfSeconds }, window),
      );
      return context.json(page);
    });
}

function exportRoutes({ sources, audit, version }: SourceParts): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/sources/:source/people/export", async (context) => {
      const source = context.req.param("source");
      const form = formOf(context.req.query());
      audit.record({ action: "export", target: source, details: { what: "people", format: form.format } }, "requested");
      const query = peopleQuery(context.req.query());
      const download = await sources.use(source, async (open) => {
        const answer = await peopleAnswer(open, query);
        return await sources.download((sink) => exportAnswer(answer, form, sink));
      });
      return sendDownload(context, download, { name: `${sources.fileName(source)}-people`, extension: form.format });
    })
    .get("/sources/:source/reviews/:name/export", async (context) => {
      const { source, name } = context.req.param();
      const query = context.req.query();
      const form = formOf(query);
      audit.record({ action: "export", target: source, details: { what: name, format: form.format } }, "requested");
      const asOfSeconds = readMoment(query["asOf"]);
      const download = await sources.compare(source, readText(query["since"], "since"), (open, since) => {
        const answer = freshAnswer(open, { name, since, asOfSeconds });
        return sources.download((sink) => exportAnswer(answer, form, sink));
      });
      return sendDownload(context, download, { name: `${sources.fileName(source)}-${name}`, extension: form.format });
    })
    .get("/sources/:source/evidence", async (context) => {
      const source = context.req.param("source");
      audit.record({ action: "export", target: source, details: { what: "evidence" } }, "requested");
      const download = await sources.compare(source, readText(context.req.query("since"), "since"), (open, since) =>
        sources.download((sink) => exportEvidence(open, since, version, sink)),
      );
      return sendDownload(context, download, { name: `${sources.fileName(source)}-evidence`, extension: "zip" });
    });
}

function peopleQuery(query: Query): PeopleQuery {
  return {
    q: readText(query["q"], "q"),
    status: readChoice(query["status"], "status", ["enabled", "disabled", "deleted", "unknown"]),
    role: readText(query["role"], "role"),
    team: readText(query["team"], "team"),
    teamRole: readText(query["teamRole"], "teamRole"),
    twoFactor: readChoice(query["twoFactor"], "twoFactor", ["yes", "no", "unknown"]),
    order: readChoice(query["order"], "order", personOrders),
    descending: readFlag(query["descending"], "descending"),
  };
}

function windowOf(query: Query, most: number) {
  return {
    offset: readNumber(query["offset"], "offset", { from: 0, to: 1e9, absent: 0 }),
    limit: readNumber(query["limit"], "limit", { from: 1, to: most, absent: Math.min(most, 100) }),
  };
}

function formOf(query: Query) {
  const format = readChoice(query["format"], "format", exportFormats);
  if (format === undefined) throw badRequest(`format is one of ${exportFormats.join(", ")}.`);
  return { format, byteOrderMark: format === "csv" && readFlag(query["bom"], "bom") };
}

/** Seconds since the epoch of a time such as `2026-11-23T00:00:00Z`. */
function readMoment(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const moment = parseTimestamp(text);
  if (!moment) throw badRequest("asOf is a time like 2026-11-23T00:00:00Z.");
  return moment.seconds;
}
