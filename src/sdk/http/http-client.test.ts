import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { startHttpServer, startRawServer } from "../../../test/support/raw-server.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { Network } from "../net/network.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type JsonAnswer,
  type JsonRequest,
} from "./http-client.ts";
import { describeNetworkFailure, type FailureContext, type HttpFailure } from "./http-failure.ts";

const signal = new AbortController().signal;

/** Thrown by the tests' describer, so that a test can look at the failure itself. */
class Described extends BatonError {
  readonly failure: HttpFailure;
  readonly context: FailureContext;

  constructor(failure: HttpFailure, context: FailureContext) {
    super({ code: failure.kind, status: Status.unknown, message: JSON.stringify(failure) });
    this.failure = failure;
    this.context = context;
  }
}

function describe(failure: HttpFailure, context: FailureContext): BatonError {
  return new Described(failure, context);
}

function clientFor(
  port: number,
  options: Partial<HttpClientOptions> = {},
): Pick<HttpClient, "getJson" | "stats" | "close"> & { get(more?: Partial<JsonRequest>): Promise<JsonAnswer> } {
  const client = createHttpClient({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    headers: { "X-Api-Key": "canary" },
    clock: new VirtualClock(),
    logger: silentLogger,
    ...options,
  });
  return {
    getJson: (request) => client.getJson(request),
    stats: () => client.stats(),
    close: () => client.close(),
    get: (more) => client.getJson({ path: "/thing/", signal, describe, ...more }),
  };
}

async function failureOf(promise: Promise<unknown>): Promise<Described> {
  try {
    await promise;
  } catch (caught) {
    if (caught instanceof Described) return caught;
    throw caught;
  }
  throw new Error("it succeeded");
}

function sendJson(response: ServerResponse, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(json));
}

test("it sends one GET with its headers and returns the JSON", async () => {
  const seen: string[] = [];
  await using server = await startHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers["x-api-key"]} ${request.headers.accept}`);
    sendJson(response, { ok: true });
  });
  const client = clientFor(server.port);
  const query = { page: 2, is_active: true, sort: "a b" };
  const answer = await client.getJson({ path: "/thing/", query, signal, describe });
  assert.deepEqual(answer.json, { ok: true });
  assert.deepEqual(seen, ["GET /v1/thing/?page=2&is_active=true&sort=a+b canary application/json"]);
});

test("connections are reused, and no more are opened than requests may be under way", async () => {
  await using server = await startHttpServer((_request, response) => sendJson(response, []));
  const client = clientFor(server.port, { concurrency: 3 });
  await Promise.all(Array.from({ length: 30 }, () => client.get()));
  assert.equal(client.stats().requests, 30);
  assert.ok(server.connections <= 3, `${server.connections} connections`);
});

test("gzip is accepted and unpacked", async () => {
  const body = gzipSync(JSON.stringify({ name: "Ελένη" }));
  await using server = await startHttpServer((request, response) => {
    assert.equal(request.headers["accept-encoding"], "gzip");
    response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(body);
  });
  assert.deepEqual((await clientFor(server.port).get()).json, { name: "Ελένη" });
});

test("a redirect that only adds a slash is followed, once, and a 304 is no redirect", async () => {
  const reached: string[] = [];
  await using server = await startHttpServer((request, response) => {
    reached.push(request.url ?? "");
    const [path = "", query] = (request.url ?? "").split("?");
    if (reached.length === 1 || path.includes("loop")) {
      response.writeHead(301, { Location: `${path}/${query ? `?${query}` : ""}` }).end();
    } else sendJson(response, { ok: true });
  });
  const client = clientFor(server.port);
  assert.deepEqual((await client.get({ path: "/thing", query: { kind: "user" } })).json, { ok: true });
  assert.deepEqual(reached, ["/v1/thing?kind=user", "/v1/thing/?kind=user"]);
  const { failure } = await failureOf(client.get({ path: "/loop" }));
  assert.equal(failure.kind, "redirect");
  assert.equal(reached.length, 4);
  const second = await failureOf(client.get({ path: "/loop/" }));
  assert.deepEqual([second.failure.kind, reached.length], ["redirect", 5], "what ends with a slash needs no other");
  await using unchanged = await startHttpServer((_request, response) => response.writeHead(304).end());
  const other = await failureOf(clientFor(unchanged.port).get());
  assert.deepEqual([other.failure.kind, "status" in other.failure && other.failure.status], ["status", 304]);
});

test("T-26: no redirect is followed, and the key goes nowhere else", async () => {
  const reached: string[] = [];
  await using other = await startHttpServer((request, response) => {
    reached.push(request.url ?? "");
    sendJson(response, {});
  });
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await startHttpServer((request, response) => {
      if (request.url !== "/v1/thing/") reached.push(request.url ?? "");
      response.writeHead(status, { Location: `http://127.0.0.1:${other.port}/elsewhere` }).end();
    });
    const { failure } = await failureOf(clientFor(server.port).get());
    assert.deepEqual(failure, {
      kind: "redirect",
      status,
      targetOrigin: `http://127.0.0.1:${other.port}`,
      addsSlash: false,
    });
  }
  assert.deepEqual(reached, []);
});

