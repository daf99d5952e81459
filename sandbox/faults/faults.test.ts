import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { VirtualClock } from "../../test/support/virtual-clock.ts";
import { type Sandbox, startSandbox } from "../server.ts";
import { ask, rowOf, rowsOf } from "../test-client.ts";
import type { Fault } from "./faults.ts";

const members = "/orgs/sandbox-org/members/";

function fired(sandbox: Sandbox): Readonly<Record<string, number>> {
  return sandbox.counters.faultsFired;
}

test("a status fault answers with it, once unless told otherwise, and is counted and logged by name", async () => {
  await using sandbox = await startSandbox({
    faults: [{ name: "flaky", kind: "status", status: 503, headers: { "Retry-After": "5" } }],
  });
  const reply = await ask(sandbox, members);
  assert.equal(reply.status, 503);
  assert.equal(reply.headers.get("Retry-After"), "5");
  assert.equal(typeof rowOf(reply.json)["detail"], "string");
  assert.equal((await ask(sandbox, members)).status, 200);
  assert.deepEqual(fired(sandbox), { flaky: 1 });
  assert.deepEqual(
    sandbox.requests.map((request) => [request.fault, request.status]),
    [
      ["flaky", 503],
      [undefined, 200],
    ],
  );
});

test("a fault hits the path, query, page and number it was ordered for", async () => {
  await using sandbox = await startSandbox();
  const status = async (path: string): Promise<number> => (await ask(sandbox, path)).status;
  sandbox.addFault({ kind: "status", status: 500, match: { path: "/members/", page: 2 } });
  assert.equal(await status(`${members}?page=1`), 200);
  assert.equal(await status("/orgs/sandbox-org/teams/?page=2&page_size=5"), 200);
  assert.equal(await status(`${members}?page=2`), 500);

  sandbox.addFault({ kind: "status", status: 501, match: { query: "is_active=false" } });
  assert.equal(await status(`${members}?is_active=true`), 200);
  assert.equal(await status(`${members}?is_active=false`), 501);

  sandbox.addFault({ kind: "status", status: 502, match: { path: /self\/$/, nth: 3 }, times: 2 });
  const answers = [];
  for (let number = 1; number <= 5; number++) answers.push(await status("/user/self/"));
  assert.deepEqual(answers, [200, 200, 502, 502, 200]);
});

test("a fault may fire always, and until it is cancelled", async () => {
  await using sandbox = await startSandbox({
    faults: [{ kind: "status", status: 500, times: Number.POSITIVE_INFINITY }],
  });
  for (let number = 1; number <= 5; number++) assert.equal((await ask(sandbox, members)).status, 500);
  sandbox.clearFaults();
  assert.equal((await ask(sandbox, members)).status, 200);
  assert.deepEqual(fired(sandbox), { status: 5 });
});

test("a fault with a share hits the same requests for the same seed", async () => {
  const pattern = async (seed: number): Promise<number[]> => {
    const faults: Fault[] = [{ kind: "status", status: 500, match: { share: 0.5 }, times: Number.POSITIVE_INFINITY }];
    await using sandbox = await startSandbox({ organization: { seed }, faults });
    for (let number = 0; number < 40; number++) await ask(sandbox, "/user/self/");
    return sandbox.requests.map((request) => request.status);
  };
  const first = await pattern(1);
  assert.deepEqual(await pattern(1), first);
  assert.notDeepEqual(await pattern(2), first);
  const failures = first.filter((status) => status === 500).length;
  assert.ok(failures > 10 && failures < 30, String(failures));
});

test("throttling sends Retry-After in whatever form, or not at all", async () => {
  await using sandbox = await startSandbox();
  for (const retryAfter of ["30", "0", "-1", "3304", "soon", "Sun, 30 Aug 2026 17:00:00 GMT", "1000000000"]) {
    sandbox.addFault({ kind: "throttle", retryAfter });
    const reply = await ask(sandbox, members);
    assert.equal(reply.status, 429);
    assert.equal(reply.headers.get("Retry-After"), retryAfter);
    assert.equal(reply.headers.get("X-RateLimit-Remaining"), "0");
  }
  sandbox.addFault({ kind: "throttle" });
  assert.equal((await ask(sandbox, members)).headers.get("Retry-After"), null);
  assert.deepEqual(fired(sandbox), { throttle: 8 });
});

