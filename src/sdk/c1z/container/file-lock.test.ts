import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openWriter, temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../../../test/support/virtual-clock.ts";
import { systemClock } from "../../clock.ts";
import { lockFile } from "./file-lock.ts";
import { livenessOf, type ProcessIdentity, sameBoot, thisProcess } from "./process-identity.ts";

const clock = new VirtualClock();

function place(context: TestContext): { readonly directory: string; readonly target: string; readonly lock: string } {
  const directory = temporaryDirectory(context);
  return { directory, target: join(directory, "sync.c1z"), lock: join(directory, "sync.c1z.lock") };
}

/** A lock as another process would have left it. */
function plant(lock: string, holder: Partial<ProcessIdentity>): void {
  writeFileSync(lock, JSON.stringify({ ...thisProcess(), since: "2026-01-02T03:04:05.000Z", ...holder }));
}

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

test("T-11: the lock names the process, is refused a second time and is gone after release", async (context) => {
  const { directory, target, lock } = place(context);
  const held = await lockFile(target, { clock });
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  await assert.rejects(lockFile(target, { clock }), {
    code: "FILE-BUSY",
    exitCode: 9,
    message: new RegExp(`process ${process.pid} on `),
    hint: new RegExp(lock),
  });
  held.release();
  held.release();
  assert.deepEqual(readdirSync(directory), []);
  (await lockFile(target, { clock })).release();
});

test("T-11: a second writer on the same file is refused and changes nothing", async (context) => {
  const { directory, target } = place(context);
  await writeSync(target, directory);
  const before = readFileSync(target);
  using first = await openWriter(target, directory);
  first.startSync("full");
  await assert.rejects(openWriter(target, directory), { code: "FILE-BUSY" });
  assert.deepEqual(readFileSync(target), before);
});

test("T-11: a lock of a dead process is taken over", async (context) => {
  const { directory, target, lock } = place(context);
  plant(lock, { pid: deadPid() });
  const held = await lockFile(target, { clock });
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  held.release();
  assert.deepEqual(readdirSync(directory), []);
});

test("T-11: a process id that was used again does not keep a lock alive", async (context) => {
  const { target, lock } = place(context);
  if (thisProcess().started === "") return context.skip("this system does not say when a process began");
  plant(lock, { started: "1" });
  (await lockFile(target, { clock })).release();
});

test("T-11: a lock from before a restart of the machine is taken over", async (context) => {
  const { target, lock } = place(context);
  if (thisProcess().boot.startsWith("up:")) return context.skip("this system does not name its boots");
  plant(lock, { boot: "00000000-0000-0000-0000-000000000000" });
  (await lockFile(target, { clock })).release();
});

test("T-11: a lock of another machine holds while it is renewed and no longer", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { host: "elsewhere", boot: "another" });
  await assert.rejects(lockFile(target, { clock }), { code: "FILE-BUSY", message: /on elsewhere since 2026-01-02/ });
  const old = new Date(Date.now() - 125_000);
  utimesSync(lock, old, old);
  (await lockFile(target, { clock })).release();
});

test("a lock from the future is waited for only until three renewals did not come", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { host: "elsewhere", boot: "another" });
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(lock, tomorrow, tomorrow);
  const waited = new VirtualClock();
  const heard: string[] = [];
  const held = await lockFile(target, {
    clock: waited,
    wait: { longestMs: 120_000, standstillMs: 120_000 },
    onWait: (holder) => heard.push(holder),
  });
  assert.equal(waited.monotonicMs(), 30_000);
  assert.equal(heard.length, 1);
  assert.match(held.waitedFor ?? "", /on elsewhere since/);
  held.release();
});

test("a lock of another machine that is not renewed is waited for until it has expired", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { host: "elsewhere", boot: "another" });
  const waited = new VirtualClock();
  (await lockFile(target, { clock: waited, wait: { longestMs: 120_000, standstillMs: 120_000 } })).release();
  assert.equal(waited.monotonicMs(), 120_000);
});

test("a lock that is renewed all the time is not taken, and the waiting ends", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { host: "elsewhere", boot: "another" });
  const waited = new VirtualClock();
  const renewal = setInterval(() => utimesSync(lock, new Date(), new Date()), 1);
  try {
    await assert.rejects(lockFile(target, { clock: waited, wait: { longestMs: 45_000, standstillMs: 45_000 } }), {
      code: "FILE-BUSY",
    });
  } finally {
    clearInterval(renewal);
  }
  assert.equal(waited.monotonicMs(), 45_000);
});

/** A clock under which a run moves whenever somebody has waited for it. */
class MovingClock extends VirtualClock {
  readonly #move: (atMs: number) => void;

  constructor(move: (atMs: number) => void) {
    super();
    this.#move = move;
  }

