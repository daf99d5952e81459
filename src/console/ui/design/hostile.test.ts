/** Names and texts of people who mean harm stay names and texts, in every part that shows one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentChildren } from "preact";
import { drawn } from "../../../../test/browser/page-parts.ts";
import {
  connectorOf,
  decidedPageOf,
  decidedRowOf,
  failureOf,
  infoOf,
  runOf,
} from "../../../../test/browser/page-samples.ts";
import { payloads } from "../../../../test/browser/payloads.ts";

const { Banner, FailureBanner } = await import("./banner.tsx");
const { Card } = await import("./card.tsx");
const { CodeBlock } = await import("./code-block.tsx");
const { FactList } = await import("./facts.tsx");
const { SelectField, TextField } = await import("./field.tsx");
const { Page } = await import("./page.tsx");
const { ConnectorMarks } = await import("../connector/connector-name.tsx");
const { OverviewTab } = await import("../connector/overview-tab.tsx");
const { DecisionRows } = await import("../decisions/decision-rows.tsx");
const { HoldingList } = await import("../access/holding-list.tsx");
const { RunFacts } = await import("../access/source-frame.tsx");
const { cellContent } = await import("../rows/cells.tsx");
const { Table } = await import("../rows/table.tsx");

const nothing = (): void => undefined;
const idle = { data: null, failure: null, isLoading: false, reload: nothing, replace: nothing };

/** Parts that show what somebody else wrote. */
const parts: Readonly<Record<string, (text: string) => ComponentChildren>> = {
  page: (text) => Page({ title: text, crumbs: [{ text }], lead: text, children: text }),
  banner: (text) => Banner({ tone: "warn", title: text, children: text }),
  failure: (text) => FailureBanner({ failure: failureOf("unexpected", { message: text, hint: text, points: [text] }) }),
  card: (text) => Card({ title: text, children: text }),
  facts: (text) => FactList({ facts: [[text, text]] }),
  code: (text) => CodeBlock({ label: text, text }),
  field: (text) => TextField({ label: text, value: text, hint: text, error: text, onInput: nothing }),
  choice: (text) =>
    SelectField({ label: text, value: text, options: [{ value: text, label: text, group: text }], onChange: nothing }),
  cell: (text) => cellContent({ kind: "email", absent: null }, text),
  table: (text) =>
    Table({
      caption: text,
      columns: [{ key: "name", title: text, isRowHeader: true, cell: (row: string) => row }],
      rows: [text],
      rowKey: (row) => row,
    }),
  connector: (text) => ConnectorMarks({ connector: connectorOf({ orgSlug: text, host: text }) }),
  overview: (text) => {
    const connector = connectorOf({ owner: text, orgSlug: text, currentFile: text, lastRun: runOf({ target: text }) });
    return OverviewTab({ connector, data: idle, progress: null, rest: "" });
  },
  notices: (text) => RunFacts({ info: infoOf({ result: text, notices: [text, text] }) }),
  holdings: (text) =>
    HoldingList({
      source: "file:f1",
      who: text,
      isDisabled: true,
      holdings: [
        {
          resourceType: text,
          resourceId: text,
          resourceName: text,
          slug: text,
          entitlementId: text,
          kind: "team",
          how: "inherited",
          paths: [[text, text]],
        },
      ],
    }),
  decisions: (text) =>
    DecisionRows({
      page: decidedPageOf([decidedRowOf(1, { cells: [text, text], note: text, by: text, stake: [text] })]),
      decisions: { page: idle, failure: null, decide: nothing, replaceReview: nothing, settled: Promise.resolve },
      mayDecide: true,
      onPast: () => false,
    }),
};

for (const [name, part] of Object.entries(parts)) {
  test(`as it is in: ${name}`, async () => {
    // What the part itself is made of, with a text that is only letters.
    const Plain = () => part("letters");
    const own = new Set((await drawn(Plain, {})).html.match(/<\/?[a-z0-9]+/g));
    for (const payload of payloads) {
      const Shown = () => part(payload);
      const { html, text } = await drawn(Shown, {});
      assert.deepEqual(
        [...new Set(html.match(/<\/?[a-z0-9]+/g))].filter((tag) => !own.has(tag)),
        [],
        payload,
      );
      assert.doesNotMatch(html, /\shref="\s*(javascript|data|vbscript):/i, payload);
      const words = payload.replaceAll(/\s+/g, " ").trim();
      if (!/ [.,:;]/.test(words)) assert.ok(text.includes(words) || name === "cell", `${payload} in ${text}`);
    }
  });
}
