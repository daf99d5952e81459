/** The console's real server on a port of its own, over files in a scratch directory, and a browser's manners for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import type { Hono } from "hono";
import type { Connectors } from "../../src/console/connectors/connectors.ts";
import { EventHub } from "../../src/console/event-hub.ts";
import type { KeptFiles } from "../../src/console/kept-files.ts";
import { Reviews } from "../../src/console/reviews/reviews.ts";
import { createApp } from "../../src/console/server/app.ts";
import { assetsFrom } from "../../src/console/server/assets.ts";
import type { ConsoleEnv } from "../../src/console/server/console-env.ts";
import { keptCookieName } from "../../src/console/server/cookie-name.ts";
import { EventStreams } from "../../src/console/server/event-stream.ts";
import { LaunchLinks, launchLink } from "../../src/console/server/launch-links.ts";
import { type ConsoleServer, type ListenOptions, listen } from "../../src/console/server/listen.ts";
import { backUpRoutes } from "../../src/console/server/routes/back-up-routes.ts";
import { connectorRoutes } from "../../src/console/server/routes/connector-routes.ts";
import { fileRoutes } from "../../src/console/server/routes/file-routes.ts";
import { notificationRoutes } from "../../src/console/server/routes/notification-routes.ts";
import { personRoutes } from "../../src/console/server/routes/person-routes.ts";
import { reviewRoutes } from "../../src/console/server/routes/review-routes.ts";
import { runRoutes } from "../../src/console/server/routes/run-routes.ts";
import { sourceRoutes } from "../../src/console/server/routes/source-routes.ts";
import { askedBy, Sessions } from "../../src/console/server/sessions.ts";
import { SignIns } from "../../src/console/server/sign-ins.ts";
import { Sources } from "../../src/console/sources/sources.ts";
import { type AuditLog, openAuditLog } from "../../src/console/store/audit-log.ts";
import { migrate } from "../../src/console/store/migrations.ts";
import { PersonTable } from "../../src/console/store/person-table.ts";
import { type Clock, systemClock } from "../../src/sdk/clock.ts";
import { version } from "../../src/version.ts";
import { launcher } from "../e2e/program.ts";

/** What a test may want otherwise. */
export interface WebServerOptions {
  readonly clock?: Clock;
  readonly kept?: KeptFiles;
  /** Whose routes are served as well, and whose files are asked. */
  readonly connectors?: Connectors;
  readonly bounds?: ListenOptions["bounds"];
  readonly evidenceKeyFile?: string;
}

/** A running console. */
export interface WebServer extends AsyncDisposable {
  readonly app: Hono<ConsoleEnv>;
  readonly server: ConsoleServer;
  readonly port: number;
  readonly origin: string;
  readonly dataDir: string;
  readonly hub: EventHub;
  readonly streams: EventStreams;
  readonly sessions: Sessions;
  readonly links: LaunchLinks;
  readonly audit: AuditLog;
  /** From now on nothing can be written to the audit log; needs /dev/full. */
  refuseAudit(): void;
  /** A new launch link. */
  link(): string;
  /** Opens one, or another link, as a browser does. */
  signIn(link?: string): Promise<SignedIn>;
  /** Asks with exactly these headers. */
  ask(path: string, options?: AskOptions): Promise<Reply>;
}

/** A request in a test. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Its answer. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A browser with a session. */
export interface SignedIn {
  readonly cookie: string;
  readonly csrfToken: string;
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  /** The body of a GET that must succeed, as JSON. */
  json<T>(path: string): Promise<T>;
}

/** A page of two files, so that no test waits for the real one to be built. */
const assets = assetsFrom(
  new Map([
    ["index.html", Buffer.from("<!doctype html><title>page</title>")],
    ["assets/app-ABCDEFGH.js", Buffer.from("export {};")],
    ["assets/app-ABCDEFGH.js.gz", Buffer.from("gzipped")],
    ["assets/icon.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")],
  ]),
);

