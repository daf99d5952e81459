import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { TlsOptions } from "node:tls";
import { makeCertificates } from "../../sandbox/c1/certificate.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { type Finished, runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { startTlsFront } from "./tls-server.ts";

const sandbox = await startSandbox({ organization: { members: 5, teams: 1 } });
after(() => sandbox.close());

interface Server {
  readonly certificates?: ReturnType<typeof makeCertificates>;
  readonly options?: TlsOptions;
  /** Whether the client is told to trust the server's authority. */
  readonly trusted?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
}

interface Outcome {
  readonly run: Finished;
  readonly received: number;
}

/** Runs the program against the sandbox behind TLS. */
async function runBehind(server: Server): Promise<Outcome> {
  const { certificates = makeCertificates(), options, trusted = true, env = {}, argv = [] } = server;
  using scratch = scratchDirectory();
  const ca = join(scratch.path, "ca.pem");
  writeFileSync(ca, certificates.authority);
  const { certificate: cert, privateKey: key } = certificates;
  await using front = await startTlsFront(sandbox.port, { cert, key, ...options });
  const run = await runProgram(argv, {
    cwd: scratch.path,
    env: {
      ...settingsFor(sandbox),
      BATON_BASE_URL: `https://localhost:${front.port}/v1`,
      ...(trusted && { NODE_EXTRA_CA_CERTS: ca }),
      ...env,
    },
  });
  return { run, received: front.received };
}

test("T-27: behind a private certificate authority that NODE_EXTRA_CA_CERTS names, the organization is synced", async () => {
  const { run, received } = await runBehind({});
  assert.equal(run.code, 0, run.stderr);
  assert.ok(received > 0);
});

// The Node of the client refuses old protocols; that of the server must be told to offer them.
const old = { ciphers: "ALL:@SECLEVEL=0" } as const;
const servers: readonly (readonly [what: string, server: Server, says: RegExp])[] = [
  ["has expired", { certificates: makeCertificates(undefined, { fromDays: -10, toDays: -1 }) }, /CERT_HAS_EXPIRED/],
  ["is not good yet", { certificates: makeCertificates(undefined, { fromDays: 1 }) }, /CERT_NOT_YET_VALID/],
  ["is another host's", { certificates: makeCertificates(["other.example"]) }, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ["vouches for itself", { certificates: makeCertificates(undefined, { selfSigned: true }) }, /SELF_SIGNED|DEPTH_ZERO/],
  ["is of an unknown authority", { trusted: false }, /UNABLE_TO_|SELF_SIGNED/],
  [
    "comes with TLS 1.0 only",
    { options: { ...old, minVersion: "TLSv1", maxVersion: "TLSv1" } },
    /protocol version|unsupported protocol/,
  ],
  [
    "comes with TLS 1.1 only",
    { options: { ...old, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" } },
    /protocol version|unsupported protocol/,
  ],
  [
    "comes without encryption",
    { options: { ciphers: "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", maxVersion: "TLSv1.2" } },
    /handshake failure/,
  ],
];

for (const [what, server, says] of servers) {
  test(`T-27: a server whose certificate ${what} gets no request, and the error says what is wrong`, async () => {
    const { run, received } = await runBehind(server);
    assert.equal(run.code, 14, run.stderr);
    assert.match(run.stderr, /^NET-TLS: Cannot reach localhost:\d+: the secure connection could not be verified/m);
    assert.match(run.stderr, says);
    assert.match(run.stderr, /NODE_EXTRA_CA_CERTS/);
    assert.equal(received, 0, "not a byte was sent");
  });
}

test("T-104: the check of certificates cannot be switched off: the environment that asks for it is refused", async () => {
  const weak = { trusted: false, env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } };
  const service = {
    BATON_CLIENT_ID: "robot@127.0.0.1:9/ccx",
    BATON_CLIENT_SECRET: "secret-token:conductorone.com:v1:x",
  };
  const runs = [
    weak,
    { ...weak, argv: ["validate"] },
    { ...weak, argv: ["serve"] },
    { ...weak, argv: ["console", "--no-open", "--port", "0"] },
    { ...weak, env: { ...weak.env, ...service } },
  ];
  for (const { run, received } of await Promise.all(runs.map(runBehind))) {
    assert.equal(run.code, 2, run.stderr);
    assert.match(run.stderr, /BATON-TLS-OFF/);
    assert.equal(received, 0);
  }
});

test("T-104: doctor, which may run in such an environment, sends nothing either", async () => {
  const argv = ["doctor", "--json"];
  const { run, received } = await runBehind({ trusted: false, argv, env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  const { checks } = JSON.parse(run.stdout) as { checks: { id: string; outcome: string }[] }; // its own format
  const outcomes = new Map(checks.map(({ id, outcome }) => [id, outcome]));
  assert.deepEqual([outcomes.get("environment"), outcomes.get("tls")], ["fail", "fail"]);
  assert.equal(received, 0);
});
