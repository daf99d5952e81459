import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { exampleApp } from "../../../../test/support/example-connector.ts";
import { type MemoryIo, type MemoryIoOptions, memoryIo } from "../../../../test/support/memory-io.ts";
import type { CheckResult } from "../../contracts/connector.ts";
import { Status } from "../../errors.ts";
import { runCli } from "../run-cli.ts";

const credentials = { BATON_API_KEY: "canary-api-key", BATON_ORG: "acme" };

async function run(
  argv: readonly string[],
  options: MemoryIoOptions = {},
  app = exampleApp(),
): Promise<{ code: number; io: MemoryIo }> {
  const io = memoryIo({ ...options, argv });
  return { code: await runCli(app, io), io };
}

test("capabilities are printed without any configuration, sorted, without a newline at the end", async () => {
  const { code, io } = await run(["capabilities"]);
  assert.equal(code, 0);
  assert.equal(
    io.stdoutText(),
    `{
  "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
  "resourceTypeCapabilities": [
    {
      "resourceType": {
        "id": "club",
        "displayName": "Club",
        "traits": [
          "TRAIT_GROUP"
        ],
        "description": "A club"
      },
      "capabilities": [
        "CAPABILITY_SYNC"
      ],
      "permissions": {}
    },
    {
      "resourceType": {
        "id": "user",
        "displayName": "User",
        "traits": [
          "TRAIT_USER"
        ],
        "annotations": [
          {
            "@type": "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants"
          }
        ],
        "description": "A person"
      },
      "capabilities": [
        "CAPABILITY_SYNC"
      ],
      "permissions": {}
    }
  ],
  "connectorCapabilities": [
    "CAPABILITY_SYNC"
  ],
  "credentialDetails": {}
}`,
  );
});

test("capabilities name the types whose resources can be read one by one", async () => {
  const io = memoryIo({ argv: ["capabilities"] });
  assert.equal(await runCli(exampleApp({ singleReads: true }), io), 0);
  const { resourceTypeCapabilities, connectorCapabilities } = JSON.parse(io.stdoutText());
  const byType = resourceTypeCapabilities.map(
    (type: { resourceType: { id: string }; capabilities: readonly string[] }) => [
      type.resourceType.id,
      type.capabilities,
    ],
  );
  assert.deepEqual(byType, [
    ["club", ["CAPABILITY_SYNC"]],
    ["user", ["CAPABILITY_SYNC", "CAPABILITY_TARGETED_SYNC"]],
  ]);
  assert.deepEqual(connectorCapabilities, [
    "CAPABILITY_SYNC",
    "CAPABILITY_TARGETED_SYNC",
    "CAPABILITY_SERVICE_MODE_TARGETED_SYNC",
  ]);
});

test("capabilities take the connector's flags before and after the word", async () => {
  for (const argv of [
    ["capabilities", "--api-key", "test"],
    ["--api-key", "test", "capabilities"],
  ]) {
    assert.equal((await run(argv)).code, 0);
  }
});

test("config prints the schema without a newline at the end and ignores operands", async () => {
  const { code, io } = await run(["config", "whatever"]);
  assert.equal(code, 0);
  const schema = JSON.parse(io.stdoutText()) as { displayName: string; fields: { name: string }[] };
  assert.equal(schema.displayName, "Example");
  assert.equal(schema.fields.at(-1)?.name, "org");
  assert.ok(io.stdoutText().endsWith("\n}"));
});

/** A server for one test. Returns the port. */
async function serve(listener: RequestListener): Promise<{ port: string; close(): void }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port: String(port), close: () => void server.close().closeAllConnections() };
}

test("health-check asks for the endpoint and is silent when the answer is 200", async () => {
  const asked: unknown[] = [];
  const server = await serve((request, response) => {
    asked.push(request.method, request.url, request.headers["user-agent"]);
    response.end("{}");
  });
  try {
    const { code, io } = await run(["health-check", "--health-check-port", server.port, "--endpoint=ready"]);
    assert.deepEqual([code, io.stdoutText(), io.stderrText()], [0, "", ""]);
    assert.deepEqual(asked, ["GET", "/ready", "baton-sdk/v0.26.0"]);
    const viaEnvironment = await run(["health-check"], { env: { BATON_HEALTH_CHECK_PORT: server.port } });
    assert.equal(viaEnvironment.code, 0);
    assert.equal(asked[4], "/health");
  } finally {
    server.close();
  }
});

test("health-check names any other status and exits 2", async () => {
  const server = await serve((_request, response) => response.writeHead(503).end());
  try {
    const { code, io } = await run(["health-check", "--health-check-port", server.port]);
    assert.equal(code, 2);
    assert.match(io.stderrText(), /^BATON-HEALTH: health check failed: http:\S+\/health answered with status 503$/m);
  } finally {
    server.close();
  }
});

