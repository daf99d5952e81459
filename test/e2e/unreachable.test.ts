// A file of its own: trying for as long as a person may wait takes most of half a minute.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "./free-port.ts";
import { assertRefused } from "./refusal.ts";

test("T-29: a host where nothing listens ends with exit 14 within half a minute, and nothing written", async () => {
  const port = await freePort();
  const env = { BATON_API_KEY: "f".repeat(40), BATON_ORG_SLUG: "any", BATON_BASE_URL: `http://127.0.0.1:${port}/v1` };
  const startedMs = performance.now();
  await assertRefused({ env, code: 14, error: "NET-REFUSED", says: /127\.0\.0\.1/ });
  assert.ok(performance.now() - startedMs < 30_000, "it said so within 30 s");
});
