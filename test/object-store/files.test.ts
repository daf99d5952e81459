import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { readV3Manifest } from "../../src/sdk/c1z/container/v3-manifest.ts";
import { parseRunRecord, type RunRecord } from "../../src/sdk/contracts/run-record.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { Network } from "../../src/sdk/net/network.ts";
import { s3Package } from "../../src/sdk/object-store/s3-errors.ts";
import { S3Object } from "../../src/sdk/object-store/s3-object.ts";
import { type Finished, logLines, runProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { newestSyncId, sealedSyncIds, syncIds } from "../e2e/stored-rows.ts";
import { startHttpServer } from "../support/raw-server.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type FaultHook, S3Server } from "./s3-server.ts";

const s3 = await S3Server.start();
const scratch = scratchDirectory();
const work = join(scratch.path, "work");
mkdirSync(work);
after(async () => {
  await s3[Symbol.asyncDispose]();
  scratch[Symbol.dispose]();
});

let keys = 0;
/** An object of the test's own. */
function newKey(): string {
  return `baton/org ${++keys} ü.c1z`;
}

function environment(sandbox: Sandbox): Readonly<Record<string, string>> {
  return { ...settingsFor(sandbox), ...s3.settings, BATON_TMPDIR: work };
}

async function sync(
  sandbox: Sandbox,
  key: string,
  options: { readonly argv?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const { argv = [], env = {} } = options;
  const run = await runProgram([...argv, "-f", `s3://files/${key}`], {
    cwd: scratch.path,
    env: { ...environment(sandbox), ...env },
  });
  assert.deepEqual(readdirSync(work), [], "nothing stays on this machine");
  assert.ok(!run.stderr.includes(sandbox.keys.service));
  return run;
}

/** The object as a file on this machine. */
function copyOf(key: string): string {
  const path = join(scratch.path, `copy-${keys}.c1z`);
  writeFileSync(path, s3.bytes(key) ?? assert.fail(`there is no ${key}`));
  return path;
}

function recordOf(key: string): RunRecord {
  const bytes = s3.bytes(`${key}.run.json`) ?? assert.fail("there is no record");
  return parseRunRecord(bytes.toString("utf8")) ?? assert.fail("it is no record");
}

function sha256(bytes: Buffer | undefined): string {
  return createHash("sha256")
    .update(bytes ?? assert.fail("there is no object"))
    .digest("hex");
}

/** Orders a fault for as long as `work` takes. */
async function withFault<T>(fault: FaultHook, run: () => Promise<T>): Promise<T> {
  s3.fault = fault;
  try {
    return await run();
  } finally {
    s3.fault = () => undefined;
  }
}

test("a sync into an object writes it as a whole, its record beside it, and nothing on this machine", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  const run = await sync(sandbox, key);
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(copyOf(key), sandbox);
  assert.equal(s3.writes(key), 1);
  const record = recordOf(key);
  assert.deepEqual([record.result, record.replaced], ["Complete", true]);
  assert.deepEqual(record.file, {
    path: `s3://files/${key}`,
    bytes: s3.bytes(key)?.length,
    sha256: sha256(s3.bytes(key)),
  });
  const uploaded = logLines(run).find(({ msg }) => msg === "uploaded");
  assert.equal(uploaded?.["object"], `s3://files/${key}`);
  assert.ok(!run.stderr.includes(work), "the copy's own path is nobody's business");
  assert.deepEqual(
    readdirSync(scratch.path).filter((name) => name.startsWith("s3:")),
    [],
  );
});

test("variables of AWS that are empty count as not set", async () => {
  await using sandbox = await startSandbox({ organization: { members: 12, teams: 2 } });
  const key = newKey();
  const empty = {
    AWS_REGION: "",
    AWS_DEFAULT_REGION: "",
    AWS_ENDPOINT_URL: "",
    AWS_PROFILE: "",
    AWS_SESSION_TOKEN: "",
  };
  const run = await sync(sandbox, key, { env: empty });
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(copyOf(key), sandbox);
});

test("credentials are taken from a file of AWS, and the region beside them", async () => {
  await using sandbox = await startSandbox({ organization: { members: 12, teams: 2 } });
  const key = newKey();
  const file = join(scratch.path, "aws-credentials");
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...rest } = s3.settings;
  writeFileSync(file, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
  const run = await runProgram(["-f", `s3://files/${key}`], {
    cwd: scratch.path,
    env: { ...settingsFor(sandbox), ...rest, AWS_SHARED_CREDENTIALS_FILE: file },
  });
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(copyOf(key), sandbox);
});

test("the next sync keeps the one before it in the object", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  await sync(sandbox, key);
  const first = newestSyncId(copyOf(key));
  sandbox.edit.addMember({ user: "newcomer" });
  assert.equal((await sync(sandbox, key)).code, 0);
  const path = copyOf(key);
  assert.equal(sealedSyncIds(path)[0], first);
  assert.equal(sealedSyncIds(path).length, 2);
  await assertHolds(path, sandbox);
});

