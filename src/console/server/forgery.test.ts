/** T-91: pages of other sites can neither change anything nor read anything, whatever they send along. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type SignedIn, startWebServer, type WebServer } from "../../../test/console/web-server.ts";

let web: WebServer;
let browser: SignedIn;
before(async () => {
  web = await startWebServer();
  browser = await web.signIn();
});
after(() => web[Symbol.asyncDispose]());

type Headers = Readonly<Record<string, string | undefined>>;

/** A POST that the page itself would send, with some of its headers changed or left out. */
async function post(path: string, changes: Headers, body = '{"path":"/nowhere/none.c1z"}'): Promise<number> {
  const own: Headers = {
    cookie: browser.cookie,
    origin: web.origin,
    "content-type": "application/json",
    "x-csrf-token": browser.csrfToken,
    "sec-fetch-site": "same-origin",
  };
  const headers = Object.entries({ ...own, ...changes }).filter(([, value]) => value !== undefined);
  return (await web.ask(path, { method: "POST", headers: Object.fromEntries(headers) as Record<string, string>, body }))
    .status;
}

const forgeries: readonly (readonly [what: string, changes: Headers])[] = [
  ["a foreign origin", { origin: "https://evil.example" }],
  ["the origin null", { origin: "null" }],
  ["no origin, from a browser that does not say from where", { origin: undefined, "sec-fetch-site": undefined }],
  ["no origin, from another site", { origin: undefined, "sec-fetch-site": "cross-site" }],
  ["no origin, from two sites at once", { origin: undefined, "sec-fetch-site": "same-origin, cross-site" }],
  ["an empty origin", { origin: "" }],
  ["the origin of another port", { origin: "http://127.0.0.1:1" }],
  ["the origin over https", { origin: "https://127.0.0.1" }],
  ["another name of this machine as origin", { origin: "http://localhost" }],
  ["a request from another site", { "sec-fetch-site": "cross-site" }],
  ["a request from the same site", { "sec-fetch-site": "same-site" }],
  ["a request from the address bar", { "sec-fetch-site": "none" }],
  ["no token", { "x-csrf-token": undefined }],
  ["an empty token", { "x-csrf-token": "" }],
  ["another token", { "x-csrf-token": "A".repeat(43) }],
  ["the beginning of the token", { "x-csrf-token": "A" }],
  ["a form's text/plain", { "content-type": "text/plain" }],
  ["a form's multipart", { "content-type": "multipart/form-data; boundary=x" }],
  ["a form's urlencoded", { "content-type": "application/x-www-form-urlencoded" }],
  ["no type", { "content-type": undefined }],
  ["JSON as another type", { "content-type": "text/json" }],
];
for (const path of ["/api/files", "/api/sign-out"]) {
  for (const [what, changes] of forgeries) {
    test(`T-91: POST ${path} with ${what} is refused`, async () => {
      const status = await post(path, changes);
      assert.ok(status === 403 || status === 415, String(status));
      assert.equal((await browser.get("/api/session")).status, 200, "the session goes on");
    });
  }
}

test("T-91: bytes are taken where a file is sent, and nowhere else", async () => {
  assert.equal(await post("/api/files", { "content-type": "application/octet-stream" }), 403);
  assert.equal(await post("/api/files/upload", { "content-type": "application/json" }), 403);
});

test("T-91: the same request from the page itself is taken", async () => {
  assert.equal(await post("/api/files", { origin: undefined }), 403, "browsers name it with every POST of a script");
  assert.equal(await post("/api/files", {}), 404, "there is no such file");
  assert.equal(await post("/api/files", { "content-type": "Application/JSON; charset=utf-8" }), 404);
});

test("T-91: a GET never changes anything", async () => {
  for (const path of ["/api/files", "/api/sign-out", "/api/files/upload", "/api/files/x/close"]) {
    const headers = { cookie: browser.cookie, "x-csrf-token": browser.csrfToken, origin: web.origin };
    assert.ok([200, 404].includes((await web.ask(path, { headers })).status), path);
  }
  assert.equal((await browser.get("/api/session")).status, 200);
});

const reads: readonly (readonly [what: string, headers: Readonly<Record<string, string>>, status: number])[] = [
  ["fetched by another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, 403],
  ["fetched by the same site", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, 403],
  ["fetched with a foreign origin", { origin: "https://evil.example" }, 403],
  [
    "framed by another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
    403,
  ],
  ["opened from the address bar", { "sec-fetch-site": "none" }, 200],
];
for (const [what, headers, status] of reads) {
  test(`T-91: data ${what} is ${status === 200 ? "shown" : "refused"}`, async () => {
    assert.equal((await web.ask("/api/session", { headers: { cookie: browser.cookie, ...headers } })).status, status);
  });
}

test("T-91: a link on another site leads to the page, not to data", async () => {
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  assert.equal((await web.ask("/", { headers })).status, 200);
  assert.equal((await web.ask("/api/session", { headers: { ...headers, cookie: browser.cookie } })).status, 403);
});