  override async sleep(ms: number): Promise<void> {
    await super.sleep(ms);
    this.#move(this.monotonicMs());
  }
}

for (const { what, movesFor, waits } of [
  {
    what: "moves all the time is waited for as long as is allowed",
    movesFor: Number.POSITIVE_INFINITY,
    waits: 120_000,
  },
  { what: "stands still from some moment on is waited for half a minute more", movesFor: 50_000, waits: 80_000 },
]) {
  test(`a run that ${what}`, async (context) => {
    const { directory, target } = place(context);
    const other = spawnHolder(target);
    await other.holds;
    const mark = join(directory, JSON.parse(readFileSync(`${target}.lock`, "utf8")).mark);
    const waited = new MovingClock((atMs) => {
      if (atMs <= movesFor) utimesSync(mark, atMs, atMs);
    });
    const wait = { longestMs: 120_000, standstillMs: 30_000 };
    await assert.rejects(lockFile(target, { clock: waited, wait }), { code: "FILE-BUSY" });
    assert.equal(waited.monotonicMs(), waits);
    other.child.stdin.end();
  });
}

test("a run says at its checkpoints that it moves", async (context) => {
  const { directory, target, lock } = place(context);
  using writer = await openWriter(target, directory);
  writer.startSync("full");
  const mark = join(directory, JSON.parse(readFileSync(lock, "utf8")).mark);
  utimesSync(mark, 0, 0);
  writer.checkpoint("{}");
  assert.notEqual(statSync(mark).mtimeMs, 0);
});

test("a lock that is given back while it is waited for is taken at once", async (context) => {
  const { directory, target } = place(context);
  const other = spawnHolder(target);
  await other.holds;
  const heard = Promise.withResolvers<void>();
  const waiting = lockFile(target, {
    clock: systemClock,
    wait: { longestMs: 60_000, standstillMs: 60_000 },
    onWait: () => heard.resolve(),
  });
  await heard.promise;
  other.child.stdin.end();
  const held = await waiting;
  assert.match(held.waitedFor ?? "", new RegExp(`process ${other.child.pid} on`));
  held.release();
  assert.deepEqual(readdirSync(directory), []);
});

test("the waiting ends with the signal's reason", async (context) => {
  const { target } = place(context);
  const other = spawnHolder(target);
  await other.holds;
  const stop = new AbortController();
  const reason = new Error("told to stop");
  const options = {
    clock: systemClock,
    wait: { longestMs: 60_000, standstillMs: 60_000 },
    signal: stop.signal,
    onWait: () => stop.abort(reason),
  };
  await assert.rejects(lockFile(target, options), reason);
  other.child.stdin.end();
});

test("a lock that this very process holds is not waited for", async (context) => {
  const { target } = place(context);
  const held = await lockFile(target, { clock });
  const waited = new VirtualClock();
  await assert.rejects(lockFile(target, { clock: waited, wait: { longestMs: 60_000, standstillMs: 60_000 } }), {
    code: "FILE-BUSY",
  });
  assert.deepEqual(waited.sleeps, []);
  held.release();
});

/** What the next container with the same numbers looks like from inside: nothing that is seen tells the two apart. */
for (const [what, seen] of [
  ["another container on this machine", { pidNamespace: "pid:[1]" }],
  ["another container with another host name", { pidNamespace: "pid:[1]", host: "pod-7" }],
] as const) {
  test(`${what} holds its lock while its process lives, and no moment longer`, async (context) => {
    const { target, lock } = place(context);
    if (thisProcess().boot.startsWith("up:")) return context.skip("this system does not name its boots");
    const other = spawnHolder(target);
    await other.holds;
    const text = { ...JSON.parse(readFileSync(lock, "utf8")), ...seen };
    writeFileSync(lock, JSON.stringify(text));
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(lock, old, old);
    await assert.rejects(lockFile(target, { clock }), { code: "FILE-BUSY" }, "it lives, however old its lock is");
    other.child.kill("SIGKILL");
    await once(other.child, "exit");
    utimesSync(lock, new Date(), new Date());
    const waited = new VirtualClock();
    (await lockFile(target, { clock: waited, wait: { longestMs: 60_000, standstillMs: 60_000 } })).release();
    assert.deepEqual(waited.sleeps, []);
  });
}

test("a lock of this process's number from another start is a dead one's", async (context) => {
  const { target, lock } = place(context);
  if (thisProcess().started === "") return context.skip("this system does not say when a process began");
  plant(lock, { pid: process.pid, started: "1", host: "another-name" });
  (await lockFile(target, { clock })).release();
});

test("a pipe in the place of a lock is named, and not waited for", async (context) => {
  const { target, lock } = place(context);
  spawnSync("mkfifo", [lock]);
  await assert.rejects(lockFile(target, { clock }), { code: "FILE-NOT-REGULAR", message: new RegExp(lock) });
});

