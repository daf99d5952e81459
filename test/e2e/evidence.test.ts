/** The command `evidence`: keys, signed packs with decisions, and that whatever is changed in one is noticed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { connectorApp } from "../../src/cloudsmith/connector-app.ts";
import { openAuditLog } from "../../src/console/store/audit-log.ts";
import { evidenceCommand } from "../../src/evidence/command.ts";
import { readZip } from "../../src/evidence/zip-reader.ts";
import { ZipWriter } from "../../src/reports/render/zip-writer.ts";
import { reviewCommand } from "../../src/reviews/command.ts";
import { runCli } from "../../src/sdk/cli/run-cli.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { memoryIo } from "../support/memory-io.ts";
import { runProgram, scratchDirectory } from "./program.ts";
import { settingsFor } from "./sandbox-run.ts";

const app = { ...connectorApp("test"), commands: [reviewCommand, evidenceCommand] };
const scratch = scratchDirectory();
let sandbox: Sandbox;

async function run(...argv: readonly string[]): Promise<{ code: number; text: string }> {
  const io = memoryIo({ argv, cwd: scratch.path, clock: systemClock });
  const code = await runCli(app, io);
  return { code, text: io.stdoutText() + io.stderrText() };
}

async function done(...argv: readonly string[]): Promise<string> {
  const { code, text } = await run(...argv);
  assert.equal(code, 0, text);
  return text;
}

async function refused(code: string, ...argv: readonly string[]): Promise<void> {
  const { code: exitCode, text } = await run(...argv);
  assert.ok(exitCode !== 0 && text.includes(code), `${argv.join(" ")}: ${exitCode} ${text}`);
}

function at(name: string): string {
  return join(scratch.path, name);
}

before(async () => {
  sandbox = await startSandbox({ organization: { members: 40, teams: 5, seed: 3, inactiveShare: 0.2 } });
  const synced = await runProgram(["-f", at("sync.c1z")], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(synced.code, 0, synced.stderr);
  await done("review", "start", "owners", "-f", at("sync.c1z"), "--out", at("owners.review"), "--by", "Ada");
  await done("review", "decide", at("owners.review"), "--rows", "all", "--decision", "keep", "--by", "Ada");
  await done("review", "sign", at("owners.review"), "--by", "Ada");
  await done("evidence", "keygen", "--out", at("key"));
  await done("evidence", "keygen", "--out", at("other"));
  const from = ["evidence", "-f", at("sync.c1z"), "--review", at("owners.review")];
  await done(...from, "--key", at("key"), "--out", at("signed.zip"));
  assert.match(await done(...from, "--out", at("unsigned.zip")), /not signed/);
});

after(async () => {
  await sandbox.close();
  scratch[Symbol.dispose]();
});

test("a signed pack is verified with the public key, the file that it was made of and nothing else", async () => {
  const text = await done("evidence", "verify", at("signed.zip"), "--key", at("key.pub"), "-f", at("sync.c1z"));
  assert.match(text, /Signed with the key [0-9a-f]{64}\.\nUnchanged: .* decisions of 1 reviews; the numbers add up\./);
  assert.equal(statSync(at("key")).mode & 0o777, 0o600);
  assert.equal(statSync(at("key.pub")).mode & 0o777, 0o644);
  await done(
    "evidence",
    "-f",
    at("sync.c1z"),
    "--review",
    at("owners.review"),
    "--key",
    at("key"),
    "--out",
    at("again.zip"),
  );
  assert.deepEqual(readFileSync(at("again.zip")), readFileSync(at("signed.zip")), "the same gives the same bytes");
});

test("the statement is an in-toto statement in a DSSE envelope, about every member and the synced file", () => {
  const members = new Map(readZip(readFileSync(at("signed.zip"))).map((one) => [one.name, one.content()]));
  const envelope = JSON.parse(String(members.get("statement.dsse.json"))) as { payload: string; payloadType: string };
  assert.equal(envelope.payloadType, "application/vnd.in-toto+json");
  const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as {
    _type: string;
    subject: { name: string; digest: { sha256: string } }[];
    predicate: { run: { completeness: { lists: unknown[] } }; decisions: { signed: { by: string } }[] };
  };
  assert.equal(statement._type, "https://in-toto.io/Statement/v1");
  const hashes = Object.fromEntries(statement.subject.map(({ name, digest }) => [name, digest.sha256]));
  const expected = [...members].filter(([name]) => name !== "statement.dsse.json");
  const sync = ["sync.c1z", readFileSync(at("sync.c1z"))] as const;
  for (const [name, content] of [sync, ...expected])
    assert.equal(hashes[name], createHash("sha256").update(content).digest("hex"), name);
  assert.equal(statement.subject.length, expected.length + 1);
  assert.ok(statement.predicate.run.completeness.lists.length > 0, "the completeness statement is in it");
  assert.equal(statement.predicate.decisions[0]?.signed.by, "Ada");
});

test("a pack, or a file to hold it against, that is not there is called so", async () => {
  for (const more of [[at("none.zip")], [at("unsigned.zip"), "-f", at("none.c1z")]]) {
    const { code, text } = await run("evidence", "verify", ...more, "--allow-unsigned");
    assert.equal(code, 5, text);
    assert.match(text, /^FILE-NOT-FOUND: .*none\.\w+ does not exist or is empty\.\n {2}Nothing was verified\.$/m);
  }
});

test("an unsigned pack says so, and passes for its hashes and sums alone", async () => {
  const members = new Map(readZip(readFileSync(at("unsigned.zip"))).map((one) => [one.name, one.content().toString()]));
  assert.match(members.get("README.txt") ?? "", /NOT SIGNED/);
  assert.equal((JSON.parse(members.get("summary.json") ?? "") as { signedWith: unknown }).signedWith, null);
  await refused("EVIDENCE-UNSIGNED", "evidence", "verify", at("unsigned.zip"), "--key", at("key.pub"));
  await refused("BATON-USAGE", "evidence", "verify", at("unsigned.zip"));
  assert.match(await done("evidence", "verify", at("unsigned.zip"), "--allow-unsigned"), /Not signed\./);
  assert.match(await done("evidence", "verify", at("signed.zip"), "--allow-unsigned"), /Signature not looked at/);
});

test("a pipe, device or socket in the place of any input is refused at once, in words of that input", async (context) => {
  const server = createServer().listen(at("socket"));
  context.after(() => server.close());
  await once(server, "listening");
  const [socket, sync] = [at("socket"), at("sync.c1z")];
  for (const [code, ...argv] of [
    ["FILE-NOT-REGULAR", "evidence", "verify", socket, "--allow-unsigned"],
    ["EVIDENCE-KEY", "evidence", "verify", at("signed.zip"), "--key", socket],
    ["EVIDENCE-AUDIT", "evidence", "verify", "--audit", socket],
    ["FILE-NOT-REGULAR", "evidence", "verify", at("signed.zip"), "--key", at("key"), "-f", socket],
    ["EVIDENCE-KEY", "evidence", "-f", sync, "--out", at("never.zip"), "--key", socket],
    ["FILE-NOT-REGULAR", "evidence", "-f", sync, "--out", at("never.zip"), "--review", socket],
    ["FILE-NOT-REGULAR", "evidence", "-f", socket, "--out", at("never.zip")],
    ["FILE-NOT-REGULAR", "review", "status", socket],
    ["REPORT-LIST", "review", "start", "--list", socket, "-f", sync, "--out", at("never.review")],
  ] as const) {
    const { text } = await run(...argv);
    assert.ok(text.includes(code) && text.includes("it is a device, pipe or socket"), `${argv.join(" ")}: ${text}`);
  }
});

/** The members of a pack, changed, in an archive of the same kind. */
async function repacked(change: (members: Map<string, string | Buffer>) => void, from = "signed.zip"): Promise<string> {
  const members = new Map<string, string | Buffer>(
    readZip(readFileSync(at(from))).map((one) => [one.name, one.content()]),
  );
  change(members);
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => pieces.push(bytes));
  for (const [name, content] of members) await zip.add(name, [content]);
  zip.finish();
  writeFileSync(at("changed.zip"), Buffer.concat(pieces));
  return at("changed.zip");
}