test("T-24: a body over the limit is refused without reading it to its end, also when its length is not announced", async () => {
  let sent = 0;
  await using server = await startRawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
    const pump = (): void => {
      while (!socket.destroyed && sent < 2 ** 30) {
        sent += 65_536;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on("drain", pump);
    pump();
  });
  const { failure } = await failureOf(clientFor(server.port, { maxBodyBytes: 1_000_000 }).get());
  assert.equal(failure.kind === "content" && failure.problem, "too-large");
  assert.ok(sent < 32 * 2 ** 20, `${sent} bytes were taken`);
});

test("T-24: a body that is small on the wire and too large unpacked is refused", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000, " "));
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(bomb);
  });
  const { failure } = await failureOf(clientFor(server.port, { maxBodyBytes: 1_000_000 }).get());
  assert.equal(failure.kind === "content" && failure.problem, "too-large");
});

const contents: readonly (readonly [string, Record<string, string>, string | Buffer, string])[] = [
  ["HTML under status 200", { "Content-Type": "text/html" }, "<html>", "content-type"],
  ["JSON that calls itself text", { "Content-Type": "text/plain" }, "[]", "content-type"],
  ["an answer without a content type", {}, "[]", "content-type"],
  ["an empty body", { "Content-Type": "application/json" }, "", "not-json"],
  ["half a JSON text", { "Content-Type": "application/json" }, '[{"a":', "not-json"],
  ["NaN", { "Content-Type": "application/json" }, "[NaN]", "not-json"],
  ["invalid UTF-8", { "Content-Type": "application/json" }, Buffer.from([0x22, 0xff, 0x22]), "not-utf-8"],
  ["an unknown encoding", { "Content-Type": "application/json", "Content-Encoding": "br" }, "[]", "content-encoding"],
  ["damaged gzip", { "Content-Type": "application/json", "Content-Encoding": "gzip" }, "[]", "content-encoding"],
];

for (const [what, headers, body, problem] of contents) {
  test(`T-22: ${what} is refused after three attempts`, async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(200, headers).end(body);
    });
    const client = clientFor(server.port);
    const { failure } = await failureOf(client.get());
    assert.equal(failure.kind === "content" && failure.problem, problem);
    assert.equal(client.stats().requests, 3);
  });
}

test("T-22: a byte order mark, a vendor JSON type and a charset are no obstacle", async () => {
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/vnd.api+json; charset=utf-8" }).end("\uFEFF[1]");
  });
  assert.deepEqual((await clientFor(server.port).get()).json, [1]);
});

test("T-22: deeply nested JSON neither crashes nor hangs", async () => {
  await using server = await startHttpServer((_request, response) => {
    const body = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    response.writeHead(200, { "Content-Type": "application/json" }).end(body);
  });
  assert.ok(Array.isArray((await clientFor(server.port).get()).json));
});

const whole = '{"rows":[1,2,3]}';

