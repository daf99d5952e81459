/** T-97: a client that takes all it can get leaves the console working and the memory flat. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { receiveUpload } from "../../src/console/sources/receive-upload.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { openDoor, sendRaw } from "./door.ts";

const golden = join(import.meta.dirname, "..", "golden", "minimal-v1.c1z");

test("T-97: of 1,000 sockets 64 are kept, and the console answers again as soon as they go", async () => {
  await using door = await openDoor();
  const browser = await door.signIn();
  const sockets = Array.from({ length: 1000 }, () => createConnection({ host: "127.0.0.1", port: door.port }));
  const ends = await Promise.all(sockets.map(endOf));
  assert.ok(ends.filter((end) => end === "kept").length <= 64);
  for (const socket of sockets) socket.destroy();
  // The server learns of closed sockets one by one; until then it hangs up.
  for (;;) {
    const status = await browser.get("/api/session").then(
      (reply) => reply.status,
      () => 0,
    );
    if (status === 0) continue;
    assert.equal(status, 200);
    break;
  }
});

/** Whether the server holds a socket or has closed it: a kept one answers half a request with nothing. */
async function endOf(socket: Socket): Promise<"kept" | "closed"> {
  socket.on("error", () => undefined);
  socket.resume();
  const closed = once(socket, "close").then(() => "closed" as const);
  const { promise: kept, resolve } = Promise.withResolvers<"kept">();
  socket.on("connect", () => setTimeout(() => resolve("kept"), 1000));
  return await Promise.race([closed, kept]);
}

test("T-97: headers that do not come to their end are cut off, with the headers of every answer", async () => {
  await using door = await openDoor({ bounds: { sockets: 64, headersTimeoutMs: 200 } });
  const socket = createConnection({ host: "127.0.0.1", port: door.port });
  socket.setEncoding("utf8");
  socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1");
  let received = "";
  for await (const chunk of socket) received += String(chunk);
  assert.match(received, /^HTTP\/1\.1 408 /);
  assert.match(received, /content-security-policy: default-src 'none'/);
});

test("T-97: a body of 100 MB is refused by its announced length, and by what comes without one", async () => {
  await using door = await openDoor();
  const { cookie, csrfToken } = await door.signIn();
  const own = [
    `Host: 127.0.0.1:${door.port}`,
    `Cookie: ${cookie}`,
    `Origin: ${door.origin}`,
    `X-Csrf-Token: ${csrfToken}`,
  ];
  const head = ["POST /api/files HTTP/1.1", ...own, "Content-Type: application/json", "Connection: close"];
  const announced = await sendRaw(door.port, `${[...head, "Content-Length: 104857600"].join("\r\n")}\r\n\r\n{`);
  assert.equal(announced.status, 413);
  const chunk = `80000\r\n${"x".repeat(0x80000)}\r\n`;
  const chunked = await sendRaw(
    door.port,
    `${[...head, "Transfer-Encoding: chunked"].join("\r\n")}\r\n\r\n${chunk.repeat(4)}0\r\n\r\n`,
  );
  assert.equal(chunked.status, 413);
});

test("T-97: a file that is sent is streamed to the data directory, and nothing stays of one that is too large", async () => {
  await using door = await openDoor();
  const path = join(door.dataDir, "upload.c1z");
  const pieces = Array.from({ length: 5 }, () => Buffer.alloc(1000));
  await receiveUpload(Readable.from(pieces), path, 5000);
  await assert.rejects(
    receiveUpload(Readable.from(pieces), `${path}.2`, 4999),
    (caught) => caught instanceof BatonError && caught.code === "CONSOLE-UPLOAD-TOO-LARGE",
  );
  assert.ok(!existsSync(`${path}.2`));
});

test("T-97: an announced file of more than 256 MB is refused before a byte of it is taken", async () => {
  await using door = await openDoor();
  const { cookie, csrfToken } = await door.signIn();
  const own = [
    `Host: 127.0.0.1:${door.port}`,
    `Cookie: ${cookie}`,
    `Origin: ${door.origin}`,
    `X-Csrf-Token: ${csrfToken}`,
  ];
  const head = [
    "POST /api/files/upload HTTP/1.1",
    ...own,
    "Content-Type: application/octet-stream",
    "Connection: close",
  ];
  const { status, body } = await sendRaw(
    door.port,
    `${[...head, "Content-Length: 268435457"].join("\r\n")}\r\n\r\nC1ZF`,
  );
  assert.equal(status, 413);
  assert.match(body, /CONSOLE-UPLOAD-TOO-LARGE/);
  assert.ok(!existsSync(join(door.dataDir, "uploads")) || readdirSync(join(door.dataDir, "uploads")).length === 0);
});

test("T-97: 10,000 questions leave no file open and no socket behind", async () => {
  await using door = await openDoor();
  const browser = await door.signIn();
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
  await using door = await openDoor();
  const { cookie } = await door.signIn();
  const open = (): Socket => {
    const socket = createConnection({ host: "127.0.0.1", port: door.port });
    socket.on("error", () => undefined);
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nCookie: ${cookie}\r\n\r\n`);
    return socket;
  };
  const sockets: Socket[] = [];
  for (let opened = 0; opened < 30; opened++) {
    const socket = open();
    sockets.push(socket);
    await once(socket, "data");
  }
  assert.ok(door.streams.size <= 24, String(door.streams.size));
  for (const socket of sockets) socket.destroy();
  while (door.streams.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(door.hub.listeners, 0);
});
