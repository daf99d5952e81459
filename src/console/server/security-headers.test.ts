/** T-93: every answer carries the same headers: pages, data, downloads, streams, refusals, and what the parser says. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { createConnection } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openTestConnectors, type TestConnectors } from "../../../test/console/test-connectors.ts";
import {
  parseReply,
  type SignedIn,
  sendRaw,
  startWebServer,
  type WebServer,
} from "../../../test/console/web-server.ts";

const golden = join(import.meta.dirname, "../../../test/golden", "minimal-v1.c1z");
let web: WebServer;
let browser: SignedIn;
let source: string;
let shop: TestConnectors;
before(async () => {
  shop = await openTestConnectors();
  web = await startWebServer({ connectors: shop.connectors });
  browser = await web.signIn();
  source = (JSON.parse((await browser.post("/api/files", { path: golden })).body) as { source: string }).source;
});
after(async () => {
  await web[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

function assertHeaders(headers: IncomingHttpHeaders, { isAsset = false } = {}): void {
  const policy = new Map(
    String(headers["content-security-policy"])
      .split("; ")
      .map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")] as const),
  );
  assert.equal(policy.get("default-src"), "'none'");
  assert.equal(policy.get("script-src"), "'self'");
  assert.equal(policy.get("style-src"), "'self'");
  assert.equal(policy.get("frame-ancestors"), "'none'");
  assert.equal(policy.get("base-uri"), "'none'");
  assert.equal(policy.get("form-action"), "'self'");
  assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe|http|\*/);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  assert.equal(headers["cross-origin-resource-policy"], "same-origin");
  if (!isAsset) assert.equal(headers["cache-control"], "no-store");
  for (const name of ["server", "x-powered-by", "strict-transport-security", "access-control-allow-origin"]) {
    assert.equal(headers[name], undefined, name);
  }
}

const noFullDisk = existsSync("/dev/full") ? false : "there is no /dev/full to write to";
test("T-102: what cannot be written down is not handed out", { skip: noFullDisk }, async () => {
  await using other = await startWebServer();
  const reader = await other.signIn();
  const { source: id } = JSON.parse((await reader.post("/api/files", { path: golden })).body) as { source: string };
  other.refuseAudit();
  for (const path of ["people/export?format=csv", "reviews/owners/export?format=csv", "evidence"]) {
    const { status, body, headers } = await reader.get(`/api/sources/${id}/${path}`);
    assert.equal(status, 422, path);
    assert.match(body, /CONSOLE-AUDIT/);
    assertHeaders(headers);
  }
  assert.equal((await reader.post("/api/files", { path: golden })).status, 422);
  assert.equal((await other.ask(other.link().slice(other.origin.length))).headers["set-cookie"], undefined);
});

test("T-93: every route of the application, with and without a session", async () => {
  const routes = web.app.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*"));
  assert.ok(routes.length > 45, String(routes.length));
  for (const { method, path } of routes) {
    if (["/api/events", "/api/sign-out", "/api/sample"].includes(path)) continue;
    const address = path.replace(":source", source).replace(":name", "offboarding").replaceAll(/:\w+/g, "x");
    const answers = [
      method === "POST" ? await browser.post(address, {}) : await browser.get(address),
      await web.ask(address, { method, headers: { origin: web.origin, "content-type": "application/json" } }),
    ];
    for (const { headers } of answers) assertHeaders(headers);
  }
});

for (const path of [
  "people/export?format=csv",
  "reviews/owners/export?format=xlsx",
  "reviews/owners/export?format=json",
  "evidence",
]) {
  test(`T-93: the download ${path}`, async () => {
    const { status, headers } = await browser.get(`/api/sources/${source}/${path}`);
    assert.equal(status, 200);
    assertHeaders(headers);
    const head = await web.ask(`/api/sources/${source}/${path}`, {
      method: "HEAD",
      headers: { cookie: browser.cookie },
    });
    assert.equal(head.status, 200);
    assert.equal(head.headers["content-length"], headers["content-length"]);
    assertHeaders(head.headers);
    assert.match(String(headers["content-disposition"]), /^attachment; filename="[a-z0-9-]+\.(csv|xlsx|json|zip)"$/);
  });
}

