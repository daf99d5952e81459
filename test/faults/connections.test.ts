import assert from "node:assert/strict";
import dns from "node:dns";
import { after, mock, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { Network } from "../../src/sdk/net/network.ts";
import { SecretRedactor } from "../../src/sdk/secret-redactor.ts";
import { freePort } from "../e2e/free-port.ts";
import { startRawServer } from "../support/raw-server.ts";
import { always, syncUnderFaults } from "./fault-bench.ts";

const organization = { members: 60, teams: 5 };
const sandbox = await startSandbox({ organization });
after(() => sandbox.close());
const match = { path: /\/members\/$/, query: "is_active=true" };

type Lookup = (host: string, options: { all?: boolean }, done: (error: Error | null, found: unknown) => void) => void;

/** Replaces name look-up for one host of the tests' own; anyone else who looks names up is not disturbed. */
function resolveAs(
  answer: () => { readonly code: string } | { readonly address: string; readonly family: number } | "never",
) {
  const real = dns.lookup as unknown as Lookup;
  let asked = 0;
  const lookup: Lookup = (host, options, done) => {
    if (host !== "api.cloudsmith.test") return real(host, options, done);
    asked++;
    const found = answer();
    if (found === "never") return;
    if ("code" in found)
      return void setImmediate(() => done(Object.assign(new Error(found.code), { code: found.code }), undefined));
    setImmediate(() => done(null, options.all === true ? [found] : found.address));
  };
  const mocked = mock.method(dns, "lookup", lookup as unknown as typeof dns.lookup);
  return { asked: () => asked, [Symbol.dispose]: () => mocked.mock.restore() };
}

const here = { address: "127.0.0.1", family: 4 };

/** The sandbox under another name, which is looked up for every new connection. */
function named(port: number) {
  return { baseUrl: `http://api.cloudsmith.test:${port}/v1` };
}

for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
  test(`T-28: a name for which the resolver says ${code} ends the run within half a minute, and names DNS`, async () => {
    using resolver = resolveAs(() => ({ code }));
    const { clock, error } = await syncUnderFaults(sandbox, { expected: "NET-DNS", client: named(sandbox.port) });
    assert.ok(resolver.asked() > 0 && clock.monotonicMs() <= 30_000, `${clock.monotonicMs()} ms`);
    assert.match(error?.message ?? "", new RegExp(`api\\.cloudsmith\\.test.*${code}`));
  });
}

test("T-29: a host where nothing listens ends the run within half a minute, and is named", async () => {
  const client = { baseUrl: `http://127.0.0.1:${await freePort()}/v1` };
  const { clock, error } = await syncUnderFaults(sandbox, { expected: "NET-REFUSED", client });
  assert.ok(clock.monotonicMs() <= 30_000, `${clock.monotonicMs()} ms`);
  assert.match(error?.message ?? "", /127\.0\.0\.1/);
  assert.equal(error?.exitCode, 14);
});

test("T-28: a resolver that never answers ends in a time-out", async () => {
  using resolver = resolveAs(() => "never");
  const client = { ...named(sandbox.port), connectTimeoutMs: 40, retryLimits: { unreachableMs: 50, patienceMs: 50 } };
  await syncUnderFaults(sandbox, { expected: "NET-TIMEOUT", client });
  assert.ok(resolver.asked() > 0);
});

test("T-28: a name that cannot be resolved in the middle of a run, and can later, is survived", async () => {
  let asked = 0;
  using resolver = resolveAs(() => (++asked > 1 && asked < 8 ? { code: "EAI_AGAIN" } : here));
  await syncUnderFaults(sandbox, {
    expected: "whole",
    client: named(sandbox.port),
    faults: [{ kind: "reset", match: { nth: 2 }, times: 2 }],
    concurrency: 1,
  });
  assert.ok(resolver.asked() >= 8, `${resolver.asked()} look-ups`);
});

test("T-28: an address that leads nowhere is replaced by the one that the name has later", async () => {
  let asked = 0;
  using resolver = resolveAs(() => (++asked < 4 ? { address: "127.0.0.3", family: 4 } : here));
  await syncUnderFaults(sandbox, { expected: "whole", client: named(sandbox.port) });
  assert.ok(resolver.asked() >= 4);
});