test("a cut ends the connection after so many bytes of the body", async () => {
  await using sandbox = await startSandbox();
  const whole = (await rawAnswer(sandbox)).body;
  for (const afterBytes of [0, 1, 100, whole.length - 1]) {
    sandbox.addFault({ kind: "cut", afterBytes });
    const { head, body } = await rawAnswer(sandbox);
    assert.match(head, new RegExp(`content-length: ${whole.length}\r`, "i"));
    assert.deepEqual(body, whole.subarray(0, afterBytes));
  }
  sandbox.addFault({ kind: "cut" });
  await assert.rejects(ask(sandbox, members));
  assert.deepEqual(fired(sandbox), { cut: 5 });
});

test("a reset leaves the client without any answer", async () => {
  await using sandbox = await startSandbox({ faults: [{ kind: "reset" }] });
  await assert.rejects(ask(sandbox, members));
  assert.equal(sandbox.requests[0]?.status, 0);
  assert.equal((await ask(sandbox, members)).status, 200);
});

test("bodies can be replaced, emptied or mislabelled", async () => {
  await using sandbox = await startSandbox();
  const whole = (await ask(sandbox, members)).text;
  sandbox.addFault({ kind: "garbage", body: "{not json" });
  const garbage = await ask(sandbox, members);
  assert.equal(garbage.text, "{not json");
  assert.equal(garbage.headers.get("Content-Type"), "application/json");
  sandbox.addFault({ kind: "html" });
  const html = await ask(sandbox, members);
  assert.equal(html.status, 200);
  assert.match(String(html.headers.get("Content-Type")), /^text\/html/);
  assert.match(html.text, /^<!DOCTYPE html>/);
  sandbox.addFault({ kind: "empty" });
  assert.equal((await ask(sandbox, members)).text, "");
  sandbox.addFault({ kind: "wrong-content-type", contentType: "text/plain" });
  const mislabelled = await ask(sandbox, members);
  assert.equal(mislabelled.headers.get("Content-Type"), "text/plain");
  assert.equal(mislabelled.text, whole);
  sandbox.addFault({ kind: "rewrite", rewrite: (json) => ({ results: json }) });
  assert.deepEqual(rowOf((await ask(sandbox, members)).json)["results"], JSON.parse(whole));
});

test("the length can be declared too long or too short", async () => {
  await using sandbox = await startSandbox();
  const whole = (await rawAnswer(sandbox)).body;
  sandbox.addFault({ kind: "wrong-length", delta: 5 });
  const long = await rawAnswer(sandbox);
  assert.match(long.head, new RegExp(`content-length: ${whole.length + 5}\r`, "i"));
  assert.deepEqual(long.body, whole);
  sandbox.addFault({ kind: "wrong-length", delta: -5 });
  const short = await rawAnswer(sandbox);
  assert.match(short.head, new RegExp(`content-length: ${whole.length - 5}\r`, "i"));
  assert.deepEqual(short.body, whole);
});

test("a huge answer is valid JSON of the size ordered, with its length declared or not", async () => {
  await using sandbox = await startSandbox();
  const whole = (await ask(sandbox, members)).json;
  const bytes = 10_000_000;
  sandbox.addFault({ kind: "huge", bytes });
  const declared = await ask(sandbox, members);
  assert.equal(declared.headers.get("Content-Length"), String(bytes));
  assert.equal(Buffer.byteLength(declared.text), bytes);
  assert.deepEqual(declared.json, whole);
  sandbox.addFault({ kind: "huge", bytes, declareLength: false });
  const chunked = await ask(sandbox, members);
  assert.equal(chunked.headers.get("Content-Length"), null);
  assert.equal(Buffer.byteLength(chunked.text), bytes);
});

test("a client may hang up in the middle of a huge answer", async () => {
  await using sandbox = await startSandbox({ faults: [{ kind: "huge", bytes: 500_000_000 }] });
  const response = await fetch(sandbox.baseUrl + members, { headers: { "X-Api-Key": sandbox.keys.owner } });
  await response.body?.cancel();
  assert.equal((await ask(sandbox, members)).status, 200);
});

test("a gzip bomb is small on the wire and large unpacked", async () => {
  await using sandbox = await startSandbox({ faults: [{ kind: "gzip-bomb", bytes: 5_000_000 }] });
  const reply = await ask(sandbox, members);
  assert.ok(Number(reply.headers.get("Content-Length")) < 20_000);
  assert.equal(Buffer.byteLength(reply.text), 5_000_000);
  assert.equal(rowsOf(reply).length, 30);
});

