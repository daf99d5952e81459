import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { sandboxCommand } from "../src/sandbox-command.ts";
import { runCli } from "../src/sdk/cli/run-cli.ts";
import { exampleApp } from "../test/support/example-connector.ts";
import { memoryIo } from "../test/support/memory-io.ts";
import { rowOf } from "./test-client.ts";

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs the command and, once it has said something, `visit`; then aborts it. */
async function run(argv: readonly string[], visit?: (stdout: string) => Promise<void>): Promise<Run> {
  const io = memoryIo({ argv: ["sandbox", ...argv] });
  const said = Promise.withResolvers<undefined>();
  const write = io.stdout.write.bind(io.stdout);
  io.stdout.write = (text) => {
    write(text);
    said.resolve(undefined);
  };
  const exit = runCli({ ...exampleApp(), commands: [sandboxCommand] }, io);
  await Promise.race([said.promise, exit]);
  try {
    if (io.stdoutText() !== "") await visit?.(io.stdoutText());
  } finally {
    io.sendSignal("SIGTERM");
  }
  return { stdout: io.stdoutText(), stderr: io.stderrText(), exitCode: await exit };
}

test("the command says where the sandbox is, who holds which key and what to try, and serves until it is stopped", async () => {
  let address = "";
  const { stdout, stderr, exitCode } = await run([], async (text) => {
    address = /BATON_BASE_URL=(\S+)/.exec(text)?.[1] ?? "";
    const key = /BATON_API_KEY=(\S+)/.exec(text)?.[1] ?? "";
    const slug = /BATON_ORG_SLUG=(\S+)/.exec(text)?.[1] ?? "";
    const reply = await fetch(`${address}/orgs/${slug}/members/`, { headers: { "X-Api-Key": key } });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get("X-Pagination-Count"), "120");
  });
  assert.equal(exitCode, 0);
  assert.equal(stderr, "");
  assert.match(stdout, /120 members \(108 active, 12 inactive\), 12 teams \(2 hidden\)/);
  for (const role of ["owner", "manager", "member", "collaborator", "service", "serviceMember"]) {
    assert.match(stdout, new RegExp(`^ {2}${role} +csa_[a-f0-9]{30}[A-Za-z0-9]{6} {2}\\S`, "m"));
  }
  assert.doesNotMatch(stdout, /curl[^\n]*csa_/, "no key among a program's arguments");
  await assert.rejects(fetch(`${address}/user/self/`), "it has stopped serving");
});

test("every option reaches the server", async () => {
  const argv = [
    ...["--members", "50", "--teams", "3", "--teams-per-member", "1", "--seed", "9", "--inactive-share", "0.5"],
    ...["--services", "2", "--slug", "my-org", "--rate-limit", "77/60", "--is-active", "H2", "--latency-ms", "1"],
    ...["--no-member-teams", "--redact-emails", "--no-pagination-headers", "--prepare", "--json"],
    ...["--ignore-user-kind", "--ties-turn", "page", "--summary-rows", "--large-pages", "100", "--key-rule", "48"],
    ...["--new-team-seconds", "3600"],
    ...["--fault", "status=503,path=/teams/,times=2", "--fault", "throttle=9,page=2"],
  ];
  const { exitCode, stdout } = await run(argv, async (text) => {
    const { baseUrl, orgSlug, keys, counts } = rowOf(JSON.parse(text));
    assert.equal(orgSlug, "my-org");
    assert.equal(rowOf(counts)["members"], 50);
    assert.equal(rowOf(counts)["inactive"], 25);
    assert.equal(rowOf(counts)["teams"], 3);
    const get = (path: string) =>
      fetch(`${baseUrl}/orgs/my-org/${path}`, { headers: { "X-Api-Key": String(rowOf(keys)["owner"]) } });
    const members = await get("members/?page_size=100");
    assert.equal(members.headers.get("X-RateLimit-Limit"), "77");
    assert.equal(members.headers.get("X-Pagination-Count"), null);
    const rows: unknown = await members.json();
    assert.ok(Array.isArray(rows));
    assert.equal(rows.length, 25, "under H2 an absent is_active lists inactive members");
    for (const row of rows.map(rowOf)) {
      assert.ok(!("teams" in row));
      assert.match(String(row["email"]), /\*/);
      assert.ok(!("has_two_factor" in row));
    }
    assert.equal((await get("members/?page_size=101")).status, 504);
    const rules: unknown = await (await get("api-key-rules/")).json();
    const rule = rowOf(Array.isArray(rules) ? rules[0] : undefined);
    assert.deepEqual([rule["max_age_hours"], rule["enforce_refresh"]], [48, false]);
    assert.equal((await get("teams/")).status, 503);
    assert.equal((await get("teams/")).status, 503);
    assert.equal((await get("teams/")).status, 200);
    assert.equal((await get("members/?page=2")).headers.get("Retry-After"), "9");
  });
  assert.equal(exitCode, 0);
  assert.equal(stdout.trim().split("\n").length, 1, "one line of JSON");
});

