/** Links into a console: each once, for a while, and nobody is kept out by those who guess. */
import assert from "node:assert/strict";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import {
  LaunchLinks,
  launchLink,
  linkLifeMs,
  readRunningConsole,
  removeRunningConsole,
  writeRunningConsole,
} from "./launch-links.ts";

const origin = "http://127.0.0.1:7070";

function started() {
  const clock = new VirtualClock();
  const links = new LaunchLinks(clock);
  const token = (): string =>
    new URL(launchLink({ origin, secret: links.secret }, clock)).searchParams.get("token") ?? "";
  return { clock, links, token };
}

test("a link opens the console once, and two links are two", () => {
  const { links, token } = started();
  const [first, second] = [token(), token()];
  assert.notEqual(first, second);
  assert.deepEqual(
    [first, first, second].map((one) => links.redeem(one)),
    ["accepted", "refused", "accepted"],
  );
});

test("a link is over after five minutes, and one of the future is none", () => {
  const { clock, links, token } = started();
  const early = token();
  clock.advance(linkLifeMs - 1);
  const late = token();
  assert.equal(links.redeem(early), "accepted");
  clock.advance(linkLifeMs);
  assert.equal(links.redeem(late), "refused");
  assert.equal(links.redeem(early), "refused", "it is forgotten that it was used, and still it is over");
  const ahead = new VirtualClock(clock.nowMs() + 1000);
  const future = new URL(launchLink({ origin, secret: links.secret }, ahead)).searchParams.get("token") ?? "";
  assert.equal(links.redeem(future), "refused");
});

test("nothing but a whole token of this console is taken", () => {
  const { links, token } = started();
  const good = token();
  const foreign = started().token();
  const flipped = `${good.slice(0, -2)}${good.at(-2) === "A" ? "B" : "A"}${good.slice(-1)}`;
  const wrong = ["", foreign, flipped, good.slice(0, -1), `${good}A`, `${good}=`, good.toLowerCase(), ` ${good}`];
  for (const one of wrong) assert.equal(links.redeem(one), "refused", one);
  assert.equal(links.redeem(good), "accepted");
});

test("who guesses is slowed to one try a second, and a good link works meanwhile", () => {
  const { clock, links, token } = started();
  for (let tries = 0; tries < 10; tries++) assert.equal(links.redeem("guess"), "refused");
  assert.equal(links.redeem("guess"), "too-many-tries");
  clock.advance(1000);
  assert.deepEqual([links.redeem("guess"), links.redeem("guess")], ["refused", "too-many-tries"]);
  assert.equal(links.redeem(token()), "accepted");
  assert.equal(links.redeem("guess"), "refused", "a good link ends the count");
});

test("a second command finds the running console; what cannot be read is none", {
  skip: process.platform === "win32",
}, (context) => {
  const directory = temporaryDirectory(context);
  assert.equal(readRunningConsole(directory), undefined);
  const path = join(directory, "running-console.json");
  writeFileSync(path, "{");
  chmodSync(path, 0o644);
  assert.equal(readRunningConsole(directory), undefined);
  const { clock, links } = started();
  writeRunningConsole(directory, { origin, host: "127.0.0.1", secret: links.secret });
  assert.equal(statSync(path).mode & 0o777, 0o600, "its key is for nobody else");
  const found = readRunningConsole(directory) ?? assert.fail("it is there");
  assert.deepEqual([found.origin, found.host], [origin, "127.0.0.1"]);
  const link = new URL(launchLink(found, clock));
  assert.equal(link.origin, origin);
  assert.equal(links.redeem(link.searchParams.get("token") ?? ""), "accepted");
  removeRunningConsole(directory);
  removeRunningConsole(directory);
  assert.equal(readRunningConsole(directory), undefined);
});
