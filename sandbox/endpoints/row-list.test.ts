import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../server.ts";
import { ask } from "../test-client.ts";
import { rowsOnDemand, rowsPrepared } from "./row-list.ts";

test("prepared rows are byte for byte what rendering on demand gives, for every slice", () => {
  for (const length of [0, 1, 2, 37]) {
    const rows = Array.from({ length }, (_, index) => ({ index, name: "ñ🦊\u2028".repeat(index % 4) }));
    const prepared = rowsPrepared(rows, (row) => row);
    const onDemand = rowsOnDemand(rows, (row) => row);
    for (let from = 0; from <= length + 1; from++) {
      for (let to = from; to <= length + 2; to++) {
        assert.deepEqual(prepared.body(from, to), onDemand.body(from, to));
      }
    }
  }
});

test("a prepared sandbox serves the same bytes as an unprepared one", async () => {
  const organization = { members: 1300, teams: 70, seed: 3 };
  await using plain = await startSandbox({ organization });
  await using prepared = await startSandbox({ organization, prepare: true });
  const queries = [
    "members/?is_active=true&page_size=500&page=1",
    "members/?is_active=true&page_size=500&page=3",
    "members/?is_active=false&page_size=100&page=2",
    "members/?sort=-role&page=7",
    "members/?sort=-user_name&page_size=13&page=100",
    "members/?page=100",
    "teams/?page_size=500",
    "teams/?sort=-members&page=2",
  ];
  const body = async (sandbox: Sandbox, query: string): Promise<string> =>
    (await ask(sandbox, `/orgs/sandbox-org/${query}`)).text;
  for (const query of queries) assert.equal(await body(prepared, query), await body(plain, query), query);
});
