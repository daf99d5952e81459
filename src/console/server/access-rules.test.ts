import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectorDetail } from "../contract/connectors.ts";
import type { ConsoleEvent } from "../contract/events.ts";
import { roles } from "../contract/reviews.ts";
import { mayAsk, maySee, shownTo } from "./access-rules.ts";

/** Who may ask something, as this test says it. */
const asked: readonly (readonly [who: string, method: string, paths: readonly string[]])[] = [
  ["viewer reviewer admin", "GET", ["/api/session", "/api/connectors/x", "/api/connectors/x/runs", "/api/runs/x"]],
  ["viewer reviewer admin", "HEAD", ["/api/reviews/x/export", "/api/sources/connector:x/evidence"]],
  ["viewer reviewer admin", "POST", ["/api/sign-out", "/api/sources/x/list", "/api/sources/x/list/export"]],
  ["reviewer admin", "POST", ["/api/reviews/x/decide", "/api/reviews/x/sign"]],
  ["admin", "GET", ["/api/persons", "/api/back-up", "/api/files", "/api/notifications"]],
  ["admin", "GET", ["/api/connectors/x/logs", "/api/connectors/x/deploy", "/api/runs/x/file"]],
  ["admin", "POST", ["/api/connectors", "/api/connectors/x/sync", "/api/connectors/x/settings", "/api/persons"]],
  ["admin", "POST", ["/api/reviews", "/api/reviews/x", "/api/files", "/api/files/upload"]],
  ["admin", "GET", ["/api/what-there-is-not", "/api/reviews/x/decide", "/api/session/more", "/x/api/session"]],
  ["admin", "POST", ["/api/session", "/api/reviews/x/decide/y", "/api/reviews//sign", "/api/sources/x/people"]],
];
for (const [who, method, paths] of asked) {
  for (const path of paths) {
    test(`${method} ${path} is for ${who}`, () => {
      assert.equal(roles.filter((role) => mayAsk(role, method, path)).join(" "), who);
    });
  }
}

test("tests, the service and the log are told to admins alone, what stands in lists to everybody", () => {
  const told = (type: ConsoleEvent["type"]): string =>
    // What it holds makes no difference.
    roles.filter((role) => maySee(role, { type } as ConsoleEvent)).join(" ");
  for (const type of ["test", "service", "logged"] as const) assert.equal(told(type), "admin", type);
  for (const type of ["connector", "connector-removed", "figures", "review", "progress", "heartbeat"] as const)
    assert.equal(told(type), roles.join(" "), type);
});

test("what only admins see of a connector is in nobody else's answer, wherever it stands", () => {
  const secret = "only-for-admins";
  const failure = {
    code: secret,
    state: "unexpected",
    title: secret,
    message: secret,
    effect: "",
    hint: "",
    facts: [],
  };
  const detail = {
    id: "1",
    name: "Org",
    status: "Connected",
    schedule: { kind: "manual" },
    settings: {
      orgSlug: "org",
      requested: ["services"],
      storageEngine: "",
      timeoutSeconds: 7,
      c1SecretIsSet: true,
      baseUrl: secret,
      caFile: secret,
      proxy: secret,
      c1ClientId: secret,
    },
    key: {
      source: "entered",
      sourceName: secret,
      lastFour: secret,
      fingerprint: secret,
      owner: null,
      storage: "memory",
    },
    failure,
    heldRun: { runId: secret, failure },
    service: { hostId: secret },
    currentFile: secret,
    // The rest is as it is for everybody.
  } as unknown as ConnectorDetail;
  for (const role of ["viewer", "reviewer"] as const) {
    const shown = shownTo(role, detail);
    assert.ok(!JSON.stringify(shown).includes(secret), role);
    assert.deepEqual([shown.name, shown.settings.orgSlug, shown.settings.requested], ["Org", "org", ["services"]]);
  }
  assert.equal(shownTo("admin", detail), detail);
});