const review = /^decisions\/.*\.review$/;
function edit(
  name: string | RegExp,
  change: (text: string) => string,
): (members: Map<string, string | Buffer>) => void {
  return (members) => {
    const found = [...members.keys()].find((one) => (typeof name === "string" ? one === name : name.test(one)));
    assert.ok(found, String(name));
    const text = String(members.get(found));
    assert.notEqual(change(text), text, "something is changed");
    members.set(found, change(text));
  };
}

/** The statement with new hashes, as somebody would make it who has no key. */
function restate(members: Map<string, string | Buffer>): void {
  const statement = JSON.parse(String(members.get("statement.json"))) as {
    subject: { name: string; digest: { sha256: string } }[];
    predicate: unknown;
  };
  const hash = (name: string): string =>
    createHash("sha256")
      .update(members.get(name) ?? "")
      .digest("hex");
  const sums = statement.subject.filter(({ name }) => name !== "sync.c1z" && name !== "SHA256SUMS");
  members.set("SHA256SUMS", sums.map(({ name }) => `${hash(name)}  ${name}\n`).join(""));
  for (const one of statement.subject) if (one.name !== "sync.c1z") one.digest.sha256 = hash(one.name);
  statement.predicate = JSON.parse(String(members.get("summary.json")));
  members.set("statement.json", `${JSON.stringify(statement)}\n`);
}

