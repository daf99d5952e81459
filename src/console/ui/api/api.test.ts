import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { failureOf, sessionOf } from "../../../../test/browser/page-samples.ts";
import { getJson, openSession, postBytes, postForFile, postJson, signOut } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { endSession, session } from "./session.ts";

const info = sessionOf({ csrfToken: "token" });

let asked: { path: string; init: RequestInit }[] = [];
let answer: () => Response = () => Response.json({});

beforeEach(() => {
  asked = [];
  answer = () => Response.json({});
  session.set({ kind: "signed-in", info });
  mock.method(globalThis, "fetch", (path: string, init: RequestInit) => {
    asked.push({ path, init });
    return Promise.resolve().then(answer);
  });
});
afterEach(() => mock.restoreAll());

async function failed(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApiError);
  return error;
}

test("every POST carries the session's token, and nothing is kept by the browser", async () => {
  await postJson("/api/a", { x: 1 });
  await postBytes("/api/b", new Blob(["bytes"]));
  await postForFile("/api/c", {});
  await getJson("/api/d");
  for (const { path, init } of asked) {
    assert.equal(init.cache, "no-store", path);
    assert.equal(init.credentials, "same-origin", path);
    const isPost = init.method === "POST";
    assert.equal(new Headers(init.headers).get("x-csrf-token"), isPost ? "token" : null, path);
  }
  assert.equal(asked[0]?.init.body, '{"x":1}');
});

test("signed out, a POST has no token, which the server refuses", async () => {
  endSession(null);
  await postJson("/api/a");
  assert.equal(new Headers(asked[0]?.init.headers).get("x-csrf-token"), "");
});

test("a session that has ended takes every screen away, in the server's words", async () => {
  const failure = failureOf("session-expired");
  answer = () => Response.json({ error: failure }, { status: 401 });
  for (const call of [() => getJson("/api/a"), () => postForFile("/api/b", {})]) {
    session.set({ kind: "signed-in", info });
    assert.equal((await failed(call())).status, 401);
    assert.deepEqual(session.value, { kind: "signed-out", failure });
  }
});

test("another refusal leaves the session", async () => {
  answer = () => Response.json({ error: failureOf("held") }, { status: 409 });
  const { status, failure } = await failed(postJson("/api/a"));
  assert.deepEqual([status, failure.state], [409, "held"]);
  assert.equal(session.value.kind, "signed-in");
});

test("nobody answers: the program behind the page is not running", async () => {
  answer = () => {
    throw new TypeError("Failed to fetch");
  };
  const { status, failure } = await failed(getJson("/api/a"));
  assert.deepEqual([status, failure.title], [0, "The console is not running"]);
});

test("what the page itself calls off is no failure of the server's", async () => {
  answer = () => {
    throw new DOMException("aborted", "AbortError");
  };
  await assert.rejects(getJson("/api/a"), { name: "AbortError" });
});

test("a good answer without a body is an answer", async () => {
  answer = () => new Response(null, { status: 204 });
  assert.equal(await postJson("/api/a"), null);
});

test("the session is opened by asking for it, and ended on both sides", async () => {
  session.set({ kind: "asking" });
  answer = () => Response.json(info);
  await openSession();
  assert.deepEqual(session.value, { kind: "signed-in", info });
  await signOut();
  assert.equal(asked.at(-1)?.path, "/api/sign-out");
  assert.deepEqual(session.value, { kind: "signed-out", failure: null });
});