for (const nth of [1, 2, 5, 8]) {
  test(`T-29: a connection that is reset at request ${nth}, fresh or kept, is replaced, and the organization is whole`, async () => {
    const { requests } = await syncUnderFaults(sandbox, {
      expected: "whole",
      faults: [{ kind: "reset", match: { nth } }],
    });
    assert.ok(requests >= 8);
  });
}

for (const kind of ["cut", "reset"] as const) {
  test(`T-29: a look-up of the key's role that is ${kind} every time leaves the role unknown, and ends nothing`, async () => {
    const faults = [{ kind, match: { path: /\/(members|services)\/[^/]+\/$/ }, times: always }];
    const { ended } = await syncUnderFaults(sandbox, { expected: "whole", faults, key: "owner" });
    assert.equal(ended?.end.result, "Partial roster");
    assert.deepEqual(ended?.codes, ["CS-PARTIAL-ROLE"]);
  });
}

test("T-29: connections that are reset every time end the run, named, after a bounded number of attempts", async () => {
  const { fired } = await syncUnderFaults(sandbox, {
    expected: "NET-RESET",
    faults: [{ kind: "reset", match, times: 12 }],
    client: { retryLimits: { patienceMs: 60_000 } },
  });
  assert.ok(fired <= 24, `${fired} attempts`);
});

test("T-29: a host that is gone in the middle of a run and comes back within ten minutes is waited for", async () => {
  let current: Sandbox | undefined = await startSandbox({ organization });
  const { port } = current;
  let [requests, gone] = [0, false];
  const leave = async (): Promise<undefined> => {
    if (++requests !== 6 || gone) return undefined;
    gone = true;
    await current?.close();
    // The client's first retries meet a closed port.
    setTimeout(async () => {
      current = await startSandbox({ organization, port });
    }, 60);
    return undefined;
  };
  current.onRequest(leave);
  const { clock } = await syncUnderFaults(current, { expected: "whole", concurrency: 1 });
  assert.ok(gone && clock.sleeps.length > 0, "it was away, and waited for");
  await current.close();
});

const proxied = { baseUrl: "https://api.cloudsmith.test/v1" };

test("T-29: a proxy that asks for a password is named, and a proxy that is down as well", async () => {
  await using proxy = await startRawServer((socket) => {
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
  });
  const asked = await syncUnderFaults(sandbox, {
    expected: "NET-PROXY",
    client: { ...proxied, network: networkOf({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }) },
  });
  assert.ok(proxy.connections > 0);
  assert.match(asked.error?.message ?? "", /407/);
  const down = await startRawServer(() => {});
  await down[Symbol.asyncDispose]();
  const { error } = await syncUnderFaults(sandbox, {
    expected: "NET-PROXY",
    client: { ...proxied, network: networkOf({ HTTPS_PROXY: `http://127.0.0.1:${down.port}` }) },
  });
  assert.match(error?.message ?? "", new RegExp(`127\\.0\\.0\\.1:${down.port}`), "the proxy's address is named");
});

test("T-29: hosts in NO_PROXY are asked without the proxy", async () => {
  await using proxy = await startRawServer((socket) => {
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  using resolver = resolveAs(() => ({ code: "ENOTFOUND" }));
  const network = networkOf({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: ".cloudsmith.test" });
  await syncUnderFaults(sandbox, { expected: "NET-DNS", client: { ...proxied, network } });
  assert.ok(resolver.asked() > 0);
  assert.equal(proxy.connections, 0);
});

test("T-29: whatever broke, only harmless reads were ever sent, and never one with a body", async () => {
  await syncUnderFaults(sandbox, { expected: "NET-RESET", faults: [{ kind: "reset", times: always }] });
  assert.ok(sandbox.requests.length > 0);
  assert.deepEqual([...new Set(sandbox.requests.map(({ method }) => method))], ["GET"]);
  assert.equal(sandbox.counters.destructiveGets, 0);
});

function networkOf(env: Readonly<Record<string, string>>): Network {
  return Network.read(env, new SecretRedactor());
}
