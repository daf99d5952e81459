/**
 * One file that is synced, killed and synced again, over and over, by the real program in its own process. After each
 * kill the file must be absent, the old one or a whole new one; each run that ends must equal an uninterrupted one.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, type FSWatcher, mkdirSync, readdirSync, readFileSync, rmSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { emptyGraceMs } from "../../src/sdk/c1z/scratch/scratch.ts";
import { type RunningProgram, startProgram } from "../e2e/program.ts";
import { checkFile, type FileContent, unfinishedIn } from "./file-check.ts";

/** What a lane works with. */
export interface LaneOptions {
  /** Of the lane alone; must exist. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** In [0, 1), the same row of numbers for the same seed. */
  readonly random: () => number;
  /** Rows and duration of uninterrupted runs. */
  readonly baseline: Baseline;
}

/** What uninterrupted runs give. */
export interface Baseline {
  readonly rows: string;
  readonly durationMs: number;
}

/** What was done. */
export interface Counts {
  /** Processes that were killed before they had ended. */
  kills: number;
  /** Of them: while a new file was being written or renamed. */
  killsInSave: number;
  /** Of them: while going on after a kill. */
  killsOfResumed: number;
  /** Runs that went on with what a killed one had read. */
  resumed: number;
  /** Files that a killed run left, new or old, and that were found whole. */
  filesChecked: number;
  /** Ended runs whose rows were compared with those of an uninterrupted run. */
  comparisons: number;
}

/** Nothing done yet. */
export function noCounts(): Counts {
  return { kills: 0, killsInSave: 0, killsOfResumed: 0, resumed: 0, filesChecked: 0, comparisons: 0 };
}

const adoptedMessage = "a run on this file was killed; going on with what it had read";
const killRange = 1.3;
/** How the moments of kills are spread: anywhere, or from when a new file or a scratch directory appears. */
const anywhereShare = 0.6;
const saveShare = 0.3;
const afterEventMs = 40;

