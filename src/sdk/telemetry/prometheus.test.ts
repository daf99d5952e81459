import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrometheus } from "./prometheus.ts";
import { noTelemetry, tellAll } from "./telemetry.ts";

test("measurements are rendered as Prometheus reads them, with what every one of them says", () => {
  const metrics = createPrometheus({ "baton.target": 'a"b\\c\nd' });
  metrics.count("x.requests", { code: 200 });
  metrics.count("x.requests", { code: 200 }, 2);
  metrics.gauge("x.size", 5);
  metrics.gauge("x.size", 7);
  metrics.duration("x.time", 1500);
  metrics.duration("x.time", 500);
  metrics.observe("x.age", () => 3);
  metrics.observe("x.unknown", () => undefined);
  const origin = 'baton_target="a\\"b\\\\c\\nd"';
  assert.deepEqual(metrics.render().trimEnd().split("\n"), [
    "# TYPE x_requests_total counter",
    `x_requests_total{${origin},code="200"} 3`,
    "# TYPE x_size gauge",
    `x_size{${origin}} 7`,
    "# TYPE x_time_seconds summary",
    `x_time_seconds_sum{${origin}} 2`,
    `x_time_seconds_count{${origin}} 2`,
    "# TYPE x_age gauge",
    `x_age{${origin}} 3`,
  ]);
});

test("several are told alike, and work runs within the spans of all", async () => {
  const [one, two] = [createPrometheus({}), createPrometheus({})];
  const all = tellAll([one, noTelemetry, two]);
  all.count("x");
  const span = all.span("s");
  assert.equal(await all.within(span, async () => "done"), "done");
  span.end();
  assert.equal(one.render(), two.render());
  assert.match(one.render(), /^x_total 1$/m);
});