for (const path of ["/", "/connectors/add", "/assets/app-ABCDEFGH.js", "/assets/icon.svg"]) {
  test(`T-93: the page's file at ${path}`, async () => {
    const { status, headers } = await web.ask(path);
    assert.equal(status, 200);
    assertHeaders(headers, { isAsset: true });
    const again = await web.ask(path, { headers: { "if-none-match": String(headers.etag) } });
    assert.equal(again.status, 304);
    assertHeaders(again.headers, { isAsset: true });
  });
}

test("T-93: names with a hash are kept by the browser, the page itself is asked for again", async () => {
  assert.match(String((await web.ask("/assets/app-ABCDEFGH.js")).headers["cache-control"]), /immutable/);
  assert.equal((await web.ask("/")).headers["cache-control"], "no-cache");
});

test("T-93: a file is sent in the form that the browser takes", async () => {
  const codings = { "gzip, br": "gzip", "br;q=1.0": undefined, "gzip;q=0": undefined, identity: undefined };
  for (const [accepted, coding] of Object.entries(codings)) {
    const { headers } = await web.ask("/assets/app-ABCDEFGH.js", { headers: { "accept-encoding": accepted } });
    assert.equal(headers["content-encoding"], coding, accepted);
  }
});

test("T-93: who follows a wrong link gets the page, which says so; a program gets the error", async () => {
  const visit = await web.ask("/people", { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
  assert.equal(visit.status, 404);
  assert.match(visit.body, /<title>page/);
  assertHeaders(visit.headers, { isAsset: true });
  const asked = await web.ask("/people");
  assert.equal(asked.status, 404);
  assert.match(asked.body, /CONSOLE-NO-ADDRESS/);
});

test("T-93: what is not there, what is refused, and a launch", async () => {
  for (const path of ["/nothing", "/api/nothing", "/launch?token=x"]) assertHeaders((await web.ask(path)).headers);
  assertHeaders((await web.ask("/", { headers: { host: "evil.example" } })).headers);
  assertHeaders((await web.ask("/", { method: "PUT" })).headers);
  assertHeaders((await web.ask("/", { method: "POST" })).headers);
  assertHeaders((await web.ask("/", { headers: { expect: "the impossible" } })).headers);
});

test("T-93: a body that is too large", async () => {
  const { status, headers } = await browser.post("/api/files", { path: "x".repeat(1024 * 1024) });
  assert.equal(status, 413);
  assertHeaders(headers);
});

const unreadable: readonly (readonly [what: string, bytes: string, status: number])[] = [
  ["another protocol", "GET / SIP/2.0\r\n\r\n", 400],
  ["a header without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, 431],
  ["an unknown method", "EVIL / HTTP/1.1\r\n\r\n", 405],
  ["a length that is none", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400],
  ["length and chunks at once", "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
];
for (const [what, bytes, status] of unreadable) {
  test(`T-93: the parser's answer to ${what}`, async () => {
    const reply = await sendRaw(web.port, bytes);
    assert.equal(reply.status, status);
    assertHeaders(reply.headers);
  });
}

test("T-93: an event stream, which begins at once and tells what happens", async () => {
  const socket = createConnection({ host: "127.0.0.1", port: web.port });
  socket.setEncoding("utf8");
  socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nCookie: ${browser.cookie}\r\n\r\n`);
  let received = "";
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.includes('"heartbeat"') && !received.includes("gone")) {
      web.hub.publish({ type: "connector-removed", connectorId: "gone" });
    }
    if (received.includes('"gone"')) break;
  }
  const { status, headers, body } = parseReply(received);
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/event-stream");
  assertHeaders(headers);
  assert.match(body, /data: \{"type":"connector-removed","connectorId":"gone"\}\n\n/);
});
