import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";

const { BarChart } = await import("./bar-chart.tsx");

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
