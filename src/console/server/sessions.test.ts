import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../../test/console/manual-clock.ts";
import { askedBy, type SessionOwner, Sessions } from "./sessions.ts";

const owner: SessionOwner = { personId: null, name: "Ada", role: "admin" };
const eve: SessionOwner = { personId: "eve", name: "Eve", role: "reviewer" };
const minuteMs = 60_000;

function sessionsAt(clock = new ManualClock(0)) {
  const sessions = new Sessions(clock, "console");
  const cookieOf = (secret: string): string => `other=1; console=${secret}; more=2`;
  return { clock, sessions, begin: (who: SessionOwner) => cookieOf(sessions.create(who)) };
}

test("a cookie finds its session and whose it is, and nothing else finds one", () => {
  const { sessions, begin } = sessionsAt();
  const [own, other] = [begin(owner), begin(eve)];
  assert.deepEqual([sessions.find(own)?.name, sessions.find(other)?.name], ["Ada", "Eve"]);
  assert.deepEqual(
    [own, other, undefined, "", "console=", "console=x", own.slice(0, -9)].map((cookie) =>
      askedBy(sessions)({ headers: { cookie } }),
    ),
    ["", "eve", undefined, undefined, undefined, undefined, undefined],
  );
});

test("a session is kept by use, not by being looked at, and by nothing beyond twelve hours", () => {
  const { clock, sessions, begin } = sessionsAt();
  const [looked, used] = [begin(owner), begin(owner)];
  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    clock.advance(20 * minuteMs);
    sessions.find(looked, true);
    assert.ok(sessions.find(used), `${minutes} minutes`);
  }
  assert.equal(sessions.find(looked), undefined);
  clock.advance(20 * minuteMs);
  assert.equal(sessions.find(used), undefined);
});

test("the end that is told is the earlier one of both", () => {
  const { clock, sessions, begin } = sessionsAt();
  const cookie = begin(owner);
  const endsAtMs = (): number => sessions.expiresAtMs(sessions.find(cookie) ?? assert.fail());
  assert.equal(endsAtMs(), 30 * minuteMs);
  for (let step = 0; step < 34; step++) {
    clock.advance(21 * minuteMs);
    sessions.find(cookie);
  }
  assert.equal(endsAtMs(), 12 * 60 * minuteMs);
});

test("who signs in again and again ends sessions of their own, and nobody else's", () => {
  const { clock, sessions, begin } = sessionsAt();
  const own = begin(owner);
  const others: string[] = [];
  for (let times = 0; times < 200; times++) {
    clock.advance(1);
    others.push(begin(eve));
  }
  assert.ok(sessions.find(own));
  const live = others.filter((cookie) => sessions.find(cookie));
  assert.deepEqual(live, others.slice(-63));
});

test("a person whose link is taken back is signed out everywhere, and only that person", () => {
  const { sessions, begin } = sessionsAt();
  const [own, first, second] = [begin(owner), begin(eve), begin(eve)];
  const session = sessions.find(first);
  sessions.endAllOf("eve");
  assert.deepEqual([sessions.find(first), sessions.find(second)], [undefined, undefined]);
  assert.ok(sessions.find(own));
  assert.ok(session && !sessions.isLive(session));
});

test("the token of one session is that of no other", () => {
  const { sessions, begin } = sessionsAt();
  const [first, second] = [sessions.find(begin(owner)), sessions.find(begin(owner))];
  assert.ok(first && second);
  assert.ok(sessions.isCsrfToken(first, first.csrfToken));
  for (const text of [second.csrfToken, "", undefined]) assert.ok(!sessions.isCsrfToken(first, text), String(text));
});

test("a cookie is for this site and no script, and over TLS for TLS alone", () => {
  const { sessions } = sessionsAt();
  assert.equal(sessions.cookie("x", false), "console=x; Path=/; HttpOnly; SameSite=Strict");
  assert.match(sessions.cookie("x", true), /; Secure$/);
  assert.match(sessions.clearedCookie(), /^console=; .*Max-Age=0$/);
});
