/**
 * What the console answers: the page, its session, and the API for those who are signed in. The gate stands in front of it
 * (see listen.ts); routes come from routes/ and know no session.
 */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { type AuditLog, actingAs } from "../store/audit-log.ts";
import { mayAsk, maySee } from "./access-rules.ts";
import { type Assets, loadAssets, serveAsset } from "./assets.ts";
import { refuseLargeBody } from "./body-values.ts";
import type { ConsoleEnv } from "./console-env.ts";
import type { EventStreams } from "./event-stream.ts";
import { failureResponse, forgedRequest, noSuchAddress, notAllowed, sessionExpired } from "./failure-response.ts";
import { type ConsoleFacts, sessionRoutes } from "./routes/session-routes.ts";
import { ownerOf, type Sessions } from "./sessions.ts";
import type { SignIns } from "./sign-ins.ts";

/** The one address that takes more, and bytes instead of JSON. */
const uploadPath = "/api/files/upload";

/** What the console is put together from. */
export interface ConsoleParts {
  readonly assets?: Assets;
  readonly audit: AuditLog;
  readonly facts: ConsoleFacts;
  readonly signIns: SignIns;
  readonly sessions: Sessions;
  readonly streams: EventStreams;
  /** Mounted under /api, behind the session. */
  readonly routes: readonly Hono<ConsoleEnv>[];
}

/** Puts it together. @throws BatonError `CONSOLE-NOT-BUILT` */
export function createApp(parts: ConsoleParts): Hono<ConsoleEnv> {
  const { assets = loadAssets(), sessions, streams } = parts;
  const app = new Hono<ConsoleEnv>();
  app.onError((error, context) => failureResponse(context, error));
  app.notFound((context) => failureResponse(context, noSuchAddress()));
  app.get("/launch", (context) => launch(context, parts));
  app.use("/api/*", async (context, next) => {
    const session = sessions.find(context.req.header("cookie"), context.req.path === "/api/events");
    if (!session) throw sessionExpired();
    context.set("session", session);
    if (context.req.method === "POST") refuseForged(context, sessions);
    if (!mayAsk(session.role, context.req.method, context.req.path)) throw notAllowed(session.role);
    await actingAs(session.name, next);
  });
  app.use("/api/*", async (context, next) => {
    if (context.req.path !== uploadPath) refuseLargeBody(context);
    await next();
  });
  app.get("/api/events", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 405, { allow: "GET" });
    const { session } = context.var;
    streams.open(context.env.outgoing, {
      owner: ownerOf(session),
      isLive: () => sessions.isLive(session),
      isFor: (event) => maySee(session.role, event),
    });
    return RESPONSE_ALREADY_SENT;
  });
  app.route("/api", sessionRoutes(parts));
  for (const routes of parts.routes) app.route("/api", routes);
  app.get("*", (context) => {
    const { path } = context.req;
    const isScreen = isPageAddress(path);
    const asset = path === "/index.html" ? undefined : assets.get(isScreen ? "/index.html" : path);
    if (asset) return serveAsset(context, asset);
    const page = assets.get("/index.html");
    // Who follows a wrong link gets the page, which says so.
    const isVisit = context.req.header("accept")?.includes("text/html");
    if (!page || !isVisit) return failureResponse(context, noSuchAddress());
    context.status(404);
    return serveAsset(context, page);
  });
  return app;
}

/** Only a page that could read the session's token can send it back; JSON cannot be sent by a form. */
function refuseForged(context: Context<ConsoleEnv>, sessions: Sessions): void {
  const [type] = (context.req.header("content-type") ?? "").split(";");
  const expected = context.req.path === uploadPath ? "application/octet-stream" : "application/json";
  const isRightType = type?.trim().toLowerCase() === expected;
  const isRightToken = sessions.isCsrfToken(context.var.session, context.req.header("x-csrf-token"));
  if (!isRightType || !isRightToken) throw forgedRequest();
}

/** Takes the token of a launch link out of the address and gives a session for it. */
function launch(context: Context<ConsoleEnv>, { signIns, sessions, facts }: ConsoleParts): Response {
  if (context.req.method === "HEAD") return context.body(null, 405, { allow: "GET" });
  const outcome = signIns.redeem(context.req.query("token") ?? "");
  if (outcome === "too-many-tries") {
    return context.text("Too many wrong links. Wait a second and open the link again.", 429, { "retry-after": "1" });
  }
  // A link that is used up leads to the page as well: it says what to do, or shows itself where a session still is.
  if (outcome !== "refused") context.header("set-cookie", sessions.cookie(sessions.create(outcome), facts.isSecure));
  return context.redirect("/", 303);
}

const part = "[^/]+";
const sourceScreens = `(?:/(?:people|teams(?:/${part}/${part})?|roles|list|reviews(?:/${part})?|tables(?:/${part}(?:/${part})?)?))?`;
const connectorScreens = `(?:/(?:access|reviews|history|logs|settings|deploy|service)(?:/.*)?)?`;
const patterns = [
  "/",
  "/connectors",
  "/connectors/add(?:/.*)?",
  `/connectors/${part}${connectorScreens}`,
  "/files",
  "/notifications",
  "/back-up",
  "/persons",
  `/reviews(?:/${part})?`,
  `/files/${part}(?:/.*)?`,
  `/sources/${part}${sourceScreens}`,
].map((pattern) => new RegExp(`^${pattern}$`));

/** Whether the page has a screen at this path. */
export function isPageAddress(path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