test("T-20: an answer cut at any byte is asked again and never taken for whole", async () => {
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${whole.length}\r\n\r\n${whole}`;
  for (let cut = 0; cut < answer.length; cut++) {
    let requests = 0;
    await using server = await startRawServer((socket) => {
      requests += 1;
      if (requests === 1) socket.end(answer.slice(0, cut));
      else socket.end(answer);
    });
    const client = clientFor(server.port, { retryLimits: { unreachableMs: 60_000 } });
    assert.deepEqual((await client.get()).json, { rows: [1, 2, 3] }, `cut at ${cut}`);
    assert.equal(requests, 2, `cut at ${cut}`);
  }
});

test("T-20: an answer that is always cut ends after ten attempts", async () => {
  await using server = await startRawServer((socket) => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n${whole}`);
  });
  const client = clientFor(server.port);
  const { failure, context } = await failureOf(client.get());
  assert.equal(failure.kind === "network" && failure.problem, "cut");
  assert.equal(context.attempts, 10);
});

for (const status of [201, 202, 204, 206]) {
  test(`T-25: a ${status} in place of a 200 is a failure`, async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(status, { "Content-Type": "application/json" }).end(status === 204 ? undefined : "[]");
    });
    const { failure } = await failureOf(clientFor(server.port).get());
    assert.equal(failure.kind === "status" && failure.status, status);
  });
}

test("T-25: what is not HTTP, and headers beyond all measure, are failures", async () => {
  for (const bytes of ["SSH-2.0-OpenSSH\r\n\r\n", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`]) {
    await using server = await startRawServer((socket) => {
      socket.end(bytes);
    });
    const { failure } = await failureOf(clientFor(server.port).get());
    assert.equal(failure.kind === "content" && failure.problem, "not-http");
  }
});

test("T-25: an HTTP/1.0 answer that ends with the connection is read", async () => {
  await using server = await startRawServer((socket) => {
    socket.end(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${whole}`);
  });
  assert.deepEqual((await clientFor(server.port).get()).json, { rows: [1, 2, 3] });
});

test("of an error's body no more than its beginning is read", async () => {
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(403, { "Content-Type": "application/json" }).end("x".repeat(5_000_000));
  });
  const { failure } = await failureOf(clientFor(server.port).get());
  assert.ok(failure.kind === "status" && failure.body.length <= 65_536);
});

test("T-21: a server that never answers, or stops in the middle, is given up after its silence, not waited for for ever", async () => {
  for (const bytes of ["", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n["]) {
    await using server = await startRawServer((socket) => {
      socket.write(bytes);
    });
    const client = clientFor(server.port, { silenceTimeoutMs: 20, retryLimits: { maxAttempts: 2 } });
    const { failure, context } = await failureOf(client.get());
    assert.equal(failure.kind === "network" && failure.problem, "timeout");
    assert.equal(context.attempts, 2);
  }
});

test("T-21: a server that drips is stopped by the limit for the whole answer", async () => {
  await using server = await startRawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n");
    const drip = setInterval(() => socket.write(" "), 2);
    socket.on("close", () => clearInterval(drip));
  });
  const client = clientFor(server.port, { timeoutMs: 60, retryLimits: { maxAttempts: 1 } });
  const { failure } = await failureOf(client.get());
  assert.match(failure.kind === "network" ? failure.detail : "", /no complete answer within/);
});

test("T-29: a refused connection is tried for less than 30 seconds when the host never answered", async () => {
  const clock = new VirtualClock();
  const server = await startRawServer(() => {});
  await server[Symbol.asyncDispose]();
  const { failure, context } = await failureOf(clientFor(server.port, { clock }).get());
  assert.equal(failure.kind === "network" && failure.problem, "refused");
  assert.ok(context.firstContact);
  assert.ok(clock.monotonicMs() > 10_000 && clock.monotonicMs() < 30_000, `${clock.monotonicMs()} ms`);
});

test("T-29: a host that answered before gets ten minutes to come back", async () => {
  const clock = new VirtualClock();
  const server = await startHttpServer((_request, response) => sendJson(response, []));
  const client = clientFor(server.port, { clock });
  await client.get();
  await server[Symbol.asyncDispose]();
  await failureOf(client.get());
  assert.ok(clock.monotonicMs() > 480_000 && clock.monotonicMs() <= 600_000, `${clock.monotonicMs()} ms`);
});

