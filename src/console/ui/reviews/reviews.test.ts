/** A review in short, and its card among all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { noonMs } from "../../../../test/browser/page-samples.ts";
import type { ReviewInfo, ReviewPage } from "../../contract/sources.ts";

const { InShort } = await import("./review-screen.tsx");
const { EvidenceButton, ReviewCard } = await import("./reviews-tab.tsx");

const headline = { figure: "80 %", sentence: "of 240 people have two-factor", tone: "warn" } as const;
const chart: NonNullable<ReviewPage["chart"]> = {
  title: "By role",
  scale: "share",
  bars: [{ label: "Owner", parts: [{ label: "no", count: 3, tone: "bad", where: { roles: "owner" } }] }],
};

function inShort(more: Partial<ReviewPage> = {}) {
  const page: ReviewPage = {
    name: "two-factor",
    title: "Two-factor",
    counts: [],
    notices: [],
    asOfMs: null,
    since: null,
    headline,
    isAboutAccess: true,
    chart: null,
    columns: [],
    all: 240,
    total: 240,
    offset: 0,
    rows: [],
    ...more,
  };
  return drawn(InShort, { page }, "/sources/file%3Af1/reviews/two-factor?q=ada&since=s1");
}

test("a review begins with its figure and sentence; the rest is behind them", async () => {
  assert.equal((await inShort()).text, "80 % of 240 people have two-factor");
  const { texts } = await inShort({ chart, notices: ["One.", "Two."] });
  assert.deepEqual(texts("summary"), ["Chart and 2 notes"]);
  assert.deepEqual((await inShort({ notices: ["One."] })).texts("summary"), ["1 note"]);
});

test("a part of the chart leads to its rows alone, and stays with what is compared", async () => {
  const { elements } = await inShort({ chart });
  assert.equal(elements("a")[0]?.["href"], "/sources/file%3Af1/reviews/two-factor?roles=owner&since=s1");
});

test("ages say what they are counted to", async () => {
  assert.match((await inShort({ chart, asOfMs: noonMs })).text, /Ages are counted to 30 Nov 2026, 13:00 CET\.$/);
});

function card(more: Partial<ReviewInfo>) {
  const review: ReviewInfo = {
    name: "owners",
    title: "Owners",
    summary: "Who can do everything.",
    comparesSyncs: false,
    headline,
    problem: null,
    ...more,
  };
  return drawn(ReviewCard, { source: "connector:c1", review });
}

test("a card leads to its review, and says its figure, what is missing for it, or why there is none", async () => {
  const { text, elements } = await card({});
  assert.equal(text, "Owners 80 % of 240 people have two-factor Who can do everything.");
  assert.equal(elements("a")[0]?.["href"], "/sources/connector%3Ac1/reviews/owners");
  assert.match((await card({ headline: null })).text, /Choose a run or a file to compare with\./);
  assert.match((await card({ headline: null, problem: "It has no roles." })).text, /It has no roles\./);
});

test("the evidence of a comparison is of that comparison", async () => {
  const pack = async (since?: string) =>
    (await drawn(EvidenceButton, { source: "run:r1", ...(since !== undefined && { since }) })).elements("a")[0]?.[
      "href"
    ];
  assert.equal(await pack(), "/api/sources/run%3Ar1/evidence");
  assert.equal(await pack("file:old"), "/api/sources/run%3Ar1/evidence?since=file%3Aold");
});
