// Against a real server: what answers hold together is bounded, and the one that is needed always arrives.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { startHttpServer } from "../../../test/support/raw-server.ts";
import { systemClock } from "../clock.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { createHttpClient, type HttpClient, type SealedAnswer } from "./http-client.ts";

const mebibyte = 2 ** 20;
const signal = new AbortController().signal;
const never = new Promise<void>(() => {
  // Nobody needs it.
});

/** A server of texts as long as the path says, in MiB, and a client that may hold 3 MiB of them. */
async function setUp() {
  const server = await startHttpServer((request, response) => {
    const [, size = "1"] = /\/(\d+)/.exec(request.url ?? "") ?? [];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`"${"x".repeat(Number(size) * mebibyte - 2)}"`);
  });
  const client = createHttpClient({
    baseUrl: `http://127.0.0.1:${server.port}`,
    headers: {},
    clock: systemClock,
    logger: silentLogger,
    concurrency: 4,
    maxBytesInFlight: 3 * mebibyte,
    maxBodyBytes: 20 * mebibyte,
  });
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function request(path: string, turn?: Promise<void>) {
  const describe = (): BatonError => new BatonError({ code: "X", status: Status.unknown, message: "failed" });
  return { path, signal, describe, ...(turn && { turn }) };
}

async function lengthOf(client: HttpClient, path: string): Promise<number> {
  const { json } = await client.getJson(request(path));
  return String(json).length + 2;
}

/** Answers that are asked for ahead, the number of those that have arrived, and a way to need one. */
function askAhead(client: HttpClient, count: number) {
  const arrived = new Set<number>();
  const answers = Array.from({ length: count }, (_, index) => {
    const { promise: turn, resolve: need } = Promise.withResolvers<void>();
    const answer = client.getSealed(request(`/1?${index}`, turn));
    answer.then(
      () => arrived.add(index),
      () => {
        // The client is closed.
      },
    );
    return { answer, need };
  });
  return { arrived, answers };
}

test("what is asked ahead waits while the budget is used up, and what is needed arrives meanwhile, however large", async () => {
  await using parts = await setUp();
  const { arrived, answers } = askAhead(parts.client, 10);
  // More than the client's slots wait for room by now.
  assert.equal(await lengthOf(parts.client, "/1"), mebibyte);
  assert.equal(await lengthOf(parts.client, "/12"), 12 * mebibyte);
  assert.ok(arrived.size <= 3, `${arrived.size} of 1 MiB each are held by a budget of 3 MiB`);
  for (const { answer, need } of answers) {
    need();
    const { json } = await (await answer).open();
    assert.equal(String(json).length, mebibyte - 2);
  }
});

test("what is needed in another order than it was asked for arrives too", async () => {
  await using parts = await setUp();
  const { answers } = askAhead(parts.client, 10);
  for (const { answer, need } of answers.toReversed()) {
    need();
    await (await answer).open();
  }
});

test("several that are needed at once and are larger than the budget together all arrive", async () => {
  await using parts = await setUp();
  askAhead(parts.client, 6);
  const lengths = await Promise.all(Array.from({ length: 6 }, () => lengthOf(parts.client, "/5")));
  assert.deepEqual(new Set(lengths), new Set([5 * mebibyte]));
});

test("an answer that is discarded makes room for the next", async () => {
  await using parts = await setUp();
  const first = await Promise.all([1, 2, 3].map(() => parts.client.getSealed(request("/1", never))));
  const next = parts.client.getSealed(request("/1", never));
  assert.equal(await Promise.race([next, after(50, "waits")]), "waits");
  first[0]?.discard();
  assert.equal(String((await (await next).open()).json).length, mebibyte - 2);
});

test("a request that is given up while it waits for room leaves its slot and its share", async () => {
  await using parts = await setUp();
  const held: SealedAnswer[] = await Promise.all([1, 2, 3].map(() => parts.client.getSealed(request("/1", never))));
  const cancel = new AbortController();
  const given = Array.from({ length: 8 }, () =>
    parts.client.getSealed({ ...request("/1", never), signal: cancel.signal }),
  );
  assert.equal(await lengthOf(parts.client, "/1"), mebibyte);
  cancel.abort(new Error("not wanted"));
  for (const one of given) await assert.rejects(one, /not wanted/);
  held[0]?.discard();
  assert.equal(String((await (await parts.client.getSealed(request("/1", never))).open()).json).length, mebibyte - 2);
});
