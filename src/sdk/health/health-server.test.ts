import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { exampleConnector } from "../../../test/support/example-connector.ts";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { SecretRedactor } from "../secret-redactor.ts";
import { type HealthServer, startHealthServer } from "./health-server.ts";

interface Running extends AsyncDisposable {
  readonly server: HealthServer;
  readonly clock: VirtualClock;
  readonly redactor: SecretRedactor;
  get(path: string, method?: string): Promise<Response>;
}

async function start(onValidate: () => void | Promise<void>): Promise<Running> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const redactor = new SecretRedactor();
  const connector = exampleConnector({ onValidate });
  const server = await startHealthServer({
    host: "127.0.0.1",
    port: 0,
    connector,
    clock,
    logger: silentLogger,
    redactor,
  });
  return {
    server,
    clock,
    redactor,
    get: (path, method = "GET") => fetch(`http://127.0.0.1:${server.port}${path}`, { method }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function refuse(): never {
  throw new BatonError({ code: "EX-401", status: Status.unauthenticated, message: "key canary-key-1 is bad" });
}

test("a healthy service answers healthy, ready and alive with the time in whole seconds", async () => {
  await using running = await start(() => undefined);
  for (const [path, status] of [
    ["/health", "healthy"],
    ["/ready", "ready"],
    ["/live", "alive"],
  ] as const) {
    for (const method of ["GET", "POST"]) {
      const response = await running.get(path, method);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
      assert.equal(await response.text(), `{"status":"${status}","timestamp":"2026-01-02T03:04:05Z"}\n`);
    }
  }
  assert.equal((await running.get("/health?verbose=1")).status, 200);
});

test("when the access is refused, health says so with details and without secrets; ready and live stay", async () => {
  await using running = await start(refuse);
  running.redactor.add("canary-key-1");
  const response = await running.get("/health");
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), {
    status: "unhealthy",
    timestamp: "2026-01-02T03:04:05Z",
    details: { error: "connector validation failed", validation_error: "EX-401: key [REDACTED] is bad" },
  });
  assert.equal((await running.get("/ready")).status, 200);
  assert.equal((await running.get("/live")).status, 200);
});

test("other paths are not found", async () => {
  await using running = await start(() => undefined);
  for (const path of ["/", "/healthz", "/health/", "/metrics"]) {
    assert.equal((await running.get(path)).status, 404);
  }
});

test("a verdict stands for a minute, good or bad, however many probes come", async () => {
  let checks = 0;
  let bad: boolean = false;
  await using running = await start(() => {
    checks++;
    if (bad) refuse();
  });
  const statusOf = async (): Promise<number> => (await running.get("/health")).status;
  assert.deepEqual(await Promise.all([statusOf(), statusOf(), statusOf()]), [200, 200, 200]);
  bad = true;
  running.clock.advance(59_999);
  assert.equal(await statusOf(), 200);
  assert.equal(checks, 1);
  running.clock.advance(1);
  assert.equal(await statusOf(), 503);
  bad = false;
  running.clock.advance(59_999);
  assert.equal(await statusOf(), 503);
  running.clock.advance(1);
  assert.equal(await statusOf(), 200);
  assert.equal(checks, 3);
});

test("an address that is taken is said so", async () => {
  await using running = await start(() => undefined);
  const { clock, redactor, server } = running;
  const options = { host: "127.0.0.1", port: server.port, connector: exampleConnector(), clock, redactor };
  await assert.rejects(startHealthServer({ ...options, logger: silentLogger }), { code: "HEALTH-BIND", exitCode: 2 });
});

test("closing frees the port, also while a probe keeps its connection", async () => {
  const running = await start(() => undefined);
  const socket = connect(running.server.port, "127.0.0.1");
  const closed = Promise.withResolvers<void>();
  socket.on("close", () => closed.resolve());
  socket.write("GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  await running.server.close();
  await closed.promise;
  await assert.rejects(running.get("/live"));
});
