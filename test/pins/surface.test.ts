// What scripts, deployments and other packages hold on to, typed in by hand. More may be there; nothing may go.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as cloudsmith from "../../src/cloudsmith/index.ts";
import { Status } from "../../src/sdk/errors.ts";
import * as sdk from "../../src/sdk/index.ts";
import { version } from "../../src/version.ts";
import { type Finished, runProgram } from "../e2e/program.ts";

const root = join(import.meta.dirname, "..", "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>; // our own

function assertHasAll(present: Iterable<string>, wanted: readonly string[]): void {
  const there = new Set(present);
  assert.deepEqual(
    wanted.filter((name) => !there.has(name)),
    [],
  );
}

/** Those of every Go connector (baton-sdk 0.26.0: default fields, those of Windows included). */
const standardFlags = `
  create-ticket bulk-create-ticket bulk-ticket-template-path get-ticket list-ticket-schemas provisioning ticketing
  c1z-temp-dir client-id client-secret create-account-email create-account-login create-account-profile
  create-account-resource-type delete-resource delete-resource-type event-feed event-feed-id event-feed-start-at
  event-feed-cursor file grant-entitlement grant-principal grant-principal-type log-format log-path revoke-grant
  rotate-credentials rotate-credentials-type ticket-id ticket-template-path log-level log-level-debug-expires-at
  skip-full-sync sync-resources sync-resource-types skip-entitlements-and-grants skip-grants external-resource-c1z
  external-resource-entitlement-id-filter external-resource-traits keep-previous-sync-c1z compact-sync-ids
  compact-file-paths compact-output-path compact-syncs invoke-action invoke-action-args invoke-action-resource-type
  list-action-schemas list-action-schemas-resource-type list-resource-actions invoke-resource-action
  invoke-resource-action-resource-type invoke-resource-action-args session-store-maximum-size workers parallel-sync
  otel-collector-endpoint otel-collector-endpoint-tls-cert-path otel-collector-endpoint-tls-cert
  otel-collector-endpoint-tls-insecure otel-tracing-disabled otel-logging-disabled auth-method health-check
  health-check-port health-check-bind-address http-timeout-seconds storage-engine task-concurrency log-event-log`
  .trim()
  .split(/\s+/);

const ownFlags = `
  api-key org-slug base-url api-concurrency max-wait strict accept-changes`
  .trim()
  .split(/\s+/);

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return runProgram(argv, { cwd: "/", env });
}

test("every flag is known, all 72 of the Go connectors among them", { concurrency: 2 }, async () => {
  assert.equal(new Set(standardFlags).size, 72);
  const flags = [...ownFlags, ...standardFlags];
  // Behind all of them a flag that nobody has: it is what the program stumbles over, unless one before is unknown.
  const { stderr } = await run([...flags.flatMap((name) => [`--${name}=1`]), "--no-such-flag"]);
  assert.match(stderr, /^BATON-USAGE: unknown flag: --no-such-flag$/m);
  for (const shorthand of ["-f", "-p", "-h", "-v"]) {
    const { stderr: text } = await run([shorthand, "--no-such-flag"]);
    assert.doesNotMatch(text, /unknown shorthand/);
  }
});

test("every command is there", async () => {
  const { stdout } = await run(["--help"]);
  const listed = [...stdout.matchAll(/^ {2}([a-z-]+) +[A-Z]/gm)].map(([, name = ""]) => name);
  assertHasAll(listed, [
    "capabilities",
    "completion",
    "config",
    "health-check",
    "help",
    "sandbox",
    "validate",
    "version",
  ]);
});

test("the version is the package's", async () => {
  assert.equal(manifest["version"], version);
  assert.equal((await run(["--version"])).stdout, `baton-cloudsmith version ${version}\n`);
});

test("statuses, which are exit codes, have these numbers", () => {
  assert.deepEqual(Object.entries(Status), [
    ["ok", 0],
    ["canceled", 1],
    ["unknown", 2],
    ["invalidArgument", 3],
    ["deadlineExceeded", 4],
    ["notFound", 5],
    ["alreadyExists", 6],
    ["permissionDenied", 7],
    ["resourceExhausted", 8],
    ["failedPrecondition", 9],
    ["aborted", 10],
    ["outOfRange", 11],
    ["unimplemented", 12],
    ["internal", 13],
    ["unavailable", 14],
    ["dataLoss", 15],
    ["unauthenticated", 16],
  ]);
});

const settings = { BATON_API_KEY: "key", BATON_ORG_SLUG: "org", BATON_BASE_URL: "http://127.0.0.1:1/v1" };

test("exit codes of mistakes and of what is not part of the connector", async () => {
  const codes = [
    await run([]),
    await run(["--no-such-flag"]),
    await run(["no-such-command"]),
    await run(["--storage-engine", "rocks"], settings),
    await run(["--list-ticket-schemas"], settings),
    await run(["--event-feed", "true", "--event-feed-id", "other"], settings),
  ].map(({ code }) => code);
  assert.deepEqual(codes, [2, 2, 2, 2, 12, 5]);
});

test("the package exports these modules and names", () => {
  assert.deepEqual(Object.keys(manifest["exports"] as object), [".", "./sdk", "./sdk/testing", "./package.json"]);
  assert.deepEqual(manifest["bin"], { "baton-cloudsmith": "bin/baton-cloudsmith" });
  assertHasAll(Object.keys(cloudsmith), [
    "CloudsmithConnector",
    "connectorApp",
    "CloudsmithClient",
    "fields",
    "parseApiKey",
    "parseBaseUrl",
    "parseOrgSlug",
  ]);
  assertHasAll(
    Object.keys(sdk),
    `AccountType BatonError Purpose ResourceStatus Status Trait annotationUrl childResourceType entitlementId
     exclusionGroup externalLink grantId grantImmutable groupTrait newGrant parseTimestamp rawId runCli runSync
     silentLogger skipEntitlementsAndGrants systemClock systemIo userTrait`.split(/\s+/),
  );
});