const changes: readonly (readonly [
  what: string,
  code: string,
  change: (members: Map<string, string | Buffer>) => void,
])[] = [
  ["a report", "EVIDENCE-CHANGED", edit("reports/owners.json", (text) => text.replace('"owner"', '"member"'))],
  ["a table", "EVIDENCE-CHANGED", edit("reports/owners.csv", (text) => `${text}x\r\n`)],
  ["a figure", "EVIDENCE-CHANGED", edit("summary.json", (text) => text.replace('"rows": ', '"rows": 1'))],
  ["a decision", "EVIDENCE-CHANGED", edit(review, (text) => text.replace('"keep"', '"revoke"'))],
  [
    "the hash of the file",
    "EVIDENCE-CHANGED",
    edit("summary.json", (text) => text.replace(/"sha256": "./, '"sha256": "x')),
  ],
  ["the list of hashes", "EVIDENCE-CHANGED", edit("SHA256SUMS", (text) => text.replace(/./, "x"))],
  [
    "the signature",
    "EVIDENCE-SIGNATURE",
    edit("statement.dsse.json", (text) => text.replace(/"sig": "(.)/, (_, a) => `"sig": "${a === "A" ? "B" : "A"}`)),
  ],
  [
    "what is signed",
    "EVIDENCE-SIGNATURE",
    edit("statement.dsse.json", (text) => text.replace(/"payload": "(.{40})./, '"payload": "$1A')),
  ],
  [
    "the name of the key",
    "EVIDENCE-SIGNATURE",
    edit("statement.dsse.json", (text) => text.replace(/"keyid": "./, '"keyid": "x')),
  ],
  ["a missing member", "EVIDENCE-CHANGED", (members) => void members.delete("reports/roster.xlsx")],
  [
    "a missing review",
    "EVIDENCE-CHANGED",
    (members) => void members.delete([...members.keys()].find((name) => review.test(name)) ?? ""),
  ],
  ["a missing statement", "EVIDENCE-CHANGED", (members) => void members.delete("statement.dsse.json")],
  ["a member more", "EVIDENCE-CHANGED", (members) => void members.set("reports/more.json", "{}")],
  ["a second statement", "EVIDENCE-CHANGED", (members) => void members.set("statement.json", "{}")],
];

for (const [what, code, change] of changes) {
  test(`a pack with ${what} that was not written so is refused`, async () => {
    await refused(code, "evidence", "verify", await repacked(change), "--key", at("key.pub"));
  });
}

const miscounts: readonly (readonly [
  what: string,
  code: string,
  change: (members: Map<string, string | Buffer>) => void,
])[] = [
  ["rows of a report", "EVIDENCE-COUNTS", edit("summary.json", (text) => text.replace('"rows": ', '"rows": 1'))],
  [
    "people that the lists do not give",
    "EVIDENCE-COUNTS",
    edit("reports/resource-types.json", (text) => text.replace(/("type":"user".*?"resources":)/, "$11")),
  ],
  [
    "decisions that nobody took",
    "EVIDENCE-COUNTS",
    edit("summary.json", (text) => text.replace(/"keep": \d+/, '"keep": 1')),
  ],
  [
    "a decision that is shown otherwise",
    "EVIDENCE-COUNTS",
    edit(/^decisions\/.*json$/, (text) => text.replace('"decision":"keep"', '"decision":"revoke"')),
  ],
  ["a review with other decisions", "REVIEW-DAMAGED", edit(review, (text) => text.replace('"keep"', '"revoke"'))],
];

for (const [what, code, change] of miscounts) {
  test(`${what} do not add up, even where somebody made all hashes anew`, async () => {
    const pack = await repacked((members) => {
      change(members);
      restate(members);
    }, "unsigned.zip");
    await refused(code, "evidence", "verify", pack, "--allow-unsigned");
  });
}

const shapes: readonly (readonly [
  what: string,
  name: string,
  change: (summary: Record<string, unknown>) => unknown,
])[] = [
  ["no file", "summary.json", (summary) => ({ ...summary, file: null })],
  ["no reports", "summary.json", (summary) => ({ ...summary, reports: null })],
  ["a report that is none", "summary.json", (summary) => ({ ...summary, reports: [7] })],
  ["lists that are none", "summary.json", (summary) => ({ ...summary, run: { completeness: { lists: 5 } } })],
  ["decisions without figures", "summary.json", (summary) => ({ ...summary, decisions: [{ id: "../a", rows: 1 }] })],
  ["a list in its place", "summary.json", () => []],
  ["nothing in the place of a report", "reports/resource-types.json", () => null],
];

for (const [what, name, change] of shapes) {
  test(`a summary with ${what} is refused in words, even where somebody made all hashes anew`, async () => {
    const pack = await repacked((members) => {
      edit(name, (text) => JSON.stringify(change(JSON.parse(text) as Record<string, unknown>)))(members);
      restate(members);
    }, "unsigned.zip");
    await refused("EVIDENCE-CHANGED", "evidence", "verify", pack, "--allow-unsigned");
  });
}

test("a statement with holes in the place of subjects and signatures is refused in words", async () => {
  const holed = edit("statement.json", (text) => JSON.stringify({ ...JSON.parse(text), subject: [null] }));
  await refused("EVIDENCE-CHANGED", "evidence", "verify", await repacked(holed, "unsigned.zip"), "--allow-unsigned");
  const unsigned = edit("statement.dsse.json", (text) => JSON.stringify({ ...JSON.parse(text), signatures: [null] }));
  await refused("EVIDENCE-CHANGED", "evidence", "verify", await repacked(unsigned), "--key", at("key.pub"));
});

test("bytes of the archive itself are not changed unnoticed, whichever they are", async () => {
  const bytes = readFileSync(at("signed.zip"));
  const directory = bytes.readUInt32LE(bytes.length - 6);
  // Bits that are left over in the last byte of packed data say nothing.
  const leftOver = directory - 17;
  const places = [
    ...Array.from({ length: 60 }, (_, index) => index),
    ...Array.from({ length: 200 }, (_, index) => directory - 40 + index),
    ...Array.from({ length: 30 }, (_, index) => bytes.length - 1 - index),
  ];
  for (const place of places.filter((one) => one !== leftOver)) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 0x10;
    writeFileSync(at("changed.zip"), changed);
    await refused("EVIDENCE-", "evidence", "verify", at("changed.zip"), "--key", at("key.pub"));
  }
  for (const other of [
    Buffer.concat([bytes, Buffer.from("x")]),
    bytes.subarray(0, -1),
    Buffer.from("text"),
    Buffer.alloc(0),
  ]) {
    writeFileSync(at("changed.zip"), other);
    await refused("EVIDENCE-", "evidence", "verify", at("changed.zip"), "--key", at("key.pub"));
  }
});

test("another key, another file, and what is no key are refused", async () => {
  await refused("EVIDENCE-SIGNATURE", "evidence", "verify", at("signed.zip"), "--key", at("other.pub"));
  writeFileSync(at("other.c1z"), "x");
  await refused(
    "EVIDENCE-OTHER-FILE",
    "evidence",
    "verify",
    at("signed.zip"),
    "--key",
    at("key.pub"),
    "-f",
    at("other.c1z"),
  );
  await refused("EVIDENCE-KEY", "evidence", "keygen", "--out", at("key"));
  await refused("EVIDENCE-KEY", "evidence", "verify", at("signed.zip"), "--key", at("sync.c1z"));
  await refused("EVIDENCE-KEY", "evidence", "-f", at("sync.c1z"), "--out", at("x.zip"), "--key", at("key.pub"));
  chmodSync(at("other"), 0o644);
  await refused("EVIDENCE-KEY", "evidence", "-f", at("sync.c1z"), "--out", at("x.zip"), "--key", at("other"));
  await refused("BATON-USAGE", "evidence", "keygen", "--out", at("y"), "--key", at("key"));
  await refused("BATON-USAGE", "evidence", "pack");
});

test("the audit log is verified, and that a pack was made there", async () => {
  const sha256 = createHash("sha256")
    .update(readFileSync(at("signed.zip")))
    .digest("hex");
  const log = openAuditLog(at("audit.ndjson"), () => 0);
  log.record({ action: "export", target: "connector:1", details: { what: "evidence", sha256 } }, "done");
  log.record({ action: "sync", target: "connector:1" }, "done");
  log.close();
  const both = ["evidence", "verify", at("signed.zip"), "--key", at("key.pub"), "--audit"];
  assert.match(await done(...both, at("audit.ndjson")), /The audit log holds: 2 lines, and this pack is in it/);
  const text = readFileSync(at("audit.ndjson"), "utf8");
  writeFileSync(at("edited.ndjson"), text.replace("connector:1", "connector:2"));
  await refused("EVIDENCE-AUDIT", "evidence", "verify", "--audit", at("edited.ndjson"));
  writeFileSync(at("without.ndjson"), "");
  await refused("EVIDENCE-AUDIT", ...both, at("without.ndjson"));
  appendFileSync(at("edited.ndjson"), "{}\n");
  await refused("EVIDENCE-AUDIT", "evidence", "verify", "--audit", at("nowhere"));
});
