/** Every setting with rubbish, as flag of each command, as variable and in the file: it is refused or borne, and never a surprise. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { TokenEndpoint } from "../../sandbox/c1/token-endpoint.ts";
import { connectorApp } from "../../src/cloudsmith/connector-app.ts";
import { builtInCommands } from "../../src/sdk/cli/built-in-commands.ts";
import { runCli } from "../../src/sdk/cli/run-cli.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { environmentVariable, type Field } from "../../src/sdk/config/field.ts";
import { standardFields } from "../../src/sdk/config/standard-fields.ts";
import { BatonError, Status } from "../../src/sdk/errors.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { memoryIo } from "../support/memory-io.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const root = mkdtempSync(join(tmpdir(), "rubbish-"));
after(() => rmSync(root, { recursive: true, force: true }));

const texts = [
  ...[
    " ",
    "-1",
    "1e999",
    "9".repeat(30),
    "9007199254740991",
    "%",
    "{}",
    "~",
    ":",
    "a\nb",
    "\ud800",
    "../..",
    "/dev/null/x",
  ],
  ...["/proc/nowhere/x", "a".repeat(5000), "http://[", "s3://", "s3://a/../b"],
];
const yamls = ['"\\0"', "{a: b}", "[1, [2]]", "[~]", "!!binary aGk=", "-5", ".inf", "&a [*a]"];

/** How far a run goes whose settings are borne: to its end, or until all of them are decided and handed out. */
type Reach = "end" | "connector";

// The connector behind the settings is one in memory; its settings are read as the real one's are.
const cloudsmith = connectorApp("1.0.0");
const enough = new BatonError({ code: "TEST-ENOUGH", status: Status.unknown, message: "the settings are decided" });
const appThatReaches = (reach: Reach) => ({
  ...cloudsmith,
  createConnector: async (...given: Parameters<typeof cloudsmith.createConnector>) => {
    await cloudsmith.createConnector(...given);
    return exampleConnector({
      onValidate: () => {
        if (reach === "connector") throw enough;
      },
    });
  },
});
const apps = { end: appThatReaches("end"), connector: appThatReaches("connector") };
const good = { BATON_API_KEY: "0123456789abcdef0123456789abcdef01234567", BATON_ORG_SLUG: "acme" };

interface Given {
  /** Default: to its end. */
  readonly reach?: Reach;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
}

/** What the run said that nobody foresaw; undefined when there is nothing of that kind. */
async function surpriseOf({ argv = [], env = {}, yaml, reach = "end" }: Given): Promise<string | undefined> {
  const cwd = mkdtempSync(join(root, "d-"));
  const goesOn = "BATON_CLIENT_ID" in env || argv[0] === "serve";
  const named = yaml === undefined ? {} : { BATON_CONFIG_PATH: "c.yaml" };
  if (yaml !== undefined) writeFileSync(join(cwd, "c.yaml"), yaml);
  const place = { BATON_FILE: join(cwd, "sync.c1z"), BATON_LOG_LEVEL: "error" };
  const io = memoryIo({ argv, env: { ...good, ...place, ...env, ...named }, cwd, clock: new VirtualClock() });
  let hasEnded: boolean = false;
  const run = runCli(apps[reach], io).finally(() => {
    hasEnded = true;
  });
  // A service goes on until it is told to stop.
  while (goesOn && !hasEnded) {
    io.sendSignal("SIGTERM");
    await setImmediate();
  }
  const code = await run;
  rmSync(cwd, { recursive: true, force: true });
  const said = io.stderrText();
  if (code === 13 || /BATON-UNEXPECTED|\n\s+at /.test(said)) return said.slice(0, 500);
  return undefined;
}

const standard = standardFields({ stdoutIsTty: false, nowMs: 0 });
const own = builtInCommands.find(({ name }) => name === "")?.options ?? [];
/** A log file of any name is made, and a collector of any name is looked for: neither belongs into a test of this kind. */
const untried = new Set(["log-path", "otel-collector-endpoint"]);

function waysOf(field: Field): readonly (readonly [label: string, given: Given])[] {
  const variable = environmentVariable(field.name);
  const relative = field.name === "file" ? (text: string) => (text.startsWith("/") ? text : join(root, text)) : String;
  const asText = texts.flatMap((text) => {
    const value = relative(text);
    const label = JSON.stringify(text.slice(0, 30));
    return [
      [`--${field.name}=${label}`, { argv: [`--${field.name}=${value}`] }],
      // Once it is decided it is the same value, which the run above takes to its end.
      [`${variable}=${label}`, { env: { [variable]: value }, reach: "connector" }],
    ] as const;
  });
  const inFile = yamls.map(
    (yaml) => [`${field.name}: ${yaml}`, { env: { [variable]: "" }, yaml: `${field.name}: ${yaml}\n` }] as const,
  );
  return [...asText, ...(own.includes(field) || field.name === "file" ? [] : inFile)];
}

for (const field of [...standard, ...cloudsmith.fields, ...own].filter(({ name }) => !untried.has(name))) {
  test(`rubbish for ${field.name} surprises nobody`, async () => {
    for (const [label, given] of waysOf(field)) assert.equal(await surpriseOf(given), undefined, label);
  });
}

const otherCommands = builtInCommands.filter(({ name, isInternal }) => name !== "" && !isInternal);
const optionsOfCommands = otherCommands.flatMap(({ name, options = [] }) =>
  options.map((option) => [name, option] as const),
);

for (const [command, option] of optionsOfCommands) {
  test(`rubbish for ${command} --${option.name} surprises nobody`, async () => {
    for (const text of texts) {
      const argv = [command, `--${option.name}=${text}`];
      assert.equal(await surpriseOf({ argv }), undefined, JSON.stringify(text.slice(0, 30)));
    }
  });
}

const network = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"];
const variables = ["BATON_TMPDIR", "BATON_KEEP_SYNC_COUNT", "BATON_SKIP_CLEANUP", "BATON_CONFIG_PATH", "TERM", "HOME"];

for (const variable of [...variables, ...network]) {
  // A connector in memory asks nobody, so that there is no more to see of the network behind it.
  const reach = network.includes(variable) ? "connector" : "end";
  test(`rubbish in ${variable} surprises nobody`, async () => {
    for (const text of texts) {
      const given = { env: { [variable]: text }, reach } as const;
      assert.equal(await surpriseOf(given), undefined, JSON.stringify(text.slice(0, 30)));
    }
  });
}

const { clientId, clientSecret } = new TokenEndpoint("127.0.0.1:9", systemClock).credentials;
const serviceMode = {
  BATON_CLIENT_ID: clientId,
  BATON_CLIENT_SECRET: clientSecret,
  BATON_C1_API_HOST: "127.0.0.1:9",
};
const ofServices = [...Object.keys(serviceMode), "BATON_C1_WAIT_SECONDS", "BATON_GET_TASKS", "BATON_HOST_ID"];
// Each start of it is one of a thread.
const health = { BATON_HEALTH_CHECK: "true", BATON_HEALTH_CHECK_PORT: "0" };
const ofHealth = [...Object.keys(health), "BATON_HEALTH_CHECK_BIND_ADDRESS", "BATON_METRICS"];

for (const variable of [...ofServices, ...ofHealth]) {
  test(`rubbish in ${variable} surprises nobody in service mode`, async () => {
    for (const text of [...texts, "99999"]) {
      const env = { ...serviceMode, ...(ofHealth.includes(variable) && health), [variable]: text };
      assert.equal(await surpriseOf({ env }), undefined, JSON.stringify(text.slice(0, 30)));
    }
  });
}
