import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawn } from "../../../../test/browser/page-parts.ts";

const { BarChart, stretchesOf } = await import("./bar-chart.tsx");

const chart = {
  title: "Two-factor by role",
  scale: "share",
  bars: [
    {
      label: "Owner",
      parts: [
        { label: "yes", count: 44_999, tone: "good", where: { roles: "owner", twoFactor: "yes" } },
        { label: "no", count: 1, tone: "bad", where: { roles: "owner", twoFactor: "no" } },
        { label: "unknown", count: 0, tone: "warn", where: { roles: "owner", twoFactor: "unknown" } },
      ],
    },
  ],
  addressOf: (where: Readonly<Record<string, string>>) => `/rows?${new URLSearchParams(where)}`,
} as const;

test("every number stands beside its bar, and leads to its rows where there are any", async () => {
  const { elements, text } = await drawn(BarChart, chart);
  assert.match(text, /^Two-factor by role Owner yes 44,999 no 1 unknown 0$/);
  assert.deepEqual(
    elements("a").map(({ href, text: words }) => [href, words]),
    [
      ["/rows?roles=owner&twoFactor=yes", "yes 44,999"],
      ["/rows?roles=owner&twoFactor=no", "no 1"],
    ],
  );
});

test("the bars are for those who see them: nobody hears them, what is bad is striped, what is nothing is not drawn", async () => {
  const { html } = await drawn(BarChart, chart);
  assert.match(html, /<svg class="bar"[^>]*aria-hidden="true"/);
  const [, bar = ""] = /<svg class="bar"(.*?)<\/svg>/s.exec(html) ?? [];
  assert.equal([...bar.matchAll(/class="part-bad"/g)].length, 1);
  assert.equal([...bar.matchAll(/fill="url\(#/g)].length, 1);
  assert.equal(bar.includes("part-warn"), false);
});

test("parts lie one behind the other, by their share of the whole", () => {
  assert.deepEqual(stretchesOf([50, 30, 20], 100), [
    { start: 0, length: 50 },
    { start: 50, length: 30 },
    { start: 80, length: 20 },
  ]);
  assert.deepEqual(stretchesOf([25], 100), [{ start: 0, length: 25 }]);
});

test("one in 45,000 is seen, at the cost of the largest, and nothing is not drawn", () => {
  const [many, one, none] = stretchesOf([44_999, 1, 0], 45_000);
  assert.ok(one && many && none);
  assert.ok(one.length >= 0.5);
  assert.equal(none.length, 0);
  assert.ok(Math.abs(many.length + one.length - 100) < 1e-9);
});

test("a bar of nothing has no length", () => {
  assert.deepEqual(
    stretchesOf([0, 0], 0).map(({ length }) => length),
    [0, 0],
  );
  assert.deepEqual(stretchesOf([], 10), []);
});

test("no bar runs out of its room", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 8 }), (counts) => {
      const stretches = stretchesOf(
        counts,
        counts.reduce((sum, count) => sum + count, 0),
      );
      for (const { start, length } of stretches) assert.ok(start >= 0 && start + length <= 100.000001 && length >= 0);
    }),
  );
});