const refusals: readonly (readonly [argv: readonly string[], reason: RegExp])[] = [
  [["--wat"], /BATON-USAGE: unknown flag: --wat/],
  [["extra"], /BATON-USAGE: sandbox does not take "extra"/],
  [["--members"], /BATON-USAGE: .*--members/],
  [["--members", "many"], /BATON-USAGE: .*a whole number is expected/],
  [["--members", "-1"], /SANDBOX-OPTION: .*--members/],
  [["--port", "70000"], /SANDBOX-OPTION: --port goes up to 65535/],
  [["--inactive-share", "1.5"], /SANDBOX-OPTION: --inactive-share takes a number from 0 to 1/],
  [["--is-active", "H4"], /SANDBOX-OPTION: --is-active is H1, H2 or H3/],
  [["--ties-turn", "moon"], /SANDBOX-OPTION: --ties-turn is page or page-size/],
  [["--large-pages", "many"], /SANDBOX-OPTION: --large-pages is ROWS or ROWS\/silence/],
  [["--large-pages", "100/later"], /SANDBOX-OPTION: --large-pages is ROWS or ROWS\/silence/],
  [["--key-rule", "23"], /SANDBOX-OPTION: --key-rule is HOURS or HOURS\/refresh/],
  [["--new-team-seconds", "-1"], /SANDBOX-OPTION: .*--new-team-seconds/],
  [["--rate-limit", "fast"], /SANDBOX-OPTION: --rate-limit is N or N\/SECONDS/],
  [["--c1-every", "5"], /SANDBOX-OPTION: --c1-every and --c1-uploads go with --c1/],
  [["--c1-uploads", "x"], /SANDBOX-OPTION: --c1-every and --c1-uploads go with --c1/],
  [["--c1", "--c1-every", "0"], /SANDBOX-OPTION: --c1-every is at least one second/],
  [["--slug", "not a slug"], /SANDBOX-OPTION: .*slug/],
  [["--fault", "earthquake"], /SANDBOX-FAULT: There is no fault named "earthquake"/],
  [["--fault", "constructor"], /SANDBOX-FAULT: There is no fault named "constructor"/],
  [["--fault", "status=99"], /SANDBOX-FAULT: 99 is not a status/],
  [["--fault", "status"], /SANDBOX-FAULT/],
  [["--fault", "html=yes"], /SANDBOX-FAULT: The fault html takes no value/],
  [["--fault", "reset,colour=red"], /SANDBOX-FAULT: A fault has no setting "colour"/],
  [["--fault", "reset,times=0"], /SANDBOX-FAULT/],
  [["--fault", "stall=feet"], /SANDBOX-FAULT/],
  [["--fault", "reset,share=2"], /SANDBOX-FAULT/],
];

for (const [argv, reason] of refusals) {
  test(`\`${argv.join(" ")}\` is refused with exit code 2 and advice`, async () => {
    const { stdout, stderr, exitCode } = await run(argv);
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.match(stderr, reason);
    assert.ok(stderr.trim().split("\n").length >= 3, "says what happened, what it means and what to do");
  });
}

test("help names every option", async () => {
  const { stdout, exitCode } = await run(["--help"]);
  assert.equal(exitCode, 0);
  for (const option of ["port", "members", "seed", "is-active", "no-member-teams", "fault", "json", "rate-limit"]) {
    assert.match(stdout, new RegExp(`--${option}\\b`));
  }
});

test("every fault the help names can be ordered", async () => {
  const { stdout } = await run(["--help"]);
  const usages =
    stdout
      .slice(stdout.indexOf("unless times says otherwise"))
      .split("\n\nFlags:")[0]
      ?.split("\n")
      .slice(1)
      .join(" ")
      .trim()
      .split(/ {2,}/) ?? [];
  assert.ok(usages.length >= 18);
  for (const usage of usages) {
    const word = usage
      .replace(/\[.*\]/, "")
      .replace("headers|body", "body")
      .replace(/=(bytes.*)$/, "=10");
    const { exitCode, stderr } = await run(["--fault", word]);
    assert.equal(exitCode, 0, `${usage}: ${stderr}`);
  }
});

test("as a process of its own it prints one line and stops on SIGTERM with exit code 0", async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../src/main.ts"), "sandbox", "--json", "--members", "3"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { baseUrl, keys } = rowOf(JSON.parse(String(line)));
  const reply = await fetch(`${baseUrl}/orgs/sandbox-org/`, { headers: { "X-Api-Key": String(rowOf(keys)["owner"]) } });
  assert.equal(reply.status, 200);
  child.kill("SIGTERM");
  const [exitCode, signal] = await once(child, "exit");
  assert.deepEqual([exitCode, signal], [0, null]);
});
