import assert from "node:assert/strict";
import { test } from "node:test";
import { column } from "../../../reports/columns.ts";
import { RowTable } from "./row-table.ts";

interface Person {
  readonly name: string;
  readonly status: string;
  readonly roles: readonly string[];
  readonly days: number | undefined;
}

const people: readonly Person[] = [
  { name: "Zoë Stein", status: "disabled", roles: ["owner"], days: 3 },
  { name: "Ann Stone", status: "enabled", roles: ["member", "manager"], days: undefined },
  { name: "Stein", status: "enabled", roles: [], days: 40 },
  { name: "Steinar Berg", status: "enabled", roles: ["member"], days: 2 },
];

const table = new RowTable<Person>(
  [
    column("name", "Name", "text", ({ name }) => name),
    column("status", "Status", "status", ({ status }) => status),
    column("roles", "Roles", "role", ({ roles }) => roles),
    column("days", "Days", "number", ({ days }) => days),
  ],
  people,
);

async function names(query: Parameters<typeof table.select>[0]): Promise<readonly string[]> {
  return (await table.select(query)).slice().map(({ name }) => name.split(" ")[0] ?? "");
}

test("rows stand as they were given until an order is asked for, and every order goes both ways", async () => {
  assert.deepEqual(await names({}), ["Zoë", "Ann", "Stein", "Steinar"]);
  assert.deepEqual(await names({ order: "name" }), ["Ann", "Stein", "Steinar", "Zoë"]);
  assert.deepEqual(
    await names({ order: "days" }),
    ["Ann", "Steinar", "Zoë", "Stein"],
    "nothing comes before any number",
  );
  assert.deepEqual(
    await names({ order: "roles" }),
    ["Zoë", "Ann", "Steinar", "Stein"],
    "by privilege, without a role last",
  );
  assert.deepEqual(await names({ order: "days", descending: true }), (await names({ order: "days" })).toReversed());
});

test("a search brings the whole name first, then those that begin so, then the rest", async () => {
  assert.deepEqual(await names({ q: "stein" }), ["Stein", "Steinar", "Zoë"]);
  assert.deepEqual(await names({ q: "ZOE" }), ["Zoë"]);
  assert.deepEqual(
    await names({ q: "stein", order: "name", descending: true }),
    ["Zoë", "Steinar", "Stein"],
    "unless ordered",
  );
});

test("a filter takes any of several values, nothing by nothing, and all filters must fit", async () => {
  assert.deepEqual(await names({ where: { roles: "manager" } }), ["Ann"]);
  assert.deepEqual(await names({ where: { roles: "" } }), ["Stein"]);
  assert.deepEqual(await names({ where: { status: "enabled", roles: "member" } }), ["Ann", "Steinar"]);
  assert.deepEqual(await names({ where: { colour: "red" } }), []);
});

test("the choices of a column count its rows, in the order of the kind, and a number has none", async () => {
  const choices = await table.choices();
  assert.deepEqual(choices.get("status"), [
    { value: "enabled", count: 3 },
    { value: "disabled", count: 1 },
  ]);
  assert.deepEqual(
    choices.get("roles")?.map(({ value, count }) => [value, count]),
    [
      ["owner", 1],
      ["manager", 1],
      ["member", 2],
      ["", 1],
    ],
  );
  assert.equal(choices.get("days"), undefined);
});

test("who types on gets what a search from the start gives, whatever was searched before", async () => {
  const searches = ["s", "st", "ste", "ste be", "berg st", "t", "stone", "no such", "no such person", "ste", "z"];
  const typed = new RowTable(table.columns, people);
  for (const q of searches) {
    const fresh = await new RowTable(table.columns, people).select({ q });
    assert.deepEqual((await typed.select({ q })).slice(), fresh.slice(), q);
    assert.equal((await typed.select({ q })).total, fresh.total);
  }
});

test("what was asked for is told apart by all that was asked, a further condition with it", async () => {
  const steins = { key: "Steins", fits: ({ name }: Person) => name.includes("Stein") };
  const count = async (...asked: Parameters<typeof table.select>): Promise<number> =>
    (await table.select(...asked)).total;
  assert.equal(await count({ where: { status: "enabled" } }), 3);
  assert.equal(await count({ where: { status: "enabled" } }, steins), 2);
  assert.equal(await count({ where: { status: "disabled" } }), 1);
  assert.equal(await count({}, steins), 3);
  assert.equal(await count({}), 4);
  const [page] = (await table.select({ order: "name" })).slice(1, 2);
  assert.equal(page?.name, "Stein");
  assert.deepEqual(await names({}), ["Zoë", "Ann", "Stein", "Steinar"], "no order stays behind");
});