test("T-28: a name that does not resolve is an unavailable host", async () => {
  const clock = new VirtualClock();
  const client = clientFor(1, { clock, baseUrl: "http://no-such-host.invalid" });
  const { failure, context } = await failureOf(client.get());
  assert.ok(failure.kind === "network" && failure.problem === "dns");
  const error = describeNetworkFailure(failure, context);
  assert.equal(error.code, "NET-DNS");
  assert.equal(error.status, Status.unavailable);
  assert.match(error.message, /no-such-host\.invalid/);
});

test("T-29: a kept connection that the server closed meanwhile is replaced without a wait", async () => {
  const clock = new VirtualClock();
  let requests = 0;
  await using server = await startRawServer((socket) => {
    requests += 1;
    if (requests === 2) socket.resetAndDestroy();
    else socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]`);
  });
  const client = clientFor(server.port, { clock });
  await client.get();
  await client.get();
  assert.equal(requests, 3);
  assert.deepEqual(clock.sleeps, []);
});

test("T-32: a server error is asked again, and the wait is announced with its reason and end", async () => {
  const clock = new VirtualClock();
  const lines: unknown[] = [];
  let requests = 0;
  await using server = await startHttpServer((_request, response) => {
    requests += 1;
    if (requests <= 2) response.writeHead(503).end();
    else sendJson(response, []);
  });
  const logger = { ...silentLogger, warn: (message: string, fields?: unknown) => lines.push([message, fields]) };
  const client = clientFor(server.port, { clock, logger });
  await client.get();
  assert.deepEqual(clock.sleeps, [1_000, 2_000]);
  assert.equal(lines.length, 2);
  assert.match(JSON.stringify(lines[0]), /retrying operation.*"wait":1,.*"until":"2026-01-02T03:04:06/);
  assert.equal(client.stats().retries, 2);
});

test("T-30: after a 429 nothing is sent before Retry-After is over, by nobody", async () => {
  const clock = new VirtualClock();
  const sentAt: number[] = [];
  await using server = await startHttpServer((_request, response) => {
    sentAt.push(clock.monotonicMs());
    if (sentAt.length === 1) response.writeHead(429, { "Retry-After": "3304" }).end();
    else sendJson(response, []);
  });
  const client = clientFor(server.port, { clock, concurrency: 1 });
  const both = [client.get(), client.get()];
  await Promise.all(both);
  assert.equal(sentAt.length, 3);
  assert.ok(
    sentAt.slice(1).every((ms) => ms >= 3_304_000),
    String(sentAt),
  );
});

test("T-30: a storm of 429s costs one request each and ends when the wait gets too long", async () => {
  const clock = new VirtualClock();
  let requests = 0;
  await using server = await startHttpServer((_request, response) => {
    requests += 1;
    response.writeHead(429, { "Retry-After": "60" }).end();
  });
  const client = clientFor(server.port, { clock });
  const results = await Promise.allSettled([client.get(), client.get(), client.get()]);
  assert.ok(results.every((result) => result.status === "rejected"));
  assert.ok(clock.monotonicMs() <= 93 * 60_000, `${clock.monotonicMs()} ms`);
  assert.ok(requests <= 3 + 90 + 3, `${requests} requests`);
});

test("T-30: a budget that returns too late is refused with the time to come back, without another request", async () => {
  const clock = new VirtualClock();
  let requests = 0;
  await using server = await startHttpServer((_request, response) => {
    requests += 1;
    sendJson(response, [], { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${clock.nowMs() / 1000 + 86_400}` });
  });
  const client = clientFor(server.port, { clock });
  await client.get();
  const { failure } = await failureOf(client.get());
  assert.equal(requests, 1);
  assert.ok(failure.kind === "rate-limit" && failure.retryAtMs === clock.nowMs() + 86_400_000);
});

