/** When somebody is told, and what is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunResult } from "../contract/runs.ts";
import { noticeBody, noticeOf } from "./notice.ts";

const letters: Readonly<Record<string, RunResult>> = {
  g: "Complete",
  w: "Complete with warnings",
  f: "Failed",
  i: "Incomplete",
  p: "Partial roster",
  h: "Held",
  c: "Cancelled",
};

/** What is told of the last of these runs, which stand in the order in which they came. */
function told(runs: string): string | undefined {
  return noticeOf([...runs].toReversed().map((letter) => letters[letter] ?? assert.fail()));
}

test("three failures in a row are told once, one or two are not", () => {
  assert.deepEqual(["gf", "gff", "gfff", "gffff", "giff"].map(told), [
    undefined,
    undefined,
    "failing",
    undefined,
    "failing",
  ]);
  assert.equal(told("gffcf"), "failing", "a sync that somebody stopped is no failure, and no end of them");
});

test("partial and held are told when they begin, and that all is well again after each of them", () => {
  assert.deepEqual(["gp", "gpp", "ph", "gh", "ghh"].map(told), ["partial", undefined, "held", "held", undefined]);
  assert.deepEqual(["gg", "gfg", "gffg", "gfffg", "gpw", "hg", "gpfg"].map(told), [
    ...[undefined, undefined, undefined],
    ...["recovered", "recovered", "recovered", "recovered"],
  ]);
  assert.equal(told("gpfp"), undefined, "a failure in between does not begin it anew");
  assert.equal(told("g"), undefined);
  assert.equal(told(""), undefined);
});

test("Slack is called by no name, Teams gets a card, and JSON says all of it", () => {
  const connector = { id: "c1", name: "<!channel> & co", orgSlug: "acme" };
  const notice = { kind: "held", connector, run: null, atMs: 5 } as const;
  const slack = JSON.parse(noticeBody(notice, "slack")) as { text: string };
  assert.match(slack.text, /^&lt;!channel&gt; &amp; co \(acme\): a big change is held/);
  const teams = JSON.parse(noticeBody(notice, "teams")) as { attachments: { content: { body: { text: string }[] } }[] };
  assert.match(teams.attachments[0]?.content.body[0]?.text ?? "", /acme/);
  const json = JSON.parse(noticeBody(notice, "json")) as Record<string, unknown>;
  assert.deepEqual([json["schemaVersion"], json["kind"], json["connector"]], [1, "held", connector]);
});
