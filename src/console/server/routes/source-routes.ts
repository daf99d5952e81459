/** Questions about files over HTTP, below /api/sources/:source. Reads the query, asks, answers; knows no file. */
import { type Context, Hono } from "hono";
import { type ExportFormat, exportFormats } from "../../contract/sources.ts";
import type { Reviews } from "../../reviews/reviews.ts";
import type { RowsAsked, TableOf } from "../../sources/people-tables.ts";
import type { Download, Sources } from "../../sources/sources.ts";
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
  readonly reviews: Reviews;
  /** Of the key that evidence is signed with; undefined: it is not. */
  readonly evidenceKeyFile: string | undefined;
  /** Keys of those who would go with a held run. @throws BatonError `CONSOLE-NO-RUN` */
  readonly goneIn: (runId: string) => readonly string[];
}

type Query = Readonly<Record<string, string>>;

/** What of a file is a table of people or teams, by its address below the source; `what` names it in the audit log. */
const peopleTables: readonly {
  readonly path: string;
  readonly what: string;
  readonly of: (part: (name: string) => string, goneIn: SourceParts["goneIn"]) => TableOf;
}[] = [
  { path: "people", what: "people", of: () => ({ kind: "people" }) },
  { path: "held/:run/people", what: "held", of: (part, goneIn) => ({ kind: "people", among: goneIn(part("run")) }) },
  { path: "teams", what: "teams", of: () => ({ kind: "teams" }) },
  {
    path: "teams/:type/:id/people",
    what: "team",
    of: (part) => ({ kind: "members", type: part("type"), id: part("id") }),
  },
];

/** The routes below /sources. */
export function sourceRoutes(parts: SourceParts): Hono<ConsoleEnv> {
  const { sources } = parts;
  const routes = new Hono<ConsoleEnv>()
    .get("/sources/:source", async (context) => context.json(await sources.info(context.req.param("source"))))
    .get("/sources/:source/people/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(await sources.ask(source, "person", { type, id }));
    })
    .get("/sources/:source/teams/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(await sources.ask(source, "team", { type, id }));
    });
  for (const { path, what, of } of peopleTables) {
    const tableOf = ({ req }: Context<ConsoleEnv>): TableOf => of((name) => req.param(name) ?? "", parts.goneIn);
    routes
      .get(`/sources/:source/${path}`, async (context) => {
        const query = context.req.query();
        const taken = { of: tableOf(context), asked: rowsAsked(query), window: windowOf(query, 200) };
        return context.json(await sources.ask(context.req.param("source") ?? "", "rows", taken));
      })
      .get(`/sources/:source/${path}/export`, (context) => {
        const taken = { of: tableOf(context), asked: rowsAsked(context.req.query()) };
        return sendRows(parts, context, what, (source, format) =>
          sources.download(source, "exportRows", { ...taken, format }),
        );
      });
  }
  return routes.route("/", tableRoutes(parts)).route("/", reviewRoutes(parts));
}

function tableRoutes({ sources }: SourceParts): Hono<ConsoleEnv> {
  const routes = new Hono<ConsoleEnv>();
  for (const kind of ["resources", "entitlements"] as const) {
    routes.get(`/sources/:source/${kind}`, async (context) => {
      const query = context.req.query();
      const taken = { type: readText(query["type"], "type"), window: windowOf(query, 100) };
      return context.json(await sources.ask(context.req.param("source"), kind, taken));
    });
  }
  return routes
    .get("/sources/:source/resources/:type/:id", async (context) => {
      const { source, type, id } = context.req.param();
      return context.json(await sources.ask(source, "resource", { type, id }));
    })
    .get("/sources/:source/grants", async (context) => {
      const query = context.req.query();
      const asked = {
        entitlement: readText(query["entitlement"], "entitlement"),
        principal: readResource(query["principal"], "principal"),
      };
      const taken = { query: asked, window: windowOf(query, 100) };
      return context.json(await sources.ask(context.req.param("source"), "grants", taken));
    });
}

function reviewRoutes(parts: SourceParts): Hono<ConsoleEnv> {
  const { sources, audit, version, reviews, evidenceKeyFile } = parts;
  return new Hono<ConsoleEnv>()
    .get("/sources/:source/reviews", async (context) =>
      context.json(await sources.ask(context.req.param("source"), "overview", {})),
    )
    .get("/sources/:source/reviews/:name", async (context) => {
      const { source, name } = context.req.param();
      const query = context.req.query();
      const taken = { name, asked: rowsAsked(query), window: windowOf(query, 200) };
      return context.json(await sources.review(source, taken, readText(query["since"], "since")));
    })
    .get("/sources/:source/reviews/:name/export", (context) => {
      const { name } = context.req.param();
      const query = context.req.query();
      const taken = { name, asked: rowsAsked(query) };
      const since = readText(query["since"], "since");
      return sendRows(parts, context, name, (source, format) =>
        sources.download(source, "exportReview", { ...taken, format }, since),
      );
    })
    .get("/sources/:source/evidence", async (context) => {
      const source = context.req.param("source");
      audit.record({ action: "export", target: source, details: { what: "evidence" } }, "requested");
      const since = readText(context.req.query("since"), "since");
      const taken = { version, reviews: await reviews.pathsOf(sources.reviewedAs(source)), keyFile: evidenceKeyFile };
      const download = await sources.download(source, "exportEvidence", taken, since);
      const { sha256 } = download;
      audit.record({ action: "export", target: source, details: { what: "evidence", sha256 } }, "done");
      return sendDownload(context, download, {
        name: `${sources.namesOf(source).fileName}-evidence`,
        extension: "zip",
      });
    });
}

/**
 * Sends rows of a source as a file, and records it.
 * @param what in the audit log, and at the end of the file's name.
 */
export async function sendRows(
  { sources, audit }: Pick<SourceParts, "sources" | "audit">,
  context: Context<ConsoleEnv>,
  what: string,
  write: (source: string, format: ExportFormat) => Promise<Download>,
): Promise<Response> {
  const source = context.req.param("source") ?? "";
  const format = formatOf(context.req.query());
  audit.record({ action: "export", target: source, details: { what, format } }, "requested");
  const name = `${sources.namesOf(source).fileName}-${what}`;
  return sendDownload(context, await write(source, format), { name, extension: format });
}

/** What of a query is no column of a table. */
const notColumns: ReadonlySet<string> = new Set([
  "q",
  "order",
  "descending",
  "team",
  "offset",
  "limit",
  "since",
  "format",
]);

function rowsAsked(query: Query): RowsAsked {
  const where = Object.entries(query).filter(([key]) => !notColumns.has(key));
  return {
    team: readText(query["team"], "team"),
    query: {
      q: readText(query["q"], "q"),
      where: Object.fromEntries(where.map(([key, value]) => [key, readText(value, key) ?? ""])),
      order: readText(query["order"], "order"),
      descending: readFlag(query["descending"], "descending"),
    },
  };
}

/** The part of a list that is asked for. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function windowOf(query: Query, most: number) {
  return {
    offset: readNumber(query["offset"], "offset", { from: 0, to: 1e9, absent: 0 }),
    limit: readNumber(query["limit"], "limit", { from: 1, to: most, absent: Math.min(most, 100) }),
  };
}

/** The form of an export. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function formatOf(query: Query): ExportFormat {
  const format = readChoice(query["format"], "format", exportFormats);
  if (format === undefined) throw badRequest(`format is one of ${exportFormats.join(", ")}.`);
  return format;
}
