import assert from "node:assert/strict";
import { test } from "node:test";
import { type Check, pass, proveChecks, runChecks, skip } from "./checks.ts";
import type { SyncWarning } from "./contracts/connector.ts";
import { BatonError, Status } from "./errors.ts";

const { signal } = new AbortController();
const refused = new BatonError({ code: "T-1", status: Status.unauthenticated, message: "no", hint: "mend it" });

function list(failing: string): readonly Check<string[]>[] {
  const run =
    (id: string): Check<string[]>["run"] =>
    async (_signal, asked) => {
      asked.push(id);
      if (id === failing) throw refused;
      return id === "role" ? { outcome: "warn", detail: "narrow", code: "T-2" } : pass(`${id} is fine`);
    };
  return [
    { id: "key", title: "Key", beforeSync: true, run: run("key") },
    { id: "list", title: "List", needs: ["key"], run: run("list") },
    {
      id: "role",
      title: "Role",
      needs: ["key"],
      after: ["list"],
      beforeSync: true,
      warning: { signal: "R1", severity: "partial" },
      run: run("role"),
    },
  ];
}

const words = async (failing: string): Promise<string[]> => {
  const told: string[] = [];
  const results = await runChecks(list(failing), [], { signal, onResult: ({ id }) => told.push(id) });
  assert.deepEqual(told, ["key", "list", "role"], "told in the order of the list");
  return results.map(({ outcome }) => outcome);
};

test("every check is shown; one that needs a failed one is skipped, one that comes after it is not", async () => {
  assert.deepEqual(await words(""), ["pass", "pass", "warn"]);
  assert.deepEqual(await words("key"), ["fail", "skip", "skip"]);
  assert.deepEqual(await words("list"), ["pass", "fail", "warn"]);
  const [first] = await runChecks(list("key"), [], { signal });
  assert.deepEqual(
    [first?.code, first?.detail, first?.fix, first?.status],
    ["T-1", "no", "mend it", Status.unauthenticated],
  );
});

test("before a sync the same list decides: its marked checks alone, a failure thrown, a warning passed on", async () => {
  const warnings: SyncWarning[] = [];
  const warn = (warning: SyncWarning): void => void warnings.push(warning);
  const asked: string[] = [];
  await proveChecks(list("list"), asked, { signal, warn });
  assert.deepEqual(asked, ["key", "role"]);
  assert.deepEqual(warnings, [{ code: "T-2", message: "narrow", signal: "R1", severity: "partial" }]);
  await assert.rejects(proveChecks(list("key"), [], { signal, warn }), (caught) => caught === refused);
});

test("a check that finds a failure without throwing ends a sync as well", async () => {
  const found: Check = {
    id: "disk",
    title: "Disk",
    beforeSync: true,
    run: async () => ({
      outcome: "fail",
      detail: "full",
      code: "T-3",
      fix: "make room",
      status: Status.resourceExhausted,
    }),
  };
  await assert.rejects(proveChecks([found], undefined, { signal, warn() {} }), { code: "T-3", message: "full" });
});

test("a check that hangs fails after its time, and the others are shown", async () => {
  const hanging: Check = {
    id: "a",
    title: "A",
    run: async (limited) =>
      await new Promise((_, reject) => limited.addEventListener("abort", () => reject(limited.reason))),
  };
  const fine: Check = { id: "b", title: "B", run: async () => skip("nothing to ask") };
  const results = await runChecks([hanging, fine], undefined, { signal, timeoutMs: 20 });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["fail", "skip"],
  );
});