test("T-30: the server's budget is never exceeded, whatever else is going on", async () => {
  const clock = new VirtualClock();
  const windowMs = 60_000;
  const limit = 7;
  const usedByWindow = new Map<number, number>();
  let refused = 0;
  await using server = await startHttpServer((_request, response) => {
    const window = Math.floor(clock.nowMs() / windowMs);
    const used = (usedByWindow.get(window) ?? 0) + 1;
    usedByWindow.set(window, used);
    if (used > limit) refused += 1;
    const headers = {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(Math.max(0, limit - used)),
      "X-RateLimit-Reset": String(((window + 1) * windowMs) / 1000),
    };
    sendJson(response, [], headers);
  });
  const client = clientFor(server.port, { clock, concurrency: 6 });
  await client.get();
  await Promise.all(Array.from({ length: 40 }, () => client.get()));
  assert.equal(refused, 0);
  assert.equal(client.stats().requests, 41);
  assert.equal(client.stats().rateLimit?.limit, limit);
});

test("an abort ends a request, a wait and a queue with its reason", async () => {
  await using server = await startRawServer(() => {});
  const controller = new AbortController();
  const client = clientFor(server.port, { concurrency: 1 });
  const request = { path: "/", signal: controller.signal, describe };
  const all = [client.getJson(request), client.getJson(request)];
  while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error("stop now"));
  for (const result of await Promise.allSettled(all)) {
    assert.match(String(result.status === "rejected" && result.reason), /stop now/);
  }
  await assert.rejects(client.getJson(request), /stop now/);
});

test("T-27: plain HTTP in place of TLS is a TLS failure, not asked again", async () => {
  await using server = await startRawServer((socket) => {
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  await using plain = await startHttpServer((_request, response) => sendJson(response, []));
  const client = clientFor(server.port, { baseUrl: `https://127.0.0.1:${plain.port}` });
  const { failure, context } = await failureOf(client.get());
  assert.equal(failure.kind === "network" && failure.problem, "tls");
  assert.equal(context.attempts, 1);
});

test("T-29: https goes through the proxy of the environment, and the proxy never sees the key", async () => {
  const heads: string[] = [];
  await using proxy = await startRawServer((socket, head) => {
    heads.push(head);
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  });
  const client = clientFor(1, {
    baseUrl: "https://api.example.invalid/v1",
    network: networkOf({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
  });
  const { failure } = await failureOf(client.get());
  assert.equal(failure.kind === "network" && failure.problem, "proxy");
  assert.match(heads[0] ?? "", /^CONNECT api\.example\.invalid:443 /);
  assert.doesNotMatch(heads.join(""), /canary/);
});

for (const [what, answer, problem] of [
  ["opens a connection and then cuts it", "HTTP/1.1 200 OK\r\n\r\n", "reset"],
  ["answers with a page of its own", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html></html>", "tls"],
  ["never answers", undefined, "timeout"],
] as const) {
  test(`a proxy that ${what} is what the advice names`, async () => {
    await using proxy = await startRawServer((socket) => void (answer !== undefined && socket.end(answer)));
    const client = clientFor(1, {
      baseUrl: "https://api.example.invalid/v1",
      network: networkOf({ HTTPS_PROXY: `http://user:word@127.0.0.1:${proxy.port}` }),
      connectTimeoutMs: 100,
    });
    const { failure, context } = await failureOf(client.get());
    assert.ok(failure.kind === "network" && failure.problem === problem, JSON.stringify(failure));
    const { hint = "" } = describeNetworkFailure(failure, context);
    assert.match(hint, new RegExp(`through the proxy http://127\\.0\\.0\\.1:${proxy.port}, which HTTPS_PROXY names`));
    assert.doesNotMatch(JSON.stringify(context), /authorization|word/);
  });
}

test("T-29: plain http on this machine does not go through a proxy", async () => {
  await using server = await startHttpServer((_request, response) => sendJson(response, []));
  const proxy = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };
  assert.deepEqual((await clientFor(server.port, { network: networkOf(proxy) }).get()).json, []);
});

function networkOf(env: Readonly<Record<string, string>>): Network {
  return Network.read(env, new SecretRedactor());
}
