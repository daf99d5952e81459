/** T-90, T-95, T-96: who asks for another name, for what is not there, or in another way gets nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sendRaw, startWebServer, type WebServer } from "../../../test/console/web-server.ts";

let web: WebServer;
before(async () => {
  web = await startWebServer();
});
after(() => web[Symbol.asyncDispose]());

/** Host headers of others; PORT is the console's own. */
const wrongHosts: readonly (readonly [what: string, headers: readonly string[]])[] = [
  ["another name", ["Host: evil.example:PORT"]],
  ["another name without a port", ["Host: evil.example"]],
  ["no Host", []],
  ["an empty Host", ["Host: "]],
  ["two Hosts, the second one of another", ["Host: 127.0.0.1:PORT", "Host: evil.example"]],
  ["two Hosts, the first one of another", ["Host: evil.example", "Host: 127.0.0.1:PORT"]],
  ["two equal Hosts", ["Host: 127.0.0.1:PORT", "Host: 127.0.0.1:PORT"]],
  ["the wrong port", ["Host: 127.0.0.1:1"]],
  ["no port", ["Host: 127.0.0.1"]],
  ["a dot behind the name", ["Host: localhost.:PORT"]],
  ["an address as a part of a name", ["Host: 127.0.0.1.evil.example:PORT"]],
  ["a name that begins as ours", ["Host: localhost.evil.example:PORT"]],
  ["upper case", ["Host: LOCALHOST:PORT"]],
  ["another loopback address", ["Host: 127.0.0.2:PORT"]],
  ["an address in decimal", ["Host: 2130706433:PORT"]],
  ["an address in short", ["Host: 127.1:PORT"]],
  ["IPv6 without brackets", ["Host: ::1:PORT"]],
  ["IPv6 mapped", ["Host: [::ffff:127.0.0.1]:PORT"]],
  ["a user before the host", ["Host: user@127.0.0.1:PORT"]],
  ["a space behind the port", ["Host: 127.0.0.1:PORT x"]],
];
const targets = ["/", "/assets/app-ABCDEFGH.js", "/api/session", "/api/events"];

for (const [what, headers] of wrongHosts) {
  for (const target of targets) {
    test(`T-90: ${what} gets nothing from ${target}`, async () => {
      const { cookie } = await web.signIn();
      const lines = headers.map((line) => `${line.replaceAll("PORT", String(web.port))}\r\n`).join("");
      const request = `GET ${target} HTTP/1.1\r\n${lines}Cookie: ${cookie}\r\n\r\n`;
      const { status, body } = await sendRaw(web.port, request);
      assert.equal(status, 421);
      assert.equal(body, "");
    });
  }
}

for (const target of ["http://evil.example/", "http://127.0.0.1:PORT/api/session", "//", "evil"]) {
  test(`T-90: the request target ${target} is not taken for a path of ours`, async () => {
    const own = `127.0.0.1:${web.port}`;
    const request = `GET ${target.replace("PORT", String(web.port))} HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`;
    const { status, body } = await sendRaw(web.port, request);
    assert.ok(status === 421 || status === 400 || status === 404, String(status));
    assert.ok(!body.includes("<title>"), body);
  });
}

for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
  test(`T-90: ${host} with the console's port is ours`, async () => {
    const { status, body } = await web.ask("/", { headers: { host: `${host}:${web.port}` } });
    assert.equal(status, 200);
    assert.match(body, /<title>page/);
  });
}

const climbs = [
  "..",
  "%2e%2e",
  "%2E%2E",
  ".%2e",
  "%252e%252e",
  "..%2f..",
  "..%5c..",
  "..\\..",
  "%c0%ae%c0%ae",
  "....//",
];
const bases = ["/", "/assets/", "/api/runs/", "/api/files/", "/api/sources/"];
for (const base of bases) {
  for (const climb of climbs) {
    test(`T-95: ${base}${climb}/etc/passwd leads nowhere`, async () => {
      const { cookie } = await web.signIn();
      const own = `Host: 127.0.0.1:${web.port}\r\nCookie: ${cookie}\r\nConnection: close\r\n`;
      const { status, body } = await sendRaw(web.port, `GET ${base}${climb}/etc/passwd HTTP/1.1\r\n${own}\r\n`);
      assert.ok(status === 404 || status === 400, String(status));
      assert.ok(!body.includes("root:"), body);
    });
  }
}

for (const path of [
  "/index.html",
  "/assets",
  "/assets/",
  "/assets/app-ABCDEFGH.js%00.png",
  "/assets/app-ABCDEFGH.js.gz",
]) {
  test(`T-95: ${path} is no address of an asset`, async () => {
    assert.equal((await web.ask(path, { headers: { host: `127.0.0.1:${web.port}` } })).status, 404);
  });
}

for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "TRACK", "QUERY", "PROPFIND", "EVIL"]) {
  test(`T-96: ${method} is not a method of the console`, async () => {
    const { cookie } = await web.signIn();
    const target = method === "CONNECT" ? `127.0.0.1:${web.port}` : "/api/session";
    const headers = `Host: 127.0.0.1:${web.port}\r\nCookie: ${cookie}\r\nConnection: close\r\n`;
    const { status, body } = await sendRaw(web.port, `${method} ${target} HTTP/1.1\r\n${headers}\r\n`);
    assert.equal(status, 405);
    assert.equal(body, "");
  });
}