test("a sync that would look like mass removal is held: the object stays, and the record says so", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  await sync(sandbox, key);
  const before = sha256(s3.bytes(key));
  const leavers = sandbox.organization.members.slice(20).map(({ user }) => user);
  for (const user of leavers) sandbox.edit.removeMember(user);
  const held = await sync(sandbox, key);
  assert.equal(held.code, 22, held.stderr);
  assert.equal(sha256(s3.bytes(key)), before);
  assert.equal(s3.writes(key), 1);
  const record = recordOf(key);
  assert.deepEqual([record.result, record.replaced, record.file?.sha256], ["Held", false, before]);
  assert.equal((await sync(sandbox, key, { argv: ["--accept-changes"] })).code, 0);
  await assertHolds(copyOf(key), sandbox);
});

/** Starts a sync that is stopped while it waits for the third page of members. */
async function stopMidway(sandbox: Sandbox, key: string, argv: readonly string[] = []): Promise<void> {
  sandbox.addFault({ kind: "stall", at: "body", match: { path: "/members/", page: 3, query: "is_active=true" } });
  const asked = Promise.withResolvers<void>();
  const off = sandbox.onRequest(async ({ path, query }) => {
    if (path.endsWith("/members/") && query.get("page") === "3") asked.resolve();
    return undefined;
  });
  const stopped = startProgram(["-f", `s3://files/${key}`, ...argv], { cwd: scratch.path, env: environment(sandbox) });
  await Promise.race([asked.promise, stopped.finished]);
  stopped.kill("SIGTERM");
  const run = await stopped.finished;
  off();
  assert.equal(run.code, 143, run.stderr);
  assert.equal(recordOf(key).result, "Failed");
  sandbox.clearFaults();
}

test("a stopped sync is kept in the object as an unfinished one, and the next run goes on with it", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1800, teams: 4 } });
  const key = newKey();
  await stopMidway(sandbox, key);
  const begun = newestSyncId(copyOf(key));
  assert.deepEqual(sealedSyncIds(copyOf(key)), []);
  const next = await sync(sandbox, key);
  assert.equal(next.code, 0, next.stderr);
  assert.deepEqual(syncIds(copyOf(key)), [begun]);
  await assertHolds(copyOf(key), sandbox);
});

test("of a version 3 object the sync before and a stopped one are kept beside it", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1800, teams: 4 } });
  const key = newKey();
  const argv = ["--storage-engine", "pebble"];
  assert.equal((await sync(sandbox, key, { argv })).code, 0);
  const first = sha256(s3.bytes(key));
  await stopMidway(sandbox, key, argv);
  assert.equal(sha256(s3.bytes(key)), first);
  const begun = newestSyncId(copyOf(`${key}.unfinished`));
  const next = await sync(sandbox, key, { argv });
  assert.equal(next.code, 0, next.stderr);
  assert.equal((await readV3Manifest(copyOf(key))).syncs[0]?.id, begun, "it was gone on with");
  assert.equal(sha256(s3.bytes(`${key}.previous`)), first);
  assert.equal(s3.bytes(`${key}.unfinished`)?.length, 0);
});

test("storage that answers with a file under any name is asked for so many earlier ones, and no more", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  assert.equal((await sync(sandbox, key)).code, 0);
  const object = s3.bytes(key) ?? assert.fail("there is no object");
  let asked = 0;
  const everywhere: FaultHook = ({ path }) => {
    if (!path.includes(".previous")) return undefined;
    asked++;
    return { object };
  };
  const run = await withFault(everywhere, () => sync(sandbox, key));
  assert.equal(run.code, 9);
  assert.match(run.stderr, /BATON-S3-BESIDE/);
  assert.equal(asked, 100);
});

