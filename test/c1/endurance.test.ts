import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Journey, startJourney } from "../../sandbox/c1/journey.ts";
import type { TaskInit } from "../../sandbox/c1/task-board.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { launcher, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";
import type { Holdings } from "./memory-probe.ts";

/** Among how many tasks one is a sync; `npm run test:endurance` makes all of them syncs. */
const syncEvery = Number(process.env["ENDURANCE_SYNC_EVERY"] ?? 10);
/** The allocator keeps finding its size for some hundreds of syncs. */
const warmUp = syncEvery === 1 ? 600 : 300;
const tasks = 1_000;
/** T-34: what 1,000 tasks may add. */
const mostGrowth = 0.05;

const otherTasks: readonly TaskInit[] = [
  { taskType: { case: "actionListSchemas", value: {} } },
  { taskType: { case: "listEventFeeds", value: {} } },
  { taskType: { case: "grant", value: {} } },
  { taskType: { case: "getTicket", value: {} } },
  { taskType: { case: "eventFeed", value: {} } },
];

function taskOf(index: number): TaskInit {
  if (index % syncEvery === 0) return { taskType: { case: "syncFull", value: {} } };
  return otherTasks[index % otherTasks.length] ?? {};
}

/**
 * Hands out so many tasks, and waits until all are finished. After each hundred the program collects its garbage: a heap
 * that is let grow takes its time to shrink, which would hide what stays.
 */
async function work({ c1 }: Journey, program: ChildProcess, count: number): Promise<Holdings> {
  for (let done = 0; done < count; done += 100) {
    const before = c1.finished.length;
    for (let index = 0; index < 100; index++) c1.addTask(taskOf(index));
    await eventually(() => c1.finished.length >= before + 100, { what: "the end of a hundred tasks" });
    await holdingsOf(program);
  }
  // The last task's own end comes after its result.
  await delay(200);
  return await holdingsOf(program);
}

async function holdingsOf(program: ChildProcess): Promise<Holdings> {
  program.send("what do you hold?");
  const [answer] = await once(program, "message");
  return answer as Holdings; // what the probe sends
}

/** Timers come and go, and the connection to C1 counts only while it is waited for; descriptors count it always. */
function lasting({ resources }: Holdings): readonly string[] {
  return resources.filter((kind) => !["Timeout", "Immediate", "TCPSocketWrap"].includes(kind)).toSorted();
}

function growthOf(what: "heapBytes" | "rssBytes", before: Holdings, after: Holdings): number {
  return after[what] / before[what] - 1;
}

test("T-34: a thousand tasks in a row add neither memory nor handles to the program", {
  timeout: 600_000,
}, async (context) => {
  using scratch = scratchDirectory();
  await using sandbox = await startSandbox({ organization: { members: 60, teams: 5 } });
  const options = { everySeconds: 1_000_000, uploadDirectory: join(scratch.path, "uploads") };
  await using journey = await startJourney(options, () => undefined);
  const { c1, report } = journey;
  c1.pace.nextPollMs = 0;
  // A young generation that is as large as it gets from the start: else the process grows while it is still in bounds.
  const flags = ["--max-semi-space-size=1", `--import=${join(import.meta.dirname, "memory-probe.ts")}`];
  const program = spawn(process.execPath, [...flags, launcher, "--log-level", "fatal"], {
    cwd: scratch.path,
    env: {
      ...settingsFor(sandbox),
      HOME: scratch.path,
      BATON_TMPDIR: scratch.path,
      BATON_CLIENT_ID: report.clientId,
      BATON_CLIENT_SECRET: report.clientSecret,
      BATON_C1_API_HOST: report.host,
      NODE_EXTRA_CA_CERTS: report.caFile,
      // For the same reason: memory that is free in one of the C library's pools is not used from another.
      MALLOC_ARENA_MAX: "1",
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  program.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // One sync is handed out by itself at the first hello.
  await eventually(() => c1.finished.length > 0, { what: "the end of the first sync" });
  let before = await work(journey, program, warmUp);
  let after = await work(journey, program, tasks);
  // What leaks grows with each round; what the system grants once, and late where the machine is busy, does not.
  let rounds = 1;
  for (; rounds < 3 && growthOf("rssBytes", before, after) > mostGrowth; rounds++) {
    before = after;
    after = await work(journey, program, tasks);
  }
  program.kill("SIGTERM");
  const [code] = await once(program, "close");
  assert.equal(code, 0, stderr);
  // Also where Node says that listeners pile up.
  assert.doesNotMatch(stderr, /Warning/);
  assert.equal(after.descriptors, before.descriptors);
  assert.deepEqual(lasting(after), lasting(before));
  for (const what of ["heapBytes", "rssBytes"] as const) {
    const growth = growthOf(what, before, after);
    context.diagnostic(`${what}: ${before[what]} became ${after[what]}, ${(growth * 100).toFixed(1)} %`);
    assert.ok(growth <= mostGrowth, `${what}: ${before[what]} became ${after[what]}, ${(growth * 100).toFixed(1)} %`);
  }
  assert.equal(c1.board.out.length, 0);
  assert.equal(c1.uploads.length, 1 + (warmUp + rounds * tasks) / syncEvery);
});
