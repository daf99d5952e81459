import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "baton-cloudsmith/sdk";
import {
  assertConformance,
  conformanceOf,
  type StandIn,
  type StandInRoute,
  startStandIn,
} from "baton-cloudsmith/sdk/testing";
import { createRotaConnector } from "./connector.ts";

const people = ["ada", "alan", "grace"].map((id) => ({
  id,
  name: id,
  email: `${id}@rota.example`,
  active: id !== "alan",
}));

interface Row {
  readonly id: string;
}

/** Rota's API, with two rows a page: each page says after which row the next one begins. */
function startRota(given: readonly Row[]): Promise<StandIn> {
  const rows = [...given];
  let left: string | undefined;
  const list = (path: string, all: () => readonly Row[], show: (row: Row) => unknown): StandInRoute => ({
    path,
    query: ["after"],
    answer({ query }) {
      const after = query.get("after") ?? "";
      const items = after === "" ? all() : all().slice(all().findLastIndex(({ id }) => id <= after) + 1);
      const [, last] = items;
      const next = items.length > 2 && last ? { next: last.id } : {};
      return { body: { items: items.slice(0, 2).map(show), ...next } };
    },
  });
  const crews = ["day", "night"].map((id) => ({ id, name: `Crew ${id}` }));
  const routes = [
    list(
      "/people",
      () => rows,
      (row) => row,
    ),
    list(
      "/crews",
      () => crews,
      (row) => row,
    ),
    list(
      "/crews/:crew/members",
      () => people.filter(({ id }) => id !== left),
      ({ id }) => id,
    ),
  ];
  const move = (): void => {
    // Somebody at the beginning of the list leaves.
    left = rows.shift()?.id;
  };
  return startStandIn(routes, { move });
}

const subject = (rows: readonly Row[] = people) => ({
  api: () => startRota(rows),
  connector: (baseUrl: string, clock: Parameters<typeof createRotaConnector>[0]["clock"]) =>
    createRotaConnector({ baseUrl, apiKey: "test", clock, logger: silentLogger }),
});

test("the connector keeps every promise", async () => {
  await assertConformance(subject());
});

test("two rows with one id, and somebody who is not listed, are named", async () => {
  const results = await conformanceOf(subject([...people.slice(0, 1), ...people.slice(0, 2)]));
  const problems = (id: string) => results.find((one) => one.id === id)?.problems;
  assert.deepEqual(problems("ids"), ["person 'ada' came 2 times."]);
  assert.match(problems("principals")?.join() ?? "", /person 'grace', which is not listed/);
});
