import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openWriter, temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../../../test/support/virtual-clock.ts";
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
  const held = await lockFile(target, clock);
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  await assert.rejects(lockFile(target, clock), {
    code: "FILE-BUSY",
    exitCode: 9,
    message: new RegExp(`process ${process.pid} on `),
    hint: new RegExp(lock),
  });
  held.release();
  held.release();
  assert.deepEqual(readdirSync(directory), []);
  (await lockFile(target, clock)).release();
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
  const held = await lockFile(target, clock);
  assert.equal(JSON.parse(readFileSync(lock, "utf8")).pid, process.pid);
  held.release();
  assert.deepEqual(readdirSync(directory), []);
});

test("T-11: a process id that was used again does not keep a lock alive", async (context) => {
  const { target, lock } = place(context);
  if (thisProcess().started === "") return context.skip("this system does not say when a process began");
  plant(lock, { started: "1" });
  (await lockFile(target, clock)).release();
});

test("T-11: a lock from before a restart of the machine is taken over", async (context) => {
  const { target, lock } = place(context);
  if (thisProcess().boot.startsWith("up:")) return context.skip("this system does not name its boots");
  plant(lock, { boot: "00000000-0000-0000-0000-000000000000" });
  (await lockFile(target, clock)).release();
});

test("T-11: a lock of another machine holds while it is renewed and no longer", async (context) => {
  const { target, lock } = place(context);
  plant(lock, { host: "elsewhere" });
  await assert.rejects(lockFile(target, clock), { code: "FILE-BUSY", message: /on elsewhere since 2026-01-02/ });
  const old = new Date(Date.now() - 125_000);
  utimesSync(lock, old, old);
  (await lockFile(target, clock)).release();
});

test("T-11: a lock whose process was killed before it could write its name is taken over", async (context) => {
  for (const text of ["", "{", "null", '"x"', '{"pid":-1}', '{"pid":1}']) {
    const { target, lock } = place(context);
    writeFileSync(lock, text);
    (await lockFile(target, clock)).release();
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
      try { await lockFile(${JSON.stringify(target)}, systemClock); console.log("won"); }
      catch (error) { console.log(error.code + " " + error.message); }
      process.stdin.once("data", () => process.exit(0));
    });
    console.log("ready");`;
  const children = Array.from({ length: 20 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] }),
  );
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
  assert.equal(livenessOf({ ...self, host: "elsewhere" }), "unknown");
  assert.equal(livenessOf({ ...self, pidNamespace: "pid:[1]" }), "unknown");
  assert.equal(livenessOf({ ...self, pid: deadPid() }), "dead");
  assert.ok(sameBoot(self, { ...self }));
  assert.ok(!sameBoot(self, { ...self, boot: "another" }));
  assert.ok(sameBoot({ ...self, boot: "up:1000" }, { ...self, boot: "up:1002" }));
  assert.ok(!sameBoot({ ...self, boot: "up:1000" }, { ...self, boot: "up:2000" }));
});
