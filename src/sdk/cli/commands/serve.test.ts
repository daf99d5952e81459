import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { makeCertificates } from "../../../../sandbox/c1/certificate.ts";
import { exampleApp } from "../../../../test/support/example-connector.ts";
import { memoryIo } from "../../../../test/support/memory-io.ts";
import { remoteConnector } from "../../../../test/support/remote-connector.ts";
import { runCli } from "../run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "serve-"));
after(() => rmSync(root, { recursive: true, force: true }));

const env = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme" };

/** Serves until `use` is through with the printed address, then stops it with a signal. */
async function serve(
  argv: readonly string[],
  use: (baseUrl: string, token: string | undefined) => Promise<void>,
): Promise<number> {
  const io = memoryIo({ argv: ["serve", ...argv], env, cwd: root, stderrIsTty: true });
  const done = runCli(exampleApp(), io);
  let ended = false;
  done.then(() => {
    ended = true;
  }, undefined);
  while (io.stdoutText() === "" && !ended) await setImmediate();
  if (ended) return await done;
  const [baseUrl = "", token, ...more] = io.stdoutText().trim().split("\n");
  assert.deepEqual(more, []);
  await use(baseUrl, token);
  if (token !== undefined) assert.doesNotMatch(io.stderrText(), new RegExp(token));
  io.sendSignal("SIGINT");
  assert.match(io.stderrText(), /connector server listening/);
  return await done;
}

test("serve prints its address, serves the connector there and ends with 0 at a signal", async () => {
  const code = await serve([], async (baseUrl, token = "") => {
    assert.match(token, /^[\w-]{43}$/);
    assert.match(baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
    const remote = await remoteConnector(baseUrl, { token });
    await assert.rejects(remoteConnector(baseUrl), { code: "REMOTE-CALL", status: 16 });
    assert.deepEqual(
      remote.syncers.map(({ resourceType }) => resourceType.id),
      ["club", "user"],
    );
    remote.close();
  });
  assert.equal(code, 0);
});

test("serve speaks TLS with the certificate that it is given", async () => {
  const { certificate, privateKey, authority } = makeCertificates();
  writeFileSync(join(root, "tls.crt"), certificate);
  writeFileSync(join(root, "tls.key"), privateKey);
  const argv = ["--tls-cert=tls.crt", "--tls-key=tls.key", "--listen=127.0.0.1:0"];
  const code = await serve(argv, async (baseUrl, token = "") => {
    assert.match(baseUrl, /^https:/);
    (await remoteConnector(baseUrl, { roots: [authority], token })).close();
  });
  assert.equal(code, 0);
});

test("serve takes a token that it is given, and prints none", async () => {
  writeFileSync(join(root, "token"), "token-that-was-given\n");
  const code = await serve(["--token-file=token"], async (baseUrl, token) => {
    assert.equal(token, undefined);
    (await remoteConnector(baseUrl, { token: "token-that-was-given" })).close();
    await assert.rejects(remoteConnector(baseUrl), { code: "REMOTE-CALL", status: 16 });
  });
  assert.equal(code, 0);
});

writeFileSync(join(root, "short"), "short");
const refused: readonly (readonly [argv: readonly string[], code: number, text: RegExp])[] = [
  [["--listen=0.0.0.0:0"], 9, /^SERVE-PLAIN: /m],
  [["--listen=nowhere"], 2, /^BATON-USAGE: invalid --listen "nowhere": HOST:PORT is expected/m],
  [["--listen=127.0.0.1:70000"], 2, /^BATON-USAGE: /m],
  [["--listen=[::g]:80"], 2, /^BATON-USAGE: /m],
  [["--tls-cert=x"], 2, /^BATON-USAGE: --tls-cert and --tls-key go together/m],
  [["--token-file=missing"], 3, /^SERVE-TOKEN: .*missing cannot be read/m],
  [["--token-file=short"], 3, /^SERVE-TOKEN: /m],
  [["--tls-client-ca=x"], 2, /^BATON-USAGE: --tls-client-ca needs --tls-cert and --tls-key/m],
  [["--tls-client-ca=x", "--token-file=x"], 2, /^BATON-USAGE: /m],
  [["--tls-cert=missing", "--tls-key=missing"], 3, /^SERVE-TLS: .*missing cannot be read \(ENOENT\)/m],
];
for (const [argv, code, text] of refused) {
  test(`serve ${argv.join(" ")} is refused with exit code ${code}`, async () => {
    const io = memoryIo({ argv: ["serve", ...argv], env, cwd: root });
    assert.equal(await runCli(exampleApp(), io), code);
    assert.match(io.stderrText(), text);
    assert.equal(io.stdoutText(), "");
  });
}