test("health-check exits 14 when nobody listens", async () => {
  const server = await serve(() => undefined);
  server.close();
  const { code, io } = await run(["health-check", "--health-check-port", server.port]);
  assert.equal(code, 14);
  assert.match(io.stderrText(), /^BATON-HEALTH: health check failed: .*ECONNREFUSED/m);
});

test("health-check exits 4 when the answer does not come in time", async () => {
  const server = await serve(() => undefined);
  try {
    const { code, io } = await run(["health-check", "--health-check-port", server.port, "--timeout", "1"]);
    assert.equal(code, 4);
    assert.match(io.stderrText(), /did not answer within 1 s$/m);
  } finally {
    server.close();
  }
});

test("health-check refuses an unknown endpoint and names the known ones", async () => {
  const { code, io } = await run(["health-check", "--endpoint", "nope"]);
  assert.equal(code, 2);
  assert.match(io.stderrText(), /^BATON-USAGE: invalid endpoint "nope": must be one of health, ready, live$/m);
});

const checks: readonly CheckResult[] = [
  { id: "host", title: "Host answers", outcome: "pass", detail: "in 20 ms" },
  { id: "key", title: "Key", outcome: "warn", detail: "expires soon", code: "EX-KEY", fix: "make a new one" },
  {
    id: "org",
    title: "Organization",
    outcome: "fail",
    detail: "canary-api-key \u001b[2J",
    code: "EX-ORG-404",
    fix: "correct the slug",
    status: Status.notFound,
  },
  { id: "teams", title: "Teams", outcome: "skip", detail: "not reached" },
];

test("validate prints every check and exits with the status of the first that failed", async () => {
  const { code, io } = await run(["validate"], { env: credentials }, exampleApp({ checks }));
  assert.equal(code, 5);
  assert.equal(
    io.stdoutText(),
    `✔ pass  Host answers  in 20 ms
! warn  Key           expires soon
        EX-KEY: make a new one
✘ fail  Organization  [REDACTED] \\u001b[2J
        EX-ORG-404: correct the slug
- skip  Teams         not reached

4 checks, 1 failed, 1 with warnings
`,
  );
});

test("validate exits 0 when nothing failed and prints JSON when asked", async () => {
  const passed = checks.slice(0, 2);
  const { code, io } = await run(
    ["validate", "--output", "json"],
    { env: credentials },
    exampleApp({ checks: passed }),
  );
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(io.stdoutText()), { checks: passed });
});

test("validate needs the configuration and refuses an unknown form of output", async () => {
  assert.equal((await run(["validate"])).code, 2);
  const { code, io } = await run(["validate", "--output", "xml"], { env: credentials });
  assert.equal(code, 2);
  assert.match(io.stderrText(), /^BATON-USAGE: invalid argument "xml" for "--output" flag/m);
});

test("help shows the program with commands and visible flags in alphabetical order", async () => {
  const { code, io } = await run(["--help"]);
  assert.equal(code, 0);
  assert.equal((await run(["help"])).io.stdoutText(), io.stdoutText());
  assert.equal((await run(["-h"])).io.stdoutText(), io.stdoutText());
  const lines = io.stdoutText().split("\n");
  assert.deepEqual(lines.slice(0, 22), [
    "baton-example",
    "",
    "Usage:",
    "  baton-example [flags]",
    "  baton-example [command]",
    "",
    "Available Commands:",
    "  capabilities Print what the connector can do, as JSON",
    "  completion   Print a completion script for bash, zsh, fish or powershell",
    "  config       Print the schema of the configuration, as JSON",
    "  convert      Write a .c1z file in the other format, version 3 or version 1",
    "  doctor       Look for what keeps syncs from working: machine, network, key, roster, disk and file",
    "  events       Print what happened, as far as the product's log shows it: who used what, and what changed",
    "  fleet        Show from the run records of many targets which are fresh and whole",
    "  health-check Ask a running service for its health",
    "  help         Print help about a command",
    "  inspect      Verify a .c1z file of any writer and say what is wrong where",
    "  serve        Serve the connector to another syncer over gRPC",
    "  validate     Check the credentials and what they can see, without syncing",
    "  version      Print the version",
    "",
    "Flags:",
  ]);
  assert.equal(lines.at(-2), 'Use "baton-example [command] --help" for more about a command.');
  const names = [...io.stdoutText().matchAll(/^ {2}(?:-\w, | {4})--([\w-]+)/gm)].map((match) => match[1]);
  assert.deepEqual(names, names.toSorted());
  assert.ok(names.includes("api-key") && names.includes("provisioning") && names.includes("version"));
  for (const absent of ["base-url", "create-ticket", "diff-syncs", "skip-grants"]) assert.ok(!names.includes(absent));
});

