import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { measureProcess } from "./measure-process.ts";

const megabyte = 1e6;
const skip = existsSync("/proc/self/status") ? false : "this system has no /proc";

const run = (script: string) =>
  measureProcess({ command: process.execPath, argv: ["-e", script], env: { PATH: process.env["PATH"] ?? "" } });
/** Fills memory and ends a little later, so that it can be seen. */
const hog = (megabytes: number): string =>
  `const held = Buffer.alloc(${megabytes * megabyte}, 1); setTimeout(() => held.at(0), 200)`;

describe("measureProcess", () => {
  it("gives what the program wrote", async () => {
    const { stdout, stderr } = await run("process.stdout.write('out'); process.stderr.write('err')");
    assert.deepEqual([stdout, stderr], ["out", "err"]);
  });

  it("counts the memory of a child of the child", { skip }, async () => {
    const alone = await run(hog(1));
    const script = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(hog(200))}])`;
    const { peakBytes } = await run(script);
    assert.ok((peakBytes ?? 0) > (alone.peakBytes ?? 0) + 200 * megabyte);
  });

  it("counts the processor time of the program, not the time that it waits", { skip }, async () => {
    const busy = await run("do for (let i = 0; i < 1e7; i++); while (process.cpuUsage().user < 500_000)");
    const idle = await run("setTimeout(() => {}, 500)");
    assert.ok((busy.cpuSeconds ?? 0) >= 0.45);
    assert.ok((idle.cpuSeconds ?? 1) < 0.4);
  });

  it("fails with the program's own words when it fails", async () => {
    await assert.rejects(
      run("process.stderr.write('no such key'); process.exitCode = 3"),
      /ended with 3:\nno such key/,
    );
  });
});
