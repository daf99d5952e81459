import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "./store.ts";

test("who watches is told of each change, and of nothing else", () => {
  const store = new Store(1);
  const seen: number[] = [];
  const stop = store.watch(() => seen.push(store.value));
  store.set(2);
  store.set(2);
  store.set(3);
  stop();
  store.set(4);
  assert.deepEqual(seen, [2, 3]);
  assert.equal(store.value, 4);
});

test("who stops watching while it is told keeps nobody else from being told", () => {
  const store = new Store("a");
  let told = 0;
  const stop = store.watch(() => stop());
  store.watch(() => told++);
  store.set("b");
  assert.equal(told, 1);
});
