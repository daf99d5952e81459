/** T-92: launch links and sessions. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startWebServer, type WebServer } from "../../../test/console/web-server.ts";
import { auditLines } from "../../../test/support/audit-lines.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { keptCookieName } from "./cookie-name.ts";
import {
  LaunchLinks,
  launchLink,
  readRunningConsole,
  removeRunningConsole,
  writeRunningConsole,
} from "./launch-links.ts";
import { SignIns } from "./sign-ins.ts";

const minuteMs = 60_000;
const owner = { personId: null, name: "owner", role: "admin" } as const;

async function launch(web: WebServer, link = web.link(), headers: Readonly<Record<string, string>> = {}) {
  const reply = await web.ask(link.slice(web.origin.length), { headers });
  return { ...reply, setCookie: reply.headers["set-cookie"]?.[0] };
}

test("T-92: a link gives a session and leaves the address", async () => {
  await using web = await startWebServer();
  const { status, headers, setCookie = "" } = await launch(web);
  assert.equal(status, 303);
  assert.equal(headers.location, "/");
  assert.match(setCookie, /^baton-console-[0-9a-f]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
});

test("T-92: token and session have at least 256 bits, and no two are alike", async () => {
  await using web = await startWebServer();
  const links = Array.from({ length: 50 }, () => web.link());
  const tokens = links.map((link) => Buffer.from(new URL(link).searchParams.get("token") ?? "", "base64url"));
  assert.ok(tokens.every((token) => token.length >= 32));
  assert.equal(new Set(links).size, 50);
  const sessions = new Set(Array.from({ length: 20 }, () => web.sessions.create(owner)));
  assert.equal(sessions.size, 20);
});

test("T-92: a link works once", async () => {
  await using web = await startWebServer();
  const link = web.link();
  assert.ok((await launch(web, link)).setCookie);
  const again = await launch(web, link);
  assert.equal(again.setCookie, undefined);
  assert.equal(again.headers.location, "/");
});

test("T-92: HEAD neither uses a link up nor signs in", async () => {
  await using web = await startWebServer();
  const link = web.link();
  const head = await web.ask(link.slice(web.origin.length), { method: "HEAD" });
  assert.equal(head.status, 405);
  assert.equal(head.headers["set-cookie"], undefined);
  assert.ok((await launch(web, link)).setCookie);
});

test("T-92: a link is good for five minutes", async () => {
  const clock = new VirtualClock();
  await using web = await startWebServer({ clock });
  const [early, late] = [web.link(), web.link()];
  clock.advance(5 * minuteMs - 1);
  assert.ok((await launch(web, early)).setCookie);
  clock.advance(1);
  assert.equal((await launch(web, late)).setCookie, undefined);
});

test("T-92: a link cannot be made to last longer, nor signed by anybody else", async () => {
  await using web = await startWebServer();
  const token = new URL(web.link()).searchParams.get("token") ?? "";
  const bytes = Buffer.from(token, "base64url");
  for (const at of [0, 15, 16, 23, 24, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const forged = `${web.origin}/launch?token=${changed.toString("base64url")}`;
    assert.equal((await launch(web, forged)).setCookie, undefined, `byte ${at}`);
  }
});

for (const token of ["", "x", "A".repeat(75), "%00", `${"A".repeat(50_000)}`, "a&token=b", "..%2f"]) {
  test(`T-92: the token ${token.slice(0, 12) || "(none)"} opens nothing`, async () => {
    await using web = await startWebServer();
    assert.equal((await launch(web, `${web.origin}/launch?token=${token}`)).setCookie, undefined);
  });
}

test("T-92: after ten wrong tokens there is one wrong try a second, and a good link opens all the same", async () => {
  const clock = new VirtualClock();
  await using web = await startWebServer({ clock });
  const wrong = `${web.origin}/launch?token=wrong`;
  for (let tries = 0; tries < 10; tries++) assert.equal((await launch(web, wrong)).status, 303);
  const refused = await launch(web, wrong);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers["retry-after"], "1");
  clock.advance(999);
  assert.equal((await launch(web, wrong)).status, 429);
  clock.advance(1);
  assert.equal((await launch(web, wrong)).status, 303, "one try");
  assert.equal((await launch(web, wrong)).status, 429, "and no second one");
  const link = web.link();
  assert.ok((await launch(web, link)).setCookie, "the owner comes in, however many try");
  assert.equal((await launch(web, link)).setCookie, undefined, "once");
});

test("of 10,000 wrong links the audit log has a line for ten, and one for how many there were besides", async () => {
  const clock = new VirtualClock();
  await using web = await startWebServer({ clock });
  const signIns = new SignIns({
    links: web.links,
    audit: web.audit,
    clock,
    personOf: () => undefined,
    ownName: owner.name,
  });
  for (let tries = 0; tries < 10_000; tries++) signIns.redeem("wrong");
  assert.equal(auditLines(web.dataDir).length, 10);
  clock.advance(60 * minuteMs);
  signIns.redeem("wrong");
  signIns.redeem(new URL(web.link()).searchParams.get("token") ?? "");
  const [counted, late, accepted] = auditLines(web.dataDir).slice(-3);
  assert.deepEqual([accepted?.result, late?.result, counted?.result], ["accepted", "refused", "refused"]);
  assert.deepEqual(counted?.details, { tries: 9990 });
  for (let tries = 0; tries < 100; tries++) signIns.redeem("wrong");
  signIns.close();
  assert.equal(auditLines(web.dataDir).at(-1)?.details["tries"], 91, "nothing is lost when the console stops");
});

test("T-92: without a session there is no data, neither with a cookie of somebody else", async () => {
  await using web = await startWebServer();
  const browser = await web.signIn();
  const [name = ""] = browser.cookie.split("=");
  for (const cookie of ["", `${name}=`, `${name}=${"A".repeat(43)}`, `other=${browser.cookie.split("=")[1]}`]) {
    for (const path of ["/api/session", "/api/events", "/api/files", "/api/nothing"]) {
      const { status, body } = await web.ask(path, { headers: { cookie } });
      assert.equal(status, 401, `${path} with ${cookie}`);
      assert.equal((JSON.parse(body) as { error: { state: string } }).error.state, "session-expired");
    }
  }
});

test("T-92: a session ends after 30 minutes without use", async () => {
  const clock = new VirtualClock();
  await using web = await startWebServer({ clock });
  const browser = await web.signIn();
  clock.advance(29 * minuteMs);
  assert.equal((await browser.get("/api/session")).status, 200);
  clock.advance(30 * minuteMs - 1);
  assert.equal((await browser.get("/api/session")).status, 200);
  clock.advance(30 * minuteMs);
  assert.equal((await browser.get("/api/session")).status, 401);
});

test("T-92: a session ends after 12 hours of use", async () => {
  const clock = new VirtualClock();
  await using web = await startWebServer({ clock });
  const browser = await web.signIn();
  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    clock.advance(20 * minuteMs);
    assert.equal((await browser.get("/api/session")).status, 200, `${minutes} minutes`);
  }
  clock.advance(20 * minuteMs);
  assert.equal((await browser.get("/api/session")).status, 401);
});

test("T-92: signing out ends the session in the server, and its event streams", async () => {
  await using web = await startWebServer();
  const browser = await web.signIn();
  const stream = web.ask("/api/events", { headers: { cookie: browser.cookie } });
  await browser.get("/api/session");
  assert.equal((await browser.post("/api/sign-out", {})).status, 200);
  assert.equal((await browser.get("/api/session")).status, 401);
  web.hub.publish({ type: "connector-removed", connectorId: "secret" });
  const { body } = await stream;
  assert.ok(!body.includes("secret"), body);
});

test("T-92: two consoles on one machine have cookies of different names", async () => {
  await using one = await startWebServer();
  await using other = await startWebServer();
  assert.notEqual(one.sessions.cookieName, other.sessions.cookieName);
  assert.equal(keptCookieName(one.dataDir), one.sessions.cookieName, "a restart adds no second cookie");
});

test("T-92: sign-ins, refusals and sign-outs are in the audit log, tokens are not", async () => {
  await using web = await startWebServer();
  const link = web.link();
  const browser = await web.signIn();
  await launch(web, `${web.origin}/launch?token=wrong`);
  await browser.post("/api/sign-out", {});
  const lines = auditLines(web.dataDir).map(({ action, result }) => `${action} ${result}`);
  assert.deepEqual(lines, ["sign-in accepted", "sign-in refused", "sign-out done"]);
  const text = readFileSync(join(web.dataDir, "audit.ndjson"), "utf8");
  assert.ok(!text.includes(new URL(link).searchParams.get("token") ?? "token"));
});

test("T-92: a second command makes a link for a running console, out of a file for its owner alone", async () => {
  await using web = await startWebServer();
  writeRunningConsole(web.dataDir, { origin: web.origin, secret: web.links.secret, host: "127.0.0.1" });
  assert.equal(statSync(join(web.dataDir, "running-console.json")).mode & 0o777, 0o600);
  const running = readRunningConsole(web.dataDir);
  assert.ok(running);
  const link = launchLink(running, new VirtualClock(Date.now()));
  assert.ok((await launch(web, link)).setCookie);
  removeRunningConsole(web.dataDir);
  assert.equal(readRunningConsole(web.dataDir), undefined);
});

test("T-92: a link of another console opens nothing", async () => {
  await using web = await startWebServer();
  const other = new LaunchLinks(new VirtualClock(Date.now()));
  const link = launchLink({ origin: web.origin, secret: other.secret }, new VirtualClock(Date.now()));
  assert.equal((await launch(web, link)).setCookie, undefined);
});
