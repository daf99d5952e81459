import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "baton-cloudsmith/sdk";
import { assertConformance, conformanceOf, type StandInRoute, startStandIn } from "baton-cloudsmith/sdk/testing";
import { createRotaConnector } from "./connector.ts";

const people = ["ada", "grace", "alan"].map((id) => ({
  id,
  name: id,
  email: `${id}@rota.example`,
  active: id !== "alan",
}));

/** Rota's API, with two rows a page. */
function routes(rows: readonly unknown[] = people): readonly StandInRoute[] {
  const list = (path: string, items: readonly unknown[]): StandInRoute => ({
    path,
    query: ["page"],
    answer({ query }) {
      const page = Number(query.get("page"));
      const next = page * 2 < items.length ? { next: String(page + 1) } : {};
      return { body: { items: items.slice(page * 2 - 2, page * 2), ...next } };
    },
  });
  const crews = ["night", "day"].map((id) => ({ id, name: `Crew ${id}` }));
  return [list("/people", rows), list("/crews", crews), list("/crews/:crew/members", ["ada", "grace", "alan"])];
}

const subject = (rows?: readonly unknown[]) => ({
  api: () => startStandIn(routes(rows)),
  connector: (baseUrl: string, clock: Parameters<typeof createRotaConnector>[0]["clock"]) =>
    createRotaConnector({ baseUrl, apiKey: "test", clock, logger: silentLogger }),
});

test("the connector keeps every promise", async () => {
  await assertConformance(subject());
});

test("two rows with one id, and somebody who is not listed, are named", async () => {
  const results = await conformanceOf(subject([...people.slice(0, 2), people[0]]));
  const problems = (id: string) => results.find((one) => one.id === id)?.problems;
  assert.deepEqual(problems("ids"), ["person 'ada' came 2 times."]);
  assert.match(problems("principals")?.join() ?? "", /person 'alan', which is not listed/);
});
