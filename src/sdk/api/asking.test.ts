import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import { BatonError, Status } from "../errors.ts";
import { askWhileThere } from "./asking.ts";

const { signal } = new AbortController();
const error = (status: Status): BatonError => new BatonError({ code: "X", status, message: "refused" });

function asking(answers: readonly (BatonError | object)[], isThere: boolean) {
  const clock = new VirtualClock(0);
  let asked = 0;
  const ask = async (): Promise<object> => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? {};
    if (answer instanceof BatonError) throw answer;
    return answer;
  };
  return askWhileThere(ask, async () => isThere, { clock, signal }).then((found) => ({
    found,
    asked,
    waited: clock.monotonicMs(),
  }));
}

test("what comes after a while is the answer", async () => {
  const missing = error(Status.notFound);
  const { found, asked } = await asking([missing, missing, { rows: 2 }], true);
  assert.deepEqual([found, asked], [{ rows: 2 }, 3]);
});

test("what belongs to something that went is gone at once; what stays away for a minute is withheld", async () => {
  const gone = await asking([error(Status.notFound)], false);
  assert.deepEqual([gone.found, gone.asked], ["gone", 1]);
  const { found, asked, waited } = await asking([error(Status.notFound)], true);
  assert.deepEqual([found, waited], ["withheld", 60_000]);
  assert.ok(asked > 3 && asked < 10, `${asked}`);
});

test("any other error is thrown as it is", async () => {
  await assert.rejects(asking([error(Status.permissionDenied)], true), { status: Status.permissionDenied });
});
