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

function names(query: Parameters<typeof table.select>[0]): readonly string[] {
  return table.select(query).map(({ name }) => name.split(" ")[0] ?? "");
}

test("rows stand as they were given until an order is asked for, and every order goes both ways", () => {
  assert.deepEqual(names({}), ["Zoë", "Ann", "Stein", "Steinar"]);
  assert.deepEqual(names({ order: "name" }), ["Ann", "Stein", "Steinar", "Zoë"]);
  assert.deepEqual(names({ order: "days" }), ["Ann", "Steinar", "Zoë", "Stein"], "nothing comes before any number");
  assert.deepEqual(names({ order: "roles" }), ["Zoë", "Ann", "Steinar", "Stein"], "by privilege, without a role last");
  assert.deepEqual(names({ order: "days", descending: true }), names({ order: "days" }).toReversed());
});

test("a search brings the whole name first, then those that begin so, then the rest", () => {
  assert.deepEqual(names({ q: "stein" }), ["Stein", "Steinar", "Zoë"]);
  assert.deepEqual(names({ q: "ZOE" }), ["Zoë"]);
  assert.deepEqual(
    names({ q: "stein", order: "name", descending: true }),
    ["Zoë", "Steinar", "Stein"],
    "unless ordered",
  );
});

test("a filter takes any of several values, nothing by nothing, and all filters must fit", () => {
  assert.deepEqual(names({ where: { roles: "manager" } }), ["Ann"]);
  assert.deepEqual(names({ where: { roles: "" } }), ["Stein"]);
  assert.deepEqual(names({ where: { status: "enabled", roles: "member" } }), ["Ann", "Steinar"]);
  assert.deepEqual(names({ where: { colour: "red" } }), []);
});

test("the choices of a column count its rows, in the order of the kind, and a number has none", () => {
  const choices = (key: string) => table.columns.filter((one) => one.key === key).map((one) => table.choices(one))[0];
  assert.deepEqual(choices("status"), [
    { value: "enabled", count: 3 },
    { value: "disabled", count: 1 },
  ]);
  assert.deepEqual(
    choices("roles")?.map(({ value, count }) => [value, count]),
    [
      ["owner", 1],
      ["manager", 1],
      ["member", 2],
      ["", 1],
    ],
  );
  assert.deepEqual(choices("days"), []);
});
