import assert from "node:assert/strict";
import { test } from "node:test";
import { PageWindows } from "./page-windows.ts";

for (const maxSize of [1, 2, 3, 7, 30, 100, 500]) {
  test(`windows of at most ${maxSize} rows cover every row, without a gap, and overlap as they say`, () => {
    const windows = new PageWindows(maxSize);
    let covered = 0;
    for (let n = 1; n <= 300; n++) {
      const { page, pageSize, overlap, end } = windows.at(n);
      assert.ok(pageSize >= 1 && pageSize <= maxSize);
      assert.equal(end, page * pageSize);
      assert.equal(end - pageSize, covered - overlap, `window ${n}`);
      assert.ok(end > covered);
      assert.equal(windows.countFor(covered + 1), n);
      assert.equal(windows.countFor(end), n);
      covered = end;
    }
  });
}

test("windows of 500 overlap for 10,000 rows at least, and cost at most two requests more for any list", () => {
  const windows = new PageWindows(500);
  let joined = 500;
  for (let n = 2; windows.at(n).overlap > 0; n++) joined = windows.at(n).end;
  assert.ok(joined >= 10_000, String(joined));
  for (let rows = 1; rows <= 200_000; rows += 97) {
    assert.ok(windows.countFor(rows) <= Math.ceil(rows / 500) + 2, String(rows));
  }
});

test("one hundred thousand rows of which a tenth is inactive stay within 202 requests", () => {
  const windows = new PageWindows(500);
  assert.ok(windows.countFor(90_000) + windows.countFor(10_000) <= 202);
  assert.equal(windows.countFor(0), 1);
  assert.equal(windows.countFor(500), 1);
  assert.equal(windows.countFor(1e15) > 1e12, true);
});