test("a run without good access leaves object and record as they were", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  await sync(sandbox, key);
  const before = [sha256(s3.bytes(key)), sha256(s3.bytes(`${key}.run.json`))];
  assert.equal((await sync(sandbox, key, { env: { BATON_API_KEY: "csa_wrong_wrong_wrong" } })).code, 16);
  assert.deepEqual([sha256(s3.bytes(key)), sha256(s3.bytes(`${key}.run.json`))], before);
});

for (const [what, heedsConditions, when] of [
  ["while the sync runs", true, "read"],
  ["while the sync runs, at a server that passes over conditions", false, "read"],
  ["at the very moment of the write", true, "write"],
] as const) {
  test(`an object that another run writes ${what} is not overwritten`, async () => {
    await using sandbox = await startSandbox();
    await using other = await startSandbox({ organization: { members: 12, teams: 2, slug: "other-org" } });
    const key = newKey();
    s3.heedsConditions = heedsConditions;
    let isOther = false;
    const run = await withFault(
      async ({ method, path }) => {
        const due = when === "read" ? method === "HEAD" : method === "PUT";
        if (isOther || !due || path !== `/files/${key}`) return undefined;
        isOther = true;
        const first = await runProgram(["-f", `s3://files/${key}`], { cwd: scratch.path, env: environment(other) });
        assert.equal(first.code, 0, first.stderr);
        return undefined;
      },
      () => runProgram(["-f", `s3://files/${key}`], { cwd: scratch.path, env: environment(sandbox) }),
    );
    s3.heedsConditions = true;
    assert.equal(run.code, 10, run.stderr);
    assert.match(run.stderr, /^BATON-S3-CHANGED: /m);
    await assertHolds(copyOf(key), other);
    assert.equal(recordOf(key).target, other.organization.slug, "the record is the other run's, too");
  });
}

test("a server that refuses conditional writes is written to without, and the log says so", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  let refused = 0;
  const run = await withFault(
    ({ method, path }) => {
      const isFirst = method === "PUT" && path === `/files/${key}` && refused++ === 0;
      return isFirst ? { status: 501, code: "NotImplemented" } : undefined;
    },
    () => sync(sandbox, key),
  );
  assert.equal(run.code, 0, run.stderr);
  assert.ok(logLines(run).some(({ level, msg }) => level === "warn" && String(msg).includes("conditional writes")));
  await assertHolds(copyOf(key), sandbox);
});

for (const [fault, what] of [
  ["cut", "is cut"],
  ["lose the reply", "arrives, but whose reply is lost,"],
  [{ status: 503, code: "SlowDown" }, "is refused because the server is busy"],
] as const) {
  test(`a write that ${what} is made again, and the object is whole`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 30, teams: 2 } });
    const key = newKey();
    let faults = 0;
    const run = await withFault(
      ({ method, path }) => (method === "PUT" && path === `/files/${key}` && faults++ === 0 ? fault : undefined),
      () => sync(sandbox, key),
    );
    assert.equal(run.code, 0, run.stderr);
    assert.ok(faults >= 1);
    await assertHolds(copyOf(key), sandbox);
    assert.equal(recordOf(key).file?.sha256, sha256(s3.bytes(key)));
  });
}

test("a read that is cut is made again", async () => {
  await using sandbox = await startSandbox({ organization: { members: 30, teams: 2 } });
  const key = newKey();
  await sync(sandbox, key);
  let faults = 0;
  const run = await withFault(
    ({ method, path }) => (method === "GET" && path === `/files/${key}` && faults++ < 4 ? "cut" : undefined),
    () => sync(sandbox, key),
  );
  assert.equal(run.code, 0, run.stderr);
  assert.equal(sealedSyncIds(copyOf(key)).length, 2);
});

test("a write that fails for good ends the run with its reason; object and record stay a pair", async () => {
  await using sandbox = await startSandbox({ organization: { members: 30, teams: 2 } });
  const key = newKey();
  await sync(sandbox, key);
  const before = sha256(s3.bytes(key));
  const run = await withFault(
    ({ method }) => (method === "PUT" ? { status: 403, code: "AccessDenied" } : undefined),
    () => sync(sandbox, key),
  );
  assert.equal(run.code, 7, run.stderr);
  assert.match(run.stderr, /^BATON-S3-DENIED: cannot write s3:\/\/files\/.*AccessDenied/m);
  assert.match(run.stderr, /s3:PutObject/);
  assert.equal(sha256(s3.bytes(key)), before);
  assert.equal(recordOf(key).file?.sha256, before);
});