test("a flag's line has shorthand, type, whether it is required, variable and default", async () => {
  const text = (await run(["--help"])).io.stdoutText();
  const find = (name: string): string | undefined =>
    text
      .split("\n")
      .find((line) => line.includes(`--${name} `) || line.endsWith(`--${name}`))
      ?.replaceAll(/ {2,}/g, "  ");
  assert.equal(
    find("file"),
    '  -f, --file string  The .c1z file to write, a path or s3://BUCKET/KEY ($BATON_FILE) (default "sync.c1z")',
  );
  assert.equal(find("api-key"), "  --api-key string  required: Key of the example ($BATON_API_KEY)");
  assert.equal(
    find("provisioning"),
    "  -p, --provisioning  Allow changes in the connected system ($BATON_PROVISIONING)",
  );
  assert.equal(find("auth-method"), "  --auth-method string  ($BATON_AUTH_METHOD)");
  assert.match(find("sync-resource-types") ?? "", /--sync-resource-types strings/);
  assert.match(find("health-check-port") ?? "", /--health-check-port int .*\(default 8081\)$/);
});

test("a command's help has its own flags first, then the global ones without the connector's", async () => {
  for (const argv of [
    ["health-check", "--help"],
    ["help", "health-check"],
  ]) {
    const { code, io } = await run(argv);
    assert.equal(code, 0);
    const [own = "", global = ""] = io.stdoutText().split("Global Flags:");
    assert.match(own, /--endpoint string +What to ask for: health, ready or live \(default "health"\)$/m);
    assert.match(global, /--file string/);
    assert.doesNotMatch(global, /--api-key/);
  }
});

test("completion without a known shell prints help and exits 0", async () => {
  for (const argv of [["completion"], ["completion", "tcsh"]]) {
    const { code, io } = await run(argv);
    assert.equal(code, 0);
    assert.match(io.stdoutText(), /baton-example completion bash\|zsh\|fish\|powershell/);
  }
});

for (const shell of ["bash", "zsh", "fish", "powershell"]) {
  test(`the ${shell} script knows commands and visible flags`, async () => {
    const { code, io } = await run(["completion", shell]);
    assert.equal(code, 0);
    for (const word of ["health-check", "api-key", "sync-resource-types", "endpoint", "no-descriptions"]) {
      assert.ok(io.stdoutText().includes(word), word);
    }
    assert.ok(!io.stdoutText().includes("create-ticket"));
  });
}

for (const shell of ["zsh", "fish", "powershell"]) {
  test(`the ${shell} script has descriptions unless they are not wanted`, async () => {
    const described = (await run(["completion", shell])).io.stdoutText();
    const bare = (await run(["completion", shell, "--no-descriptions"])).io.stdoutText();
    assert.ok(described.includes("Key of the example"));
    assert.ok(!bare.includes("Key of the example"));
  });
}

const checkers: Readonly<Record<string, readonly string[]>> = {
  bash: ["bash", "-n"],
  zsh: ["zsh", "-n"],
  fish: ["fish", "--no-execute"],
};

for (const [shell, [program = "", ...args]] of Object.entries(checkers)) {
  const missing = spawnSync(program, ["--version"]).error !== undefined;
  test(`the ${shell} script has no syntax error`, { skip: missing && `${program} is not installed` }, async () => {
    for (const more of [[], ["--no-descriptions"]]) {
      const script = (await run(["completion", shell, ...more])).io.stdoutText();
      const { status, stderr } = spawnSync(program, args, { input: script, encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
    }
  });
}

const noBash = spawnSync("bash", ["--version"]).error !== undefined;

/** What bash offers for the last word of a line. */
function complete(script: string, line: readonly string[]): string[] {
  const words = line.map((word) => `'${word}'`).join(" ");
  const input = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _baton_example; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-s"], { input, encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.trim().split("\n");
}

test("bash completes commands, flags and values", { skip: noBash }, async () => {
  const script = (await run(["completion", "bash"])).io.stdoutText();
  assert.deepEqual(complete(script, ["baton-example", "co"]), ["completion", "config", "convert"]);
  assert.deepEqual(complete(script, ["baton-example", "--api"]), ["--api-key"]);
  assert.deepEqual(complete(script, ["baton-example", "--log-format", ""]), ["json", "console"]);
  assert.deepEqual(complete(script, ["baton-example", "health-check", "--end"]), ["--endpoint"]);
  assert.deepEqual(complete(script, ["baton-example", "config", "--api"]), [""]);
  assert.deepEqual(complete(script, ["baton-example", "completion", "z"]), ["zsh"]);
});
