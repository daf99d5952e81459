import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { silentLogger } from "../log.ts";
import { Network } from "../net/network.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { httpSettings } from "./command-setup.ts";

test("a person who waits does not wait for an answer that does not come, whatever the time-out is for a sync", () => {
  const redactor = new SecretRedactor();
  const shared = {
    clock: new VirtualClock(),
    logger: silentLogger,
    env: {},
    redactor,
    version: "0",
    workers: undefined,
  };
  const context = { ...shared, network: Network.read({}, redactor) };
  for (const [seconds, isAwaited, expected] of [
    [300, true, 7_000],
    [2, true, 2_000],
    [300, false, 300_000],
  ] as const) {
    const config = { int: (name: string): number => (name === "http-timeout-seconds" ? seconds : 1) };
    assert.equal(httpSettings(config, { ...context, isAwaited }).timeoutMs, expected);
  }
});