type Settings = Readonly<Record<string, string>>;
const refusals: readonly (readonly [what: string, file: string, env: Settings, code: number, text: string])[] = [
  ["a bucket that does not exist", "s3://nowhere/x.c1z", {}, 5, "BATON-S3-BUCKET"],
  [
    "a secret that does not fit the key",
    "s3://files/x.c1z",
    { AWS_SECRET_ACCESS_KEY: "not the right one" },
    16,
    "BATON-S3-CREDENTIALS",
  ],
  ["a key that nobody has", "s3://files/x.c1z", { AWS_ACCESS_KEY_ID: "NOBODY" }, 16, "BATON-S3-CREDENTIALS"],
  [
    "no credentials",
    "s3://files/x.c1z",
    { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" },
    16,
    "BATON-S3-CREDENTIALS",
  ],
  [
    "an endpoint where nobody listens",
    "s3://files/x.c1z",
    { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" },
    14,
    "BATON-S3-UNREACHABLE",
  ],
  ["a key with a line break", "s3://files/x.c1z", { AWS_ACCESS_KEY_ID: "two\nlines" }, 16, "BATON-S3-CREDENTIALS"],
  [
    "a token of a role that is not there",
    "s3://files/x.c1z",
    {
      AWS_ACCESS_KEY_ID: "",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere/token",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/x",
    },
    16,
    "BATON-S3-CREDENTIALS",
  ],
  ...["garbage", "127.0.0.1:9000", "ftp://127.0.0.1/", "http://127.0.0.1:99999"].map(
    (value) =>
      [`an endpoint ${value}`, "s3://files/x.c1z", { AWS_ENDPOINT_URL_S3: value }, 2, "BATON-S3-SETTING"] as const,
  ),
  ["an address without a key", "s3://files", {}, 2, "BATON-S3-ADDRESS"],
  ["an address of a directory", "s3://files/x/", {}, 2, "BATON-S3-ADDRESS"],
  ["a name that no bucket has", "s3://My_Files/x", {}, 2, "BATON-S3-ADDRESS"],
];

test("a server that answers every question with a page is asked for one object, and not taken for storage", async () => {
  await using sandbox = await startSandbox();
  let asked = 0;
  await using portal = await startHttpServer((_request, response) => {
    asked++;
    response.writeHead(200, { "Content-Type": "text/html", "Content-Length": "20" }).end("<html>sign in</html>");
  });
  const env = { ...environment(sandbox), AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${portal.port}` };
  const run = await runProgram(["-f", "s3://files/x.c1z"], { cwd: scratch.path, env });
  assert.equal(run.code, 15, run.stderr);
  assert.match(run.stderr, /^FILE-CORRUPT: .*s3:\/\/files\/x\.c1z/m);
  assert.deepEqual([asked, sandbox.requests.length], [1, 0]);
});

for (const [status, text] of [
  [302, /^BATON-S3: cannot read s3:\/\/files\/x\.c1z: it answered 302\n.*\n.*AWS_ENDPOINT_URL_S3/m],
  [403, /^BATON-S3-DENIED: cannot read s3:\/\/files\/x\.c1z: it answered 403$/m],
] as const) {
  test(`a server that answers ${status} without a word of storage is told of by its status`, async () => {
    await using sandbox = await startSandbox();
    await using portal = await startHttpServer((_request, response) => {
      response.writeHead(status, { Location: "http://127.0.0.1:9/" }).end("<html>sign in</html>");
    });
    const env = { ...environment(sandbox), AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${portal.port}` };
    const { stderr } = await runProgram(["-f", "s3://files/x.c1z"], { cwd: scratch.path, env });
    assert.match(stderr, text);
  });
}

for (const [what, file, env, code, text] of refusals) {
  test(`${what} ends the run with ${text} before anything is read from Cloudsmith`, async () => {
    await using sandbox = await startSandbox();
    const run = await runProgram(["-f", file], { cwd: scratch.path, env: { ...environment(sandbox), ...env } });
    assert.equal(run.code, code, run.stderr);
    assert.match(run.stderr, new RegExp(`^${text}: `, "m"));
    assert.equal(sandbox.requests.length, 0);
    assert.doesNotMatch(run.stderr, /S3RVER|not the right one|\n +at /);
    assert.deepEqual(readdirSync(work), []);
  });
}

test("a request that is never sent leaves no timer that holds up the end of the program", async (t) => {
  const settings = { ...s3.settings, AWS_ACCESS_KEY_ID: "two\nlines" };
  const env = { ...process.env };
  t.after(() => {
    process.env = env;
  });
  // The client takes its credentials from here alone.
  process.env = { ...env, ...settings };
  const options = { env: settings, network: Network.direct, clock: new VirtualClock(), logger: silentLogger };
  using object = await S3Object.open({ address: { bucket: "files", key: "x" }, ...options });
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  await assert.rejects(object.size(), { code: "BATON-S3-CREDENTIALS" });
  await setTimeout(100);
  assert.equal(timers(), before);
});

test("the doctor looks for the object in place of a file", async () => {
  await using sandbox = await startSandbox();
  const key = newKey();
  const doctor = (file: string) =>
    runProgram(["doctor", "--json", "-f", file], { cwd: scratch.path, env: environment(sandbox) });
  const objectCheck = ({ stdout }: Finished): unknown =>
    JSON.parse(stdout).checks.find(({ id }: { id: string }) => id === "object");
  assert.match(JSON.stringify(objectCheck(await doctor(`s3://files/${key}`))), /"pass".*There is no s3:/);
  await sync(sandbox, key);
  assert.match(
    JSON.stringify(objectCheck(await doctor(`s3://files/${key}`))),
    new RegExp(`has ${s3.bytes(key)?.length} bytes`),
  );
  const denied = await withFault(
    () => ({ status: 403, code: "AccessDenied" }),
    () => doctor(`s3://files/${key}`),
  );
  assert.match(JSON.stringify(objectCheck(denied)), /"fail".*BATON-S3-DENIED/);
});

for (const argv of [
  ["report", "owners", "-f", "s3://files/x.c1z"],
  ["evidence", "--out", "x.zip", "-f", "s3://files/x.c1z"],
  ["inspect", "s3://files/x.c1z"],
]) {
  test(`${argv[0]} refuses an address and says to copy the object`, async () => {
    const run = await runProgram(argv, { cwd: scratch.path, env: s3.settings });
    assert.equal(run.code, 12);
    assert.match(run.stderr, /^BATON-FILE-URL: .*\n.*\n?.*aws s3 cp/m);
  });
}

test("without the library the error names the line that installs it, and a path needs no library", async () => {
  const hook = join(scratch.path, "hide.mjs");
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith("@aws-sdk/")) throw Object.assign(new Error("hidden"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    } });`,
  );
  await using sandbox = await startSandbox();
  const env = { NODE_OPTIONS: `--import="${hook}"` };
  const missing = await sync(sandbox, newKey(), { env });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /^BATON-S3-MISSING: /m);
  assert.ok(missing.stderr.includes(`npm install '${s3Package.name}@${s3Package.version}'`), missing.stderr);
  const path = join(scratch.path, "plain.c1z");
  const plain = await runProgram(["-f", path], { cwd: scratch.path, env: { ...environment(sandbox), ...env } });
  assert.equal(plain.code, 0, plain.stderr);
});

test("the version that the error names is the optional one of the package", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  assert.equal(manifest.peerDependencies[s3Package.name], s3Package.version);
  assert.equal(manifest.peerDependenciesMeta[s3Package.name].optional, true);
});

test("an object of one organization is refused to another", async () => {
  await using one = await startSandbox({ organization: { members: 5, slug: "one" } });
  await using two = await startSandbox({ organization: { members: 5, seed: 2, slug: "two" } });
  const key = newKey();
  assert.equal((await sync(one, key)).code, 0);
  const before = [s3.bytes(key), s3.bytes(`${key}.run.json`)];
  const refused = await sync(two, key);
  assert.equal(refused.code, 9, refused.stderr);
  assert.match(refused.stderr, /^FILE-OTHER-TARGET: s3:/m);
  assert.deepEqual([s3.bytes(key), s3.bytes(`${key}.run.json`)], before);
});
