/** Values of queries and bodies: what an address takes, and that anything else is refused without being repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { z } from "zod";
import { BatonError } from "../../sdk/errors.ts";
import { readBody, readNothing, refuseLargeBody } from "./body-values.ts";
import { readChoice, readFlag, readNumber, readResource, readText } from "./query-values.ts";

const isBad = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "CONSOLE-BAD-REQUEST";

test("numbers are whole, within bounds, and have a value when they are absent", () => {
  const read = (text?: string): number => readNumber(text, "limit", { from: 1, to: 200, absent: 50 });
  assert.deepEqual([undefined, "", "1", "200", "007"].map(read), [50, 50, 1, 200, 7]);
  for (const text of ["0", "201", "-1", "1.5", "1e2", " 1", "0x1", "١", "9".repeat(400), "NaN"])
    assert.throws(() => read(text), isBad, text);
});

test("words, flags and resources are what they can be and nothing else", () => {
  assert.deepEqual(
    [undefined, "", "b"].map((text) => readChoice(text, "x", ["a", "b"])),
    [undefined, undefined, "b"],
  );
  assert.deepEqual(
    [undefined, "true", "1", "false", "0"].map((text) => readFlag(text, "x")),
    [...[false, true, true, false, false]],
  );
  assert.deepEqual(readResource("team/a/b", "x"), { resourceType: "team", resource: "a/b" });
  for (const work of [
    () => readChoice("toString", "x", ["a"]),
    () => readFlag("yes", "x"),
    () => readResource("team", "x"),
    () => readResource("/a", "x"),
    () => readText("\ud800", "x"),
  ])
    assert.throws(work, isBad);
});

/** Answers with what was read of the body, or with the code of the refusal. */
const app = new Hono()
  .use(async (context, next) => {
    refuseLargeBody(context);
    await next();
  })
  .post("/nothing", async (context) => context.json(await readNothing(context)))
  .post("*", async (context) => context.json(await readBody(context, z.strictObject({ name: z.string() }))))
  .onError((caught, context) => context.text(caught instanceof BatonError ? `${caught.code} ${caught.message}` : "?"));

async function answerTo(path: string, body: string | undefined, headers: Record<string, string> = {}): Promise<string> {
  return await (await app.request(path, { method: "POST", headers, ...(body !== undefined && { body }) })).text();
}

test("a body is what its address takes; what is refused is named by where it is wrong, never by what it says", async () => {
  assert.equal(await answerTo("/x", '{"name":"Ada"}'), '{"name":"Ada"}');
  for (const [body, where] of [
    ['{"name":7,"secret":"s3cret"}', "name"],
    ['{"name":"Ada","s3cret":1}', "The body"],
    ['"s3cret"', "The body"],
    ['{"name":"s3cret', "The body"],
    [undefined, "name"],
  ] as const) {
    const answer = await answerTo("/x", body);
    assert.match(answer, new RegExp(`^CONSOLE-BAD-REQUEST ${where} is not`), body);
    assert.doesNotMatch(answer, /s3cret/);
  }
});

test("an address that takes nothing takes no name that would be ignored in silence", async () => {
  for (const body of [undefined, "", "{}"]) assert.equal(await answerTo("/nothing", body), "{}");
  assert.match(await answerTo("/nothing", '{"force":true}'), /^CONSOLE-BAD-REQUEST/);
});

test("a body of more than a megabyte is refused, announced or not, and a list of people may have eight", async () => {
  const large = JSON.stringify({ name: "x".repeat(1024 * 1024) });
  assert.match(await answerTo("/x", large), /^CONSOLE-TOO-LARGE/);
  assert.match(await answerTo("/x", "{}", { "content-length": "1048577" }), /^CONSOLE-TOO-LARGE/);
  for (const path of ["/api/reviews", "/api/sources/run:1/list", "/api/sources/run:1/list/export"])
    assert.equal(await answerTo(path, large), large, path);
  const larger = JSON.stringify({ name: "x".repeat(12 * 1024 * 1024) });
  assert.match(await answerTo("/api/reviews", larger), /^CONSOLE-TOO-LARGE/);
});
