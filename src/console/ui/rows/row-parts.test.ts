/** Parts of the table of people and reviews: its columns, filters, choices and downloads. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drawn } from "../../../../test/browser/page-parts.ts";
import { columnOf, noonMs } from "../../../../test/browser/page-samples.ts";
import type { TableColumn, TableRow } from "../../contract/sources.ts";
import { wholeTable } from "./table-query.ts";

const { ColumnChoice, useColumnChoice } = await import("./column-choice.tsx");
const { rowColumns } = await import("./row-columns.tsx");
const { RowFilters } = await import("./row-filters.tsx");
const { Downloads } = await import("./downloads.tsx");
const { Table } = await import("./table.tsx");
const { TeamPicker } = await import("./team-picker.tsx");

const nothing = (): void => undefined;
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  const localStorage = { getItem: (name: string) => kept.get(name) ?? null, setItem: nothing };
  Object.defineProperty(globalThis, "localStorage", { value: localStorage, configurable: true });
});

const columns: readonly TableColumn[] = [
  columnOf("name", "text"),
  columnOf("status", "status", { choices: [{ value: "disabled", count: 1234 }] }),
  columnOf("lastLogin", "moment"),
  columnOf("grants", "number", { isUsual: false }),
];
const row: TableRow = {
  cells: ["Grace", "disabled", new Date(noonMs).toISOString(), 7],
  links: [{ to: "person", type: "user", id: "1" }, null, null, null],
};

test("columns are the server's, those that are shown: the first names the row, moments say their zone", () => {
  const shown = rowColumns(
    columns,
    ({ isUsual }) => isUsual,
    () => "",
  );
  assert.deepEqual(
    shown.map(({ key, isRowHeader, note }) => [key, isRowHeader, note]),
    [
      ["name", true, undefined],
      ["status", false, undefined],
      ["lastLogin", false, "UTC"],
    ],
  );
  const [number] = rowColumns(
    columns,
    ({ key }) => key === "grants",
    () => "",
  );
  assert.deepEqual([number?.isNumber, number?.hint?.(row), number?.isRowHeader], [true, "7", true]);
});

test("a name leads to what it names; a cell without a link does not, and what is not known has no hint", async () => {
  const [name, status] = rowColumns(
    columns,
    () => true,
    ({ type, id }) => `/x/${type}/${id}`,
  );
  assert.deepEqual(
    (await drawn(() => name?.cell(row), {})).elements("a").map(({ href, text }) => [href, text]),
    [["/x/user/1", "Grace"]],
  );
  assert.equal((await drawn(() => status?.cell(row), {})).elements("a").length, 0);
  assert.equal(name?.hint?.({ cells: [null] }), "");
});

const filters = (where: Readonly<Record<string, string>>, hasTeam = false) =>
  drawn(RowFilters, {
    source: "file:f1",
    columns,
    isShown: ({ isUsual }: TableColumn) => isUsual,
    change: nothing,
    hasTeam,
    query: { ...wholeTable, where },
  });

test("columns with values are filtered by, each value with its number of rows", async () => {
  const { texts, elements } = await filters({});
  assert.deepEqual(texts("label"), ["status"]);
  assert.deepEqual(texts("option"), ["status", "Disabled (1,234)"]);
  assert.equal(elements("option").find((option) => "selected" in option)?.["value"], "any");
});

test("a filter that an address brings is seen and can be taken away, also when nothing has that value", async () => {
  const { texts, elements } = await filters({ status: "", grants: "0" });
  assert.deepEqual(texts("label"), ["status", "grants"]);
  const chosen = elements("option").filter((option) => "selected" in option);
  assert.deepEqual(
    chosen.map(({ value, text }) => [value, text]),
    [
      ["=", "None"],
      ["=0", "0"],
    ],
  );
});

test("people are filtered by team where there are teams", async () => {
  assert.match((await filters({}, true)).text, /Team: Any team$/);
  const chosen = await drawn(TeamPicker, { source: "file:f1", team: "team/7", onChange: nothing });
  assert.equal(chosen.text, "Team: …");
});

async function shownColumns(name: string): Promise<string> {
  const Shown = () =>
    columns
      .filter(useColumnChoice(name)[0])
      .map(({ key }) => key)
      .join(" ");
  return (await drawn(Shown, {})).text;
}

test("columns that were chosen are remembered by table, and nonsense shows the usual ones", async () => {
  assert.equal(await shownColumns("People"), "name status lastLogin");
  kept.set("columns of People", '["grants","status"]');
  assert.equal(await shownColumns("People"), "name lastLogin grants");
  assert.equal(await shownColumns("Members"), "name status lastLogin");
  for (const nonsense of ["{", '{"a":1}', "[7,null]"]) {
    kept.set("columns of People", nonsense);
    assert.equal(await shownColumns("People"), "name status lastLogin");
  }
});

test("a browser that keeps nothing shows the usual columns", async () => {
  Object.defineProperty(globalThis, "localStorage", {
    get: () => {
      throw new DOMException("denied", "SecurityError");
    },
    configurable: true,
  });
  assert.equal(await shownColumns("People"), "name status lastLogin");
});

test("one column cannot be chosen away", async () => {
  const choice = (some: readonly TableColumn[]) =>
    drawn(ColumnChoice, { columns: some, isShown: () => true, onToggle: nothing });
  assert.equal((await choice(columns.slice(0, 1))).html, "");
  assert.equal((await choice(columns)).text, "Columns");
});

test("downloads are behind one button", async () => {
  const { text } = await drawn(Downloads<string>, { formats: ["csv", "xlsx"], make: { onChoose: nothing } });
  assert.equal(text, "Download");
});

test("a table has named columns, a cell that names each row, and names in the cells of a card", async () => {
  const { elements, texts } = await drawn(Table<{ name: string; count: number }>, {
    caption: "Things",
    columns: [
      { key: "name", title: "Name", isRowHeader: true, cell: ({ name }) => name },
      { key: "count", title: "Count", isNumber: true, cell: ({ count }) => String(count) },
    ],
    rows: [{ name: "A", count: 7 }],
    rowKey: ({ name }) => name,
  });
  assert.deepEqual(
    elements("th").map(({ scope, text }) => [scope, text]),
    [
      ["col", "Name"],
      ["col", "Count"],
      ["row", "A"],
    ],
  );
  assert.equal(elements("td")[0]?.["data-label"], "Count");
  assert.deepEqual(texts("caption"), ["Things"]);
});
