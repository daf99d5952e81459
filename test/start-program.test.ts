/** How the built program starts: what was compiled is kept for the next start, and never runs instead of what is there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratchDirectory } from "./e2e/program.ts";

const starter = join(import.meta.dirname, "..", "bin", "start-program.cjs");
/** Programs of words of one length are of one length, which is all that V8 compares. */
const programOf = (word: string): string => `(function (require, __filename) {
  console.log(${JSON.stringify(word)}, require("node:path").basename(__filename));
  if (process.argv.includes("--fail")) process.exitCode = 1;
})`;

/** A program, and what its starts say. */
class Starts implements Disposable {
  readonly #scratch = scratchDirectory();
  readonly cache: string = join(this.#scratch.path, "cache");
  readonly program: string = join(this.#scratch.path, "program.cjs");
  readonly kept: string = join(this.cache, "sync.code");

  constructor() {
    this.write("one");
  }

  write(word: string): void {
    writeFileSync(this.program, programOf(word));
  }

  start(argv: readonly string[] = [], env: NodeJS.ProcessEnv = {}): string {
    const script = `require(${JSON.stringify(starter)}).startProgram(${JSON.stringify(this.program)})`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script, "--", "program", ...argv], {
      env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: this.cache, ...env },
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    assert.equal(stderr, "");
    return stdout;
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]();
  }
}

test("code is kept of a run that ended well, for each command, for its user alone, and used without being written anew", () => {
  using starts = new Starts();
  assert.equal(starts.start(["--fail"]), "one program.cjs\n");
  assert.ok(!existsSync(join(starts.cache, "fail.code")));
  starts.start();
  starts.start(["report"]);
  assert.ok(existsSync(join(starts.cache, "report.code")));
  const { mode, ino } = statSync(starts.kept);
  assert.equal(mode & 0o777, 0o600);
  assert.equal(starts.start(), "one program.cjs\n");
  assert.equal(statSync(starts.kept).ino, ino);
});

test("code of another program, and damaged code, is not run, and is replaced", () => {
  using starts = new Starts();
  starts.start();
  const first = readFileSync(starts.kept);
  starts.write("two");
  assert.equal(starts.start(), "two program.cjs\n");
  assert.ok(!readFileSync(starts.kept).equals(first));
  for (const size of [0, 3, 40]) {
    truncateSync(starts.kept, size);
    assert.equal(starts.start(), "two program.cjs\n");
    assert.ok(statSync(starts.kept).size > 40);
  }
});

test("nothing is kept where others could write, behind a link, in what is no directory, and where Node keeps nothing", () => {
  using starts = new Starts();
  starts.start();
  const [open, link] = [`${starts.cache}-open`, `${starts.cache}-link`];
  mkdirSync(open);
  chmodSync(open, 0o777);
  symlinkSync(starts.cache, link);
  for (const cache of [open, link, starts.program]) {
    assert.equal(starts.start(["other"], { NODE_COMPILE_CACHE: cache }), "one program.cjs\n");
    assert.ok(!existsSync(join(cache, "other.code")));
  }
  assert.equal(starts.start(["other"], { NODE_DISABLE_COMPILE_CACHE: "1" }), "one program.cjs\n");
  assert.ok(!existsSync(join(starts.cache, "other.code")));
});

test("where nothing temporary can be made, the program and a checkout start all the same", {
  skip: process.platform !== "linux",
}, () => {
  using starts = new Starts();
  // A directory that is there and takes no other: Node's own way of making directories does not end there.
  const env = { NODE_COMPILE_CACHE: "", TMPDIR: "/proc/1" };
  assert.equal(starts.start([], env), "one program.cjs\n");
  const launcher = join(import.meta.dirname, "..", "bin", "baton-cloudsmith");
  const { stdout } = spawnSync(process.execPath, [launcher, "version"], {
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  assert.match(stdout, /^baton-cloudsmith version /);
});
