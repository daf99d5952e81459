/** The alert rules and the dashboard name what the program tells, and /metrics tells it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import { startJourney } from "../../sandbox/c1/journey.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { createPrometheus } from "../../src/sdk/telemetry/prometheus.ts";
import { freePort } from "../e2e/free-port.ts";
import { scratchDirectory, startProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";

const root = join(import.meta.dirname, "../..");
const directory = join(root, "deploy/observability");
const rules = readFileSync(join(directory, "alerts.yaml"), "utf8");
const dashboard = readFileSync(join(directory, "dashboard.json"), "utf8");

/** What the sources measure, as Prometheus calls it. */
function measured(): ReadonlySet<string> {
  const metrics = createPrometheus({});
  for (const path of globSync("src/**/*.ts", { cwd: root }).filter((each) => !each.endsWith(".test.ts"))) {
    const text = readFileSync(join(root, path), "utf8");
    for (const [, kind, name = ""] of text.matchAll(/telemetry\??\.(count|gauge|duration|observe)\(\s*"([\w.]+)"/g)) {
      if (kind === "count") metrics.count(name);
      if (kind === "gauge") metrics.gauge(name, 1);
      if (kind === "duration") metrics.duration(name, 1);
      if (kind === "observe") metrics.observe(name, () => 1);
    }
  }
  return new Set([...metrics.render().matchAll(/^(baton_\w+)[ {]/gm)].map(([, name = ""]) => name));
}

function namedIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\bbaton_\w+/g)].map(([name]) => name);
  const labels = new Set(
    [...text.matchAll(/(?:labels\.|[{,]|\{\{)(baton_\w+)(?==|~|\s*\}\}|[!,])/g)].map(([, name]) => name),
  );
  return [...new Set(names)].filter((name) => !labels.has(name) && !["baton_connector", "baton_target"].includes(name));
}

for (const [what, text] of [
  ["the alert rules", rules],
  ["the dashboard", dashboard],
] as const) {
  test(`every metric that ${what} name is one that the program tells`, () => {
    const known = measured();
    const named = namedIn(text);
    assert.ok(named.length >= 4, named.join());
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
}

test("promtool takes the rules, and they fire when they should", (context) => {
  for (const args of [
    ["check", "rules", "alerts.yaml"],
    ["test", "rules", "alerts.test.yaml"],
  ]) {
    const run = spawnSync("promtool", args, { cwd: directory, encoding: "utf8" });
    if (run.error) return context.skip("promtool is not installed (Debian: prometheus)");
    assert.equal(run.status, 0, run.stdout + run.stderr);
  }
});

const group = z.strictObject({
  name: z.string(),
  rules: z.array(
    z.strictObject({
      alert: z.string(),
      expr: z.string(),
      for: z.string().optional(),
      labels: z.strictObject({ severity: z.enum(["info", "warning", "critical"]) }),
      annotations: z.strictObject({ summary: z.string(), description: z.string() }),
    }),
  ),
});

test("there is an alert for each of: too old, failed, partial, held, budget low, key refused", () => {
  const { groups } = z.strictObject({ groups: z.array(group) }).parse(parse(rules));
  const names = groups.flatMap((one) => one.rules.map(({ alert }) => alert.replace("Baton", "")));
  assert.deepEqual(names, ["RosterTooOld", "SyncFailed", "RosterPartial", "SyncHeld", "BudgetLow", "KeyRefused"]);
});

test("the panels of the dashboard have ids of their own and lie side by side", () => {
  const place = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() });
  const { panels } = z
    .object({
      panels: z.array(z.object({ id: z.int(), gridPos: place, targets: z.array(z.object({ expr: z.string() })) })),
    })
    .parse(JSON.parse(dashboard));
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  for (const { targets } of panels) for (const { expr } of targets) assert.match(expr, /baton_target=~"\$target"/);
});

for (const isAsked of [true, false]) {
  test(`a service ${isAsked ? "tells its measurements by organization at /metrics" : "has no /metrics unless asked"}`, async () => {
    await using sandbox = await startSandbox({ organization: { members: 20 } });
    using scratch = scratchDirectory();
    const uploadDirectory = join(scratch.path, "uploads");
    await using journey = await startJourney({ everySeconds: 3600, uploadDirectory }, () => undefined);
    const { report, c1 } = journey;
    const port = await freePort();
    const service = startProgram(["--c1z-temp-dir", scratch.path], {
      cwd: scratch.path,
      env: {
        ...settingsFor(sandbox, "member"),
        BATON_CLIENT_ID: report.clientId,
        BATON_CLIENT_SECRET: report.clientSecret,
        BATON_C1_API_HOST: report.host,
        NODE_EXTRA_CA_CERTS: report.caFile,
        BATON_HEALTH_CHECK: "true",
        BATON_HEALTH_CHECK_PORT: String(port),
        ...(isAsked && { BATON_METRICS: "true" }),
      },
    });
    await eventually(() => c1.finished.length > 0, { what: "the sync that was handed out" });
    const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/metrics`);
    if (isAsked) {
      let text = "";
      // The measurements are handed over every second.
      while (!text.includes("baton_tasks_total")) {
        await delay(50);
        text = await (await ask()).text();
      }
      const origin = `baton_connector="baton-cloudsmith",baton_target="${sandbox.organization.slug}"`;
      for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
        assert.ok(line.includes(origin), line);
      }
      assert.match(text, /^baton_sync_last_result\{.*baton_sync_result="Partial roster"\} 1$/m);
      assert.match(text, /^baton_sync_last_result\{.*baton_sync_result="Complete"\} 0$/m);
      assert.match(text, /^baton_sync_resources\{.*baton_resource_type="user"\} 20$/m);
      assert.match(text, /^baton_warnings_total\{.*baton_warning_code="CS-PARTIAL-ROLE"\} 1$/m);
      assert.match(text, /^baton_key_owner\{.*baton_key_role="Member"/m);
      assert.match(text, /^baton_roster_age_seconds\{/m);
      assert.ok(!text.includes(sandbox.keys.member));
    } else assert.equal((await ask()).status, 404);
    service.kill("SIGTERM");
    assert.equal((await service.finished).code, 0);
  });
}