test("a mark that is no name beside the lock is not looked for", async (context) => {
  const { directory, target, lock } = place(context);
  writeFileSync(join(directory, "elsewhere"), "");
  const holder = { ...thisProcess(), pidNamespace: "pid:[1]", since: "", mark: "../elsewhere" };
  writeFileSync(lock, JSON.stringify(holder));
  await assert.rejects(lockFile(target, { clock }), { code: "FILE-BUSY" });
});

function spawnHolder(target: string): {
  readonly child: ChildProcessWithoutNullStreams;
  readonly holds: Promise<void>;
} {
  const script = `
    import { lockFile } from ${JSON.stringify(join(import.meta.dirname, "file-lock.ts"))};
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../../clock.ts"))};
    await lockFile(${JSON.stringify(target)}, { clock: systemClock });
    console.log("holds");
    process.stdin.resume().on("end", () => process.exit(0));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  return { child, holds: once(child.stdout, "data").then(() => undefined) };
}

test("T-11: a lock whose process was killed before it could write its name is taken over", async (context) => {
  for (const text of ["", "{", "null", '"x"', '{"pid":-1}', '{"pid":1}']) {
    const { target, lock } = place(context);
    writeFileSync(lock, text);
    (await lockFile(target, { clock })).release();
    assert.equal(existsSync(lock), false, text);
  }
});

test("a holder whose lock was deleted takes it again, and one whose lock was taken over does not save", async (context) => {
  const { directory, target, lock } = place(context);
  using writer = await openWriter(target, directory);
  writer.startSync("full");
  writer.endSync();
  rmSync(lock);
  await writer.save();
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  const before = readFileSync(target);
  plant(lock, { pid: 1 });
  await assert.rejects(writer.save(), { code: "FILE-BUSY", message: /process 1 on/ });
  assert.deepEqual(readFileSync(target), before);
  writer.close();
  assert.ok(existsSync(lock), "the lock of the other one stays");
});

test("T-11: of twenty processes that find a stale lock at once one wins, and the others name a living process", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { pid: deadPid() });
  const script = `
    import { lockFile } from ${JSON.stringify(join(import.meta.dirname, "file-lock.ts"))};
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../../clock.ts"))};
    process.stdin.once("data", async () => {
      try { await lockFile(${JSON.stringify(target)}, { clock: systemClock }); console.log("won"); }
      catch (error) { console.log(error.code + " " + error.message); }
      process.stdin.once("data", () => process.exit(0));
    });
    console.log("ready");`;
  const children = Array.from({ length: 20 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  context.after(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const lines = children.map((child) => linesOf(child.stdout));
  for (const line of lines) assert.equal(await line(), "ready");
  for (const child of children) child.stdin.write("go\n");
  const said = await Promise.all(lines.map((line) => line()));
  assert.equal(said.filter((text) => text === "won").length, 1, said.join("\n"));
  assert.equal(said.filter((text) => text.startsWith("FILE-BUSY")).length, 19, said.join("\n"));
  const ended = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  for (const child of children) child.stdin.write("end\n");
  await Promise.all(ended);
  assert.equal(existsSync(lock), false, "an ordered exit gives the lock back");
});

test("a process that was killed while it took a stale lock over keeps nobody out", async (context) => {
  const { target, lock, directory } = place(context);
  plant(lock, { pid: deadPid() });
  const turn = `${lock}.takeover`;
  writeFileSync(turn, "");
  const aMinuteAgo = Date.now() / 1000 - 60;
  utimesSync(turn, aMinuteAgo, aMinuteAgo);
  const taken = await lockFile(target, { clock: new VirtualClock() });
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  taken.release();
  assert.deepEqual(readdirSync(directory), []);
});

function linesOf(stream: NodeJS.ReadableStream): () => Promise<string> {
  const iterator = (async function* () {
    let rest = "";
    for await (const chunk of stream) {
      const parts = (rest + String(chunk)).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
  })();
  return async () => String((await iterator.next()).value);
}

test("liveness is only claimed where it can be seen", () => {
  const self = thisProcess();
  assert.equal(livenessOf(self), "alive");
  assert.equal(livenessOf({ ...self, host: "elsewhere", boot: "another" }), "unknown");
  assert.equal(livenessOf({ ...self, host: "another-container", pid: deadPid() }), "dead");
  assert.equal(livenessOf({ ...self, pidNamespace: "pid:[1]" }), "unknown");
  assert.equal(livenessOf({ ...self, pid: deadPid() }), "dead");
  assert.ok(sameBoot(self, { ...self }));
  assert.ok(!sameBoot(self, { ...self, boot: "another" }));
  assert.ok(sameBoot({ ...self, boot: "up:1000" }, { ...self, boot: "up:1002" }));
  assert.ok(!sameBoot({ ...self, boot: "up:1000" }, { ...self, boot: "up:2000" }));
});
