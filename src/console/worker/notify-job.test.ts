/** Notifications behind a proxy: they get through it, and what it refuses is told as its doing. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificates } from "../../../sandbox/c1/certificate.ts";
import { ForwardProxy, type ForwardProxyOptions } from "../../../test/support/forward-proxy.ts";
import { memoryIo } from "../../../test/support/memory-io.ts";
import { SecretRedactor } from "../../sdk/secret-redactor.ts";
import { runNotifyJob } from "./notify-job.ts";

const directory = mkdtempSync(join(tmpdir(), "notify-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const { authority, certificate: cert, privateKey: key } = makeCertificates(["hooks.example.test"]);
const caFile = join(directory, "ca.pem");
writeFileSync(caFile, authority);

const bodies: string[] = [];
const receiver = createServer({ cert, key }, (request, response) => {
  request.setEncoding("utf8").on("data", (text: string) => bodies.push(text));
  request.on("end", () => response.end());
});
await once(receiver.listen(0, "127.0.0.1").unref(), "listening");

async function notify(scheme: "http" | "https", options: Omit<ForwardProxyOptions, "to"> = {}): Promise<void> {
  await using proxy = await ForwardProxy.start({ to: (receiver.address() as AddressInfo).port, ...options });
  const named = `http://user:pass-word@127.0.0.1:${proxy.port}`;
  const env = { HTTPS_PROXY: named, HTTP_PROXY: named, SSL_CERT_FILE: caFile };
  const io = memoryIo({ argv: [], env, cwd: directory });
  const job = {
    kind: "notify",
    url: `${scheme}://hooks.example.test/T0/secret`,
    body: "{}",
    withinMs: 30_000,
  } as const;
  const place = { io, version: "1.0.0", tell: () => undefined, signal: new AbortController().signal };
  await runNotifyJob(job, place, new SecretRedactor());
}

test("a notification gets through a proxy with a password to a host of a private authority", async () => {
  await notify("https", { credentials: "user:pass-word" });
  assert.deepEqual(bodies, ["{}"]);
});

for (const scheme of ["http", "https"] as const) {
  test(`a proxy that wants other credentials for ${scheme} is what the error names, with nothing that is secret`, async () => {
    await assert.rejects(notify(scheme, { credentials: "user:another" }), (error: Error & { hint?: string }) => {
      assert.match(error.message, /the proxy http:\/\/127\.0\.0\.1:\d+ answered 407/);
      assert.match(error.hint ?? "", /Give the proxy's user and password in HTTPS?_PROXY/);
      assert.doesNotMatch(error.message, /pass-word|T0|secret/);
      return true;
    });
  });
}
