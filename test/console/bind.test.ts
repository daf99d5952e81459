/** T-98: the real command listens on the loopback alone, unless it is told otherwise twice. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { request as requestTls } from "node:https";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { startConsole } from "./console-process.ts";

test("T-98: by default only the loopback is listened on", async () => {
  await using running = await startConsole();
  assert.match(running.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
  const listening = listeningAddresses(running.port);
  if (listening === undefined) return;
  assert.deepEqual(listening, ["127.0.0.1"]);
});

/** Addresses on which somebody listens on this port, by the table of the system; undefined where there is none. */
function listeningAddresses(port: number): readonly string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFileSync(path, "latin1"));
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = tables.flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)));
  const listening = lines.filter(([, local = "", , state]) => state === "0A" && local.endsWith(`:${hexPort}`));
  return listening.map(([, local = ""]) => local.split(":")[0] ?? "").map(addressOf);
}

function addressOf(hex: string): string {
  if (hex.length > 8) return hex;
  return Buffer.from(hex, "hex").toReversed().join(".");
}

test("T-98: another address needs a second flag, and every address a name to be asked for", async () => {
  using scratch = scratchDirectory();
  const alone = await runProgram(["console", "--host", "0.0.0.0", "--no-open"], { cwd: scratch.path });
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /--allow-remote/);
  const unnamed = await runProgram(["console", "--host", "0.0.0.0", "--allow-remote"], { cwd: scratch.path });
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /--name/);
});

test("T-98: with both, other machines come in by the name alone, and a warning says what is not encrypted", async () => {
  await using running = await startConsole(["--host", "0.0.0.0", "--allow-remote", "--name", "console.example"]);
  assert.match(running.stderr(), /Other machines can connect, and without --tls-cert the network reads along/);
  const link = await runProgram(["console", "--link", "--data-dir", running.dataDir], { cwd: running.dataDir });
  assert.ok(link.stdout.startsWith(`${running.origin}/launch?token=`), link.stderr);
  const [address] = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  const host = address?.address ?? "127.0.0.1";
  const named = await running.ask("/", { host, headers: { host: `console.example:${running.port}` } });
  assert.equal(named.status, 200);
  const unnamed = await running.ask("/", { host, headers: { host: `${host}:${running.port}` } });
  assert.equal(unnamed.status, 421);
});

test("T-98: with a certificate the page comes over TLS alone, and its cookie is for TLS alone", async () => {
  using scratch = scratchDirectory();
  const { certificate, privateKey, authority } = makeCertificates();
  const [cert, key] = [join(scratch.path, "cert.pem"), join(scratch.path, "key.pem")];
  writeFileSync(cert, certificate);
  writeFileSync(key, privateKey);
  await using running = await startConsole(["--tls-cert", cert, "--tls-key", key]);
  assert.match(running.origin, /^https:/);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  requestTls(running.link, { ca: authority }, resolve).on("error", reject).end();
  const answer = await promise;
  answer.resume();
  assert.equal(answer.statusCode, 303);
  assert.match(answer.headers["set-cookie"]?.[0] ?? "", /; HttpOnly; SameSite=Strict; Secure$/);
  await assert.rejects(running.ask("/"), "plain HTTP is not answered");
  assert.equal(running.stderr(), "");
});

test("T-98: a port that is taken leads to the next free one, which is printed", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo; // it listens on TCP
  try {
    await using running = await startConsole(["--port", String(port)]);
    assert.ok(running.port > port);
    assert.equal((await running.ask("/")).status, 200);
  } finally {
    other.close();
  }
});

test("a new link comes from a second command, and the console ends in good order when told to", async () => {
  await using running = await startConsole();
  const second = await runProgram(["console", "--link", "--data-dir", running.dataDir], { cwd: running.dataDir });
  assert.equal(second.code, 0, second.stderr);
  const link = new URL(second.stdout.trim());
  assert.equal(link.origin, running.origin);
  const launched = await running.ask(link.pathname + link.search);
  assert.equal(launched.status, 303);
  assert.ok(launched.headers["set-cookie"]);
  const { code, stderr } = await running.stop();
  assert.equal(code, 0, stderr);
  const third = await runProgram(["console", "--link", "--data-dir", running.dataDir], { cwd: running.dataDir });
  assert.equal(third.code, 9);
  assert.match(third.stderr, /CONSOLE-NOT-RUNNING/);
});
