/** T-97: a client that takes all it can get leaves the console working and the memory flat. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { sendRaw, startWebServer, type WebServer } from "../../../test/console/web-server.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { BatonError } from "../../sdk/errors.ts";
import { receiveUpload } from "../sources/opened-files.ts";

const golden = join(import.meta.dirname, "../../../test/golden/minimal-v1.c1z");

test("T-97: of 1,000 sockets that somebody leaves open 256 are kept, and the owner is answered all the while", async () => {
  await using web = await startWebServer();
  const browser = await web.signIn();
  const stream = web.ask("/api/events", { headers: { cookie: browser.cookie } });
  await browser.get("/api/session");
  const open = new Set<Socket>();
  const begun = Array.from({ length: 1000 }, async (_, index) => {
    const socket = createConnection({ host: "127.0.0.1", port: web.port });
    open.add(socket);
    socket.on("error", () => undefined).resume();
    const closed = once(socket, "close").then(() => open.delete(socket));
    // Some say nothing, some half a request, some all of one and wait for more.
    socket.write(["", "GET / HTTP/1.1\r\nHost: ", "GET / HTTP/1.1\r\n\r\n"][index % 3] ?? "");
    await Promise.race([once(socket, "connect"), closed]);
  });
  await Promise.all(begun);
  for (let round = 0; open.size > 256 || round < 5; round++) {
    assert.equal((await browser.get("/api/session")).status, 200);
    assert.ok((await web.signIn()).cookie, "a new link signs in");
  }
  assert.equal(web.streams.size, 1, "what the owner has open stays open");
  for (const socket of open) socket.destroy();
  web.streams.close();
  assert.equal((await stream).status, 200);
});

test("a reviewer who opens ever more sockets and half requests keeps nobody else out, nor ends their sessions", async () => {
  await using web = await startWebServer({ bounds: { sockets: 32, headersTimeoutMs: 10_000 } });
  const admin = await web.signIn();
  const reviewerCookie = (): string =>
    `${web.sessions.cookieName}=${web.sessions.create({ personId: "eve", name: "Eve", role: "reviewer" })}`;
  const sockets: Socket[] = [];
  for (let opened = 0; opened < 80; opened++) {
    const socket = createConnection({ host: "127.0.0.1", port: web.port });
    sockets.push(socket.on("error", () => undefined));
    const own = [`Host: 127.0.0.1:${web.port}`, `Cookie: ${reviewerCookie()}`];
    socket.write(`GET /api/session HTTP/1.1\r\n${own.join("\r\n")}\r\n\r\n`);
    await once(socket, "data");
    socket.write("GET /api/session HTTP/1.1\r\nHost: ");
  }
  for (let round = 0; round < 5; round++) {
    assert.equal((await admin.get("/api/session")).status, 200);
    assert.ok((await web.signIn()).cookie, "a new link signs in");
  }
  for (const socket of sockets) socket.destroy();
});

test("a body in chunks is taken like one whose length was announced", async () => {
  await using web = await startWebServer();
  const { cookie, csrfToken } = await web.signIn();
  const headers = { cookie, origin: web.origin, "x-csrf-token": csrfToken, "content-type": "application/json" };
  const inChunks = (body: string): ReturnType<typeof web.ask> =>
    web.ask("/api/files", { method: "POST", headers: { ...headers, "transfer-encoding": "chunked" }, body });
  assert.equal((await inChunks(JSON.stringify({ path: golden }))).status, 200);
  assert.equal((await inChunks(JSON.stringify({ path: "x".repeat(1024 * 1024) }))).status, 413);
  for (const text of ["", "{", '{"other":1}', "\u0000"]) assert.equal((await inChunks(text)).status, 400, text);
});

test("T-97: headers that do not come to their end are cut off, with the headers of every answer", async () => {
  await using web = await startWebServer({ bounds: { sockets: 64, headersTimeoutMs: 200 } });
  const socket = createConnection({ host: "127.0.0.1", port: web.port });
  socket.setEncoding("utf8");
  socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1");
  let received = "";
  for await (const chunk of socket) received += String(chunk);
  assert.match(received, /^HTTP\/1\.1 408 /);
  assert.match(received, /content-security-policy: default-src 'none'/);
});

test("a kept connection outlives the pauses of proxies, and the time that headers have is no bound of it", async () => {
  await using web = await startWebServer({ bounds: { sockets: 64, headersTimeoutMs: 200 } });
  const socket = createConnection({ host: "127.0.0.1", port: web.port });
  socket.setEncoding("utf8");
  const ask = async (): Promise<string> => {
    socket.write(`GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [string];
    return answer;
  };
  const [, seconds] = /^keep-alive: timeout=(\d+)/im.exec(await ask()) ?? [];
  assert.ok(Number(seconds) > 60, `${seconds} s are told to clients`);
  // Twice as long as a look at the times takes to end what is over.
  await delay(1500);
  assert.match(await ask(), /^HTTP\/1\.1 401 /);
  socket.destroy();
});

/** The lines before a body that the page itself would send, without its length. */
async function headOfPost(web: WebServer, path: string, type: string): Promise<readonly string[]> {
  const { cookie, csrfToken } = await web.signIn();
  return [
    ...[`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${web.port}`, `Cookie: ${cookie}`, `Origin: ${web.origin}`],
    ...[`X-Csrf-Token: ${csrfToken}`, `Content-Type: ${type}`, "Connection: close"],
  ];
}