test("a header can be large, and a redirect can lead anywhere", async () => {
  await using sandbox = await startSandbox();
  sandbox.addFault({ kind: "big-header", bytes: 5000 });
  assert.equal((await ask(sandbox, members)).headers.get("X-Padding")?.length, 5000);
  sandbox.addFault({ kind: "redirect", location: "http://169.254.169.254/latest", status: 307 });
  const reply = await ask(sandbox, members);
  assert.equal(reply.status, 307);
  assert.equal(reply.headers.get("Location"), "http://169.254.169.254/latest");
});

test("pages can be repeated, skipped or emptied under the headers of the page asked for", async () => {
  await using sandbox = await startSandbox();
  const page = async (number: number) => ask(sandbox, `${members}?page=${number}`);
  const [, first, second, third] = [undefined, (await page(1)).text, (await page(2)).text, (await page(3)).text];
  assert.notEqual(first, second);
  sandbox.addFault({ kind: "repeat-page" });
  const repeated = await page(2);
  assert.equal(repeated.text, first);
  assert.equal(repeated.headers.get("X-Pagination-Page"), "2");
  sandbox.addFault({ kind: "skip-page" });
  assert.equal((await page(2)).text, third);
  sandbox.addFault({ kind: "skip-page" });
  assert.equal((await page(4)).text, "[]", "after the last page there is nothing");
  sandbox.addFault({ kind: "empty-page" });
  const emptied = await page(2);
  assert.equal(emptied.text, "[]");
  assert.equal(emptied.headers.get("X-Pagination-Count"), "120");
});

test("raw bytes reach the client as they are", async () => {
  const bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
  await using sandbox = await startSandbox({ faults: [{ kind: "raw", bytes }] });
  await assert.rejects(ask(sandbox, members));
  sandbox.addFault({ kind: "raw", bytes });
  const { head, body } = await rawAnswer(sandbox);
  assert.equal(`${head}\r\n\r\n${body}`, bytes);
});

test("a slow answer comes in drips with waits between them, and is whole in the end", async () => {
  const clock = new VirtualClock();
  await using sandbox = await startSandbox({ clock });
  const whole = await ask(sandbox, members);
  sandbox.addFault({ kind: "slow", chunkBytes: 1000, everyMs: 250 });
  assert.equal((await ask(sandbox, members)).text, whole.text);
  assert.deepEqual(clock.sleeps, new Array(Math.ceil(Buffer.byteLength(whole.text) / 1000)).fill(250));
  sandbox.addFault({ kind: "stall", at: "headers", ms: 60_000 });
  assert.equal((await ask(sandbox, members)).text, whole.text);
  sandbox.addFault({ kind: "stall", at: "body", ms: 70_000 });
  assert.equal((await ask(sandbox, members)).text, whole.text);
  assert.deepEqual(clock.sleeps.slice(-2), [60_000, 70_000]);
});

test("a stall without end lasts until the client hangs up", async () => {
  await using sandbox = await startSandbox({ faults: [{ kind: "stall", at: "headers" }] });
  const hangUp = new AbortController();
  const headers = { "X-Api-Key": sandbox.keys.owner };
  sandbox.onRequest(() => {
    setImmediate(() => hangUp.abort());
    return undefined;
  });
  await assert.rejects(fetch(sandbox.baseUrl + members, { headers, signal: hangUp.signal }), { name: "AbortError" });
  assert.equal(sandbox.requests[0]?.status, 0);

  sandbox.addFault({ kind: "stall", at: "body" });
  const response = await fetch(sandbox.baseUrl + members, { headers });
  assert.equal(response.status, 200, "the headers come before the stall");
  await response.body?.cancel();
  assert.deepEqual(fired(sandbox), { stall: 2 });
});

/** One answer as it is on the wire, read until the server ends the connection. */
async function rawAnswer(sandbox: Sandbox): Promise<{ head: string; body: Buffer }> {
  const socket = connect(sandbox.port, "127.0.0.1");
  socket.write(`GET ${members} HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${sandbox.keys.owner}\r\nConnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf("\r\n\r\n");
  return { head: bytes.subarray(0, end).toString("latin1"), body: bytes.subarray(end + 4) };
}