/** One file and everything around it. */
export class CrashLane {
  readonly counts: Counts = noCounts();
  readonly #options: LaneOptions;
  readonly #data: string;
  readonly #scratch: string;
  readonly #file: string;
  #old: FileContent | undefined;
  /** Hashes of all files that were there. */
  readonly #known = new Set<string>();
  #afterKill = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#data = join(options.directory, "data");
    this.#scratch = join(options.directory, "scratch");
    this.#file = join(this.#data, "sync.c1z");
    mkdirSync(this.#data);
    mkdirSync(this.#scratch);
  }

  /** Kills one run, checks what is left, and in two of three cases lets the next one end and compares it. */
  async round(): Promise<void> {
    if (this.#options.random() < 0.1) this.#startOver();
    const wasResuming: boolean = this.#afterKill;
    const { killed, inSave } = await this.#runAndKill();
    if (killed) {
      this.counts.kills++;
      this.counts.filesChecked++;
      if (inSave) this.counts.killsInSave++;
      if (wasResuming) this.counts.killsOfResumed++;
      this.#afterKill = true;
    }
    await this.#checkLeft();
    if (!killed || this.#options.random() < 2 / 3) await this.finish();
  }

  /** Runs to the end and compares. */
  async finish(): Promise<void> {
    const expectedId = this.#unfinished();
    const startedMs = Date.now();
    const run = this.#start();
    const { code, stderr } = await run.finished;
    assert.equal(code, 0, stderr);
    const file = await checkFile(this.#file);
    assert.ok(file, "the file is there");
    assert.equal(file.rows, this.#options.baseline.rows, "the rows are those of an uninterrupted run");
    if (expectedId !== undefined) {
      assert.ok(stderr.includes(adoptedMessage), `what was read is gone on with: ${stderr}`);
      assert.equal(file.finished.at(-1), expectedId, "the sync keeps its id");
      this.counts.resumed++;
    }
    const beside = readdirSync(this.#data).filter((name) => !/^sync\.c1z\.previous/.test(name));
    assert.deepEqual(beside, ["sync.c1z", "sync.c1z.run.json"], "neither locks nor temporary files are left");
    await this.#checkPrevious();
    this.#checkScratch(startedMs);
    this.counts.comparisons++;
    this.#remember(file);
    this.#afterKill = false;
  }

  /** Where a file holds one sync, the one before lies beside it as it was. */
  async #checkPrevious(): Promise<void> {
    const previous = `${this.#file}.previous`;
    const isExpected = this.#options.env["BATON_STORAGE_ENGINE"] === "pebble" && this.#old !== undefined;
    assert.equal(existsSync(previous), isExpected, "the file before is beside the new one where it holds one sync");
    if (!isExpected) return;
    const left = (await checkFile(previous))?.hash;
    // A run that was killed when it had replaced the file is followed by one that reads all again.
    assert.ok(left !== undefined && this.#known.has(left), "it is one that was there");
  }

  /**
   * No scratch is left, but for directories with no more than a mark, so young that a process may just be about to name
   * itself in them: a kill in that instant leaves one, and the first run after ten seconds removes it.
   */
  #checkScratch(runStartedMs: number): void {
    for (const name of readdirSync(this.#scratch)) {
      const directory = join(this.#scratch, name);
      const left = readdirSync(directory).filter((file) => file !== "mark");
      assert.deepEqual(left, [], "no scratch is left");
      assert.ok(statSync(directory).mtimeMs > runStartedMs - emptyGraceMs, "nor any such directory of ten seconds");
    }
  }

  #startOver(): void {
    for (const name of readdirSync(this.#data)) {
      if (/^sync\.c1z(\.previous.*)?$/.test(name)) rmSync(join(this.#data, name));
    }
    this.#old = undefined;
  }

  async #runAndKill(): Promise<{ readonly killed: boolean; readonly inSave: boolean }> {
    const run = this.#start();
    const cancel = this.#planKill(run);
    const { code, stderr } = await run.finished;
    cancel();
    const inSave = readdirSync(this.#data).some((name) => /^sync\.c1z\.[0-9a-f]{12}\.tmp$/.test(name));
    const killed = code === 137;
    assert.ok(killed || code === 0, stderr);
    return { killed, inSave };
  }

  /** Plans the moment; returns what calls it off. */
  #planKill(run: RunningProgram): () => void {
    const { random, baseline } = this.#options;
    const kill = (): void => run.kill("SIGKILL");
    const kind = random();
    const moment = random();
    if (kind < anywhereShare) {
      const timer = setTimeout(kill, moment * killRange * baseline.durationMs);
      return () => clearTimeout(timer);
    }
    const [directory, name] =
      kind < anywhereShare + saveShare
        ? ([this.#data, /^sync\.c1z\.[0-9a-f]{12}\.tmp$/] as const)
        : ([this.#scratch, /^c1z-/] as const);
    return killAfter(directory, name, moment * afterEventMs, kill);
  }

  async #checkLeft(): Promise<void> {
    const hash = existsSync(this.#file) ? createHash("sha256").update(readFileSync(this.#file)).digest("hex") : "";
    if (hash !== (this.#old?.hash ?? "")) {
      const file = await checkFile(this.#file);
      assert.ok(file, "a file that was there stays");
      assert.equal(file.rows, this.#options.baseline.rows, "a new file holds all rows");
      this.#remember(file);
    }
  }

  #remember(file: FileContent): void {
    this.#old = file;
    this.#known.add(file.hash);
  }

  /** The sync that the next run must take up: the scratch directory's, if it belongs to the file as it is. */
  #unfinished(): string | undefined {
    const scratch = readdirSync(this.#scratch).find((name) => /^c1z-[0-9a-f]{24}$/.test(name));
    if (scratch === undefined || !this.#scratchFitsFile(join(this.#scratch, scratch))) return undefined;
    return unfinishedIn(join(this.#scratch, scratch));
  }

  #scratchFitsFile(scratch: string): boolean {
    const owner = join(scratch, "owner.json");
    if (!existsSync(owner)) return false;
    const isNew = /"source":"\w+ absent"/.test(readFileSync(owner, "utf8"));
    return isNew === !existsSync(this.#file);
  }

  #start(): RunningProgram {
    return startProgram(["--log-level", "info"], {
      cwd: this.#data,
      env: { ...this.#options.env, BATON_TMPDIR: this.#scratch, HOME: this.#options.directory },
    });
  }
}

/** Calls `kill` so many milliseconds after a name like this appears in the directory. */
function killAfter(directory: string, name: RegExp, delayMs: number, kill: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(directory, (_event, found) => {
    if (timer === undefined && found !== null && name.test(found)) timer = setTimeout(kill, delayMs);
  });
  return () => {
    watcher.close();
    clearTimeout(timer);
  };
}