test("T-97: a body of 100 MB is refused by its announced length, and by what comes without one", async () => {
  await using web = await startWebServer();
  const head = await headOfPost(web, "/api/files", "application/json");
  const announced = await sendRaw(web.port, `${[...head, "Content-Length: 104857600"].join("\r\n")}\r\n\r\n{`);
  assert.equal(announced.status, 413);
  const chunk = `80000\r\n${"x".repeat(0x80000)}\r\n`;
  const chunked = await sendRaw(
    web.port,
    `${[...head, "Transfer-Encoding: chunked"].join("\r\n")}\r\n\r\n${chunk.repeat(4)}0\r\n\r\n`,
  );
  assert.equal(chunked.status, 413);
});

test("T-97: a file that is sent is streamed to the data directory, and nothing stays of one that is too large", async () => {
  await using web = await startWebServer();
  const path = join(web.dataDir, "upload.c1z");
  const pieces = Array.from({ length: 5 }, () => Buffer.alloc(1000));
  await receiveUpload(Readable.from(pieces), path, 5000);
  await assert.rejects(
    receiveUpload(Readable.from(pieces), `${path}.2`, 4999),
    (caught) => caught instanceof BatonError && caught.code === "CONSOLE-UPLOAD-TOO-LARGE",
  );
  assert.ok(!existsSync(`${path}.2`));
});

test("T-97: an announced file of more than 256 MB is refused before a byte of it is taken", async () => {
  await using web = await startWebServer();
  const head = await headOfPost(web, "/api/files/upload", "application/octet-stream");
  const { status, body } = await sendRaw(
    web.port,
    `${[...head, "Content-Length: 268435457"].join("\r\n")}\r\n\r\nC1ZF`,
  );
  assert.equal(status, 413);
  assert.match(body, /CONSOLE-UPLOAD-TOO-LARGE/);
  assert.ok(!existsSync(join(web.dataDir, "uploads")) || readdirSync(join(web.dataDir, "uploads")).length === 0);
});

test("T-97: 10,000 questions leave no file open and no socket behind", async () => {
  await using web = await startWebServer();
  const browser = await web.signIn();
  const { source } = JSON.parse((await browser.post("/api/files", { path: golden })).body) as { source: string };
  let wrong = 0;
  for (let round = 0; round < 500; round++) {
    const paths = Array.from({ length: 20 }, (_, n) => `/api/sources/${source}/people?q=${n}&offset=${round}`);
    for (const { status } of await Promise.all(paths.map((path) => browser.get(path)))) if (status !== 200) wrong++;
  }
  assert.equal(wrong, 0);
  assert.equal((await browser.get("/api/session")).status, 200);
});

test("streams make room for each other, and a page that went away leaves none behind", async () => {
  await using web = await startWebServer();
  const { cookie } = await web.signIn();
  const open = (): Socket => {
    const socket = createConnection({ host: "127.0.0.1", port: web.port });
    socket.on("error", () => undefined);
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nCookie: ${cookie}\r\n\r\n`);
    return socket;
  };
  const sockets: Socket[] = [];
  for (let opened = 0; opened < 100; opened++) {
    const socket = open();
    sockets.push(socket);
    await once(socket, "data");
  }
  assert.ok(web.streams.size <= 96, String(web.streams.size));
  for (const socket of sockets) socket.destroy();
  await eventually(() => web.streams.size === 0, { what: "the end of every stream" });
  assert.equal(web.hub.listeners, 0);
});