/** Starts it. */
export async function startWebServer(options: WebServerOptions = {}): Promise<WebServer> {
  const { clock = systemClock, kept, bounds, connectors, evidenceKeyFile } = options;
  const dataDir = mkdtempSync(join(tmpdir(), "console-web-"));
  const working = openAuditLog(join(dataDir, "audit.ndjson"), () => clock.nowMs());
  let log = working;
  const audit: AuditLog = {
    record: (action, result) => log.record(action, result),
    around: (action, work) => log.around(action, work),
    close: () => log.close(),
  };
  const hub = new EventHub();
  const streams = new EventStreams(hub, clock);
  const links = new LaunchLinks(clock);
  const sessions = new Sessions(clock, keptCookieName(dataDir));
  const nothing: KeptFiles = { currentFile: () => undefined, runFile: () => undefined };
  const sources = new Sources({
    dataDir,
    kept: kept ?? connectors?.archive ?? nothing,
    clock,
    program: { file: process.execPath, args: [launcher] },
    env: process.env,
  });
  const persons = connectors?.persons ?? emptyPersons();
  const reviews = new Reviews({
    folder: connectors?.reviewsFolder ?? join(dataDir, "reviews"),
    sources,
    kept: kept ?? connectors?.archive ?? nothing,
    clock,
    hub,
  });
  const app = createApp({
    assets,
    audit,
    facts: { version, dataDir, keyStorage: "memory", isSecure: false },
    signIns: new SignIns({
      links,
      audit,
      clock,
      ownName: "owner",
      personOf: (token) => persons.redeem(token, clock.nowMs()),
    }),
    sessions,
    streams,
    routes: [
      ...(connectors ? [connectorRoutes(connectors), runRoutes(connectors), notificationRoutes(connectors)] : []),
      sourceRoutes({
        sources,
        audit,
        version,
        reviews,
        evidenceKeyFile,
        goneIn: (runId) => connectors?.archive.run(runId).drop?.gone ?? [],
      }),
      reviewRoutes({ reviews, sources, audit }),
      personRoutes({ persons, sessions, audit, clock, isSecure: false }),
      fileRoutes({ sources, audit }),
      ...(connectors ? [backUpRoutes(connectors, sources)] : []),
    ],
  });
  const names = ["127.0.0.1", "localhost", "[::1]"];
  const server = await listen({
    host: "127.0.0.1",
    port: 0,
    names,
    app,
    askedBy: askedBy(sessions),
    ...(bounds && { bounds }),
  });
  const { origin, port } = server;
  const ask: WebServer["ask"] = (path, options) => askServer(port, path, options);
  const link = (): string => launchLink({ origin, secret: links.secret }, clock);
  return {
    refuseAudit: () => {
      log = openAuditLog("/dev/full", () => clock.nowMs());
    },
    app,
    server,
    port,
    origin,
    dataDir,
    hub,
    streams,
    sessions,
    links,
    audit,
    link,
    ask,
    signIn: (other = link()) => signIn(other, origin, ask),
    async [Symbol.asyncDispose]() {
      streams.close();
      reviews.close();
      await server.close();
      await sources.close();
      audit.close();
      if (log !== working) working.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function emptyPersons(): PersonTable {
  const db = new DatabaseSync(":memory:");
  migrate(db, ":memory:");
  return new PersonTable(db);
}

async function signIn(link: string, origin: string, ask: WebServer["ask"]): Promise<SignedIn> {
  const launched = await ask(link.slice(origin.length));
  const cookie = (launched.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
  const get = (path: string): Promise<Reply> => ask(path, { headers: { cookie, "sec-fetch-site": "same-origin" } });
  const json = async <T>(path: string): Promise<T> => {
    const { status, body } = await get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return JSON.parse(body) as T; // what the caller asserts
  };
  const { csrfToken } = await json<{ csrfToken: string }>("/api/session");
  const headers = { cookie, origin, "x-csrf-token": csrfToken, "content-type": "application/json" };
  return {
    cookie,
    csrfToken,
    get,
    json,
    post: (path, body) => ask(path, { method: "POST", headers, body: JSON.stringify(body) }),
  };
}

async function askServer(port: number, path: string, { method = "GET", headers = {}, body }: AskOptions = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
  outgoing.on("response", resolve).on("error", reject);
  outgoing.end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Sends bytes as they are and reads the answer to the end of the connection. */
export async function sendRaw(port: number, bytes: string): Promise<Reply> {
  const socket = createConnection({ host: "127.0.0.1", port });
  socket.end(bytes);
  return parseReply(await text(socket));
}

/** An answer as it came over the wire. */
export function parseReply(answer: string): Reply {
  const end = answer.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = answer.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(" ")[1]), headers, body: answer.slice(end + 4) };
}
