/**
 * Plays one chaos plan with the real program and the sandbox, and checks after each run what is promised: the file is
 * the old one or a whole new one, nothing partial is sealed, nobody is lost or doubled, and every run ends.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import type { Member } from "../../sandbox/organization/model.ts";
import { createRandom } from "../../sandbox/random.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { checkFile, type FileContent } from "../crash/file-check.ts";
import { type Finished, type RunningProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { assertHoldsAll, requestedSwitches } from "../e2e/requested-oracle.ts";
import { assertHolds, assertOnlyReads, settingsFor } from "../e2e/sandbox-run.ts";
import { readStoredRows } from "../e2e/stored-rows.ts";
import { answerMishaps, driftMishaps, type Mishap, type Plan } from "./plan.ts";

/** How a seed ended. */
export interface StormReport {
  /** How often each kind happened. */
  readonly happened: ReadonlyMap<string, number>;
  /** Runs of the program, by exit code. */
  readonly exits: ReadonlyMap<number, number>;
  /** Sealed syncs whose rows were checked. */
  readonly sealedChecked: number;
}

/** No run of these small organizations, retries included, takes as long. */
const deadlineMs = 90_000;
/** Exit codes that docs/operations.md has for what can happen here; 137 is our own kill. */
const knownExits = new Set([0, 2, 3, 4, 5, 7, 8, 14, 16, 21, 22, 130, 137, 143]);

/** Plays the plan to its end. Throws at the first broken promise; the message names the seed. */
export async function playPlan(plan: Plan): Promise<StormReport> {
  using scratch = scratchDirectory();
  await using sandbox = await startSandbox({ organization: plan.organization, ...plan.switches });
  const storm = new Storm(plan, sandbox, scratch.path);
  try {
    return await storm.play();
  } catch (caught) {
    throw new Error(`seed ${plan.seed}: ${caught instanceof Error ? caught.message : String(caught)}`, {
      cause: caught,
    });
  }
}

/** Somebody as they were at the start of the plan, or when they came. */
interface Life {
  /** False once anything about them has changed. */
  isSame: boolean;
  isThere: boolean;
}

class Storm {
  readonly #plan: Plan;
  readonly #sandbox: Sandbox;
  readonly #directory: string;
  readonly #data: string;
  readonly #scratch: string;
  readonly #file: string;
  readonly #random;
  readonly #happened = new Map<string, number>();
  readonly #exits = new Map<number, number>();
  readonly #lives = new Map<string, Life>();
  #drifted: boolean = false;
  #sealedChecked = 0;
  #newcomers = 0;
  #known: FileContent | undefined;

  constructor(plan: Plan, sandbox: Sandbox, directory: string) {
    this.#plan = plan;
    this.#sandbox = sandbox;
    this.#directory = directory;
    this.#data = join(directory, "data");
    this.#scratch = join(directory, "scratch");
    this.#file = join(this.#data, "sync.c1z");
    this.#random = createRandom(plan.seed, "storm");
    for (const { userId } of sandbox.organization.members) this.#lives.set(userId, { isSame: true, isThere: true });
    mkdirSync(this.#data);
    mkdirSync(this.#scratch);
  }

  async play(): Promise<StormReport> {
    if (this.#plan.hasOldFile) await this.#runInPeace();
    for (const mishaps of this.#plan.runs) await this.#runUnder(mishaps);
    await this.#runInPeace();
    assertOnlyReads(this.#sandbox);
    return { happened: this.#happened, exits: this.#exits, sealedChecked: this.#sealedChecked };
  }

  /** With nothing in the way, whatever happened before, a run ends well with the organization as it is. */
  async #runInPeace(): Promise<void> {
    this.#sandbox.clearFaults();
    const run = await this.#finish(this.#start(["--accept-changes"]));
    assert.equal(run.code, 0, `the run without mishaps failed: ${run.stderr}`);
    const file = await checkFile(this.#file);
    assert.ok(file, "the file is there");
    await this.#checkSealed(file);
    this.#known = file;
    const names = readdirSync(this.#data).toSorted();
    assert.deepEqual(names, ["sync.c1z", "sync.c1z.run.json"], "neither locks nor temporary files are left");
  }

  async #runUnder(mishaps: readonly Mishap[]): Promise<void> {
    // A kill within a save needs a save that is slow enough to be hit; it is tried a few times.
    const tries = mishaps.some(({ kind }) => kind === "kill in a save") ? 5 : 1;
    for (let attempt = 0; attempt < tries; attempt++) {
      const run = this.#start();
      const stop = this.#arrange(mishaps, run);
      const { code } = await this.#finish(run);
      stop();
      await this.#checkLeft(code);
      if (code === 137) return;
    }
  }

  #start(argv: readonly string[] = []): RunningProgram {
    const env = {
      ...settingsFor(this.#sandbox, this.#plan.asksForAll ? "owner" : "service"),
      ...(this.#plan.asksForAll && requestedSwitches),
      BATON_TMPDIR: this.#scratch,
      HOME: this.#directory,
      BATON_HTTP_TIMEOUT_SECONDS: "2",
      BATON_API_CONCURRENCY: String(this.#plan.concurrency),
    };
    return startProgram(["--log-level", "debug", ...argv], { cwd: this.#data, env });
  }

  async #finish(run: RunningProgram): Promise<Finished> {
    let late: boolean = false;
    const timer = setTimeout(() => {
      late = true;
      run.kill("SIGKILL");
    }, deadlineMs);
    const finished = await run.finished;
    clearTimeout(timer);
    assert.ok(!late, `the run did not end within ${deadlineMs / 1000} s: ${finished.stderr.slice(-2000)}`);
    assert.ok(knownExits.has(finished.code), `exit code ${finished.code}: ${finished.stderr}`);
    for (const key of Object.values(this.#sandbox.keys)) {
      assert.ok(!finished.stderr.includes(key), "the key is in the output");
    }
    assert.doesNotMatch(finished.stderr, /^ {4}at .*:\d+:\d+/m, "a stack trace is in the output");
    this.#exits.set(finished.code, (this.#exits.get(finished.code) ?? 0) + 1);
    return finished;
  }

  /** Orders what is to happen; returns what calls the rest off. */
  #arrange(mishaps: readonly Mishap[], run: RunningProgram): () => void {
    this.#sandbox.clearFaults();
    const before = { ...this.#sandbox.counters.faultsFired };
    const offs = mishaps.map((mishap) => {
      const fault = answerMishaps[mishap.kind];
      if (!fault) return this.#arrangeOther(mishap, run);
      const { kind: name, atRequest, times } = mishap;
      const match = fault.kind.endsWith("-page")
        ? { path: /\/(members|teams)\/$/, nth: 1 + (atRequest % 2) }
        : { nth: atRequest };
      this.#sandbox.addFault({ ...fault, name, match, times });
      return () => {};
    });
    return () => {
      for (const off of offs) off();
      for (const [name, count] of Object.entries(this.#sandbox.counters.faultsFired)) {
        this.#note(name, count - (before[name] ?? 0));
      }
    };
  }

  #arrangeOther({ kind, atRequest }: Mishap, run: RunningProgram): () => void {
    if (kind === "kill in a save") {
      const watcher = watch(this.#data, (_event, name) => {
        if (name !== null && /^sync\.c1z\.[0-9a-f]{12}\.tmp$/.test(name)) this.#signal("SIGKILL", run, kind);
      });
      return () => watcher.close();
    }
    let requests = 0;
    return this.#sandbox.onRequest(() => {
      if (++requests !== atRequest) return undefined;
      if (isDrift(kind)) this.#drift(kind);
      else this.#signal(kind as "SIGKILL" | "SIGTERM" | "SIGINT", run, kind); // what is left of the kinds
      return undefined;
    });
  }

  #signal(signal: "SIGKILL" | "SIGTERM" | "SIGINT", run: RunningProgram, kind: string): void {
    run.kill(signal);
    this.#note(kind, 1);
  }

  #drift(kind: (typeof driftMishaps)[number]): void {
    const { edit, organization } = this.#sandbox;
    const { members, teams } = organization;
    this.#note(kind, 1);
    this.#drifted = true;
    if (kind === "member added" || members.length < 4) {
      const { userId } = edit.addMember({ user: `newcomer-${this.#newcomers++}` });
      this.#lives.set(userId, { isSame: false, isThere: true });
    } else if (kind === "team removed" || kind === "team renamed") {
      const team = teams.length > 0 ? this.#random.pick(teams) : edit.addTeam({ slug: `team-${this.#newcomers++}` });
      if (kind === "team removed") edit.removeTeam(team.slug);
      else edit.changeTeam(team.slug, { slug: `renamed-${this.#newcomers++}` });
    } else {
      const member = this.#random.pick(members);
      this.#lives.set(member.userId, { isSame: false, isThere: kind !== "member removed" });
      this.#change(member, kind);
    }
  }

  #change({ user, role, isActive }: Member, kind: (typeof driftMishaps)[number]): void {
    const { edit } = this.#sandbox;
    if (kind === "member removed") edit.removeMember(user);
    else if (kind === "member deactivated") edit.changeMember(user, { isActive: !isActive });
    else edit.changeMember(user, { role: role === "Owner" ? "Member" : "Owner", userName: `Renamed ${user}` });
  }

  #note(kind: string, times: number): void {
    if (times > 0) this.#happened.set(kind, (this.#happened.get(kind) ?? 0) + times);
  }

  /** P1 and P3: the file is sound, what was finished in it is still there, and what is newly finished is true. */
  async #checkLeft(code: number): Promise<void> {
    const file = await checkFile(this.#file);
    assert.ok(file || !this.#known, "the file is gone");
    if (!file) {
      assert.notEqual(code, 0, "a run that ended well left no file");
      return;
    }
    const [newest, was] = [file.finished.at(-1), this.#known?.finished.at(-1)];
    if (newest !== undefined && newest !== was) {
      await this.#checkSealed(file);
    } else {
      assert.notEqual(code, 0, "a run that ended well finished no sync");
      assert.equal(file.rows, this.#known?.rows ?? "", "rows of a finished sync have changed");
    }
    this.#known = file;
  }

  async #checkSealed(file: FileContent): Promise<void> {
    this.#sealedChecked++;
    // A run that goes on may have read rows before the organization changed.
    const moved = this.#drifted;
    if (moved || this.#plan.asksForAll) this.#checkPeople(file);
    else await assertHolds(this.#file, this.#sandbox, this.#sight(), file.finished.at(-1));
    if (!moved && this.#plan.asksForAll) this.#checkRequested(file);
  }

  /** A list that the server refuses makes the roster partial, and says so; what is there is true. */
  #checkRequested({ finished }: FileContent): void {
    const syncId = finished.at(-1);
    const { result, sync } = JSON.parse(readFileSync(`${this.#file}.run.json`, "utf8"));
    const mayMiss = sync?.id !== syncId || result === "Partial roster";
    assertHoldsAll(readStoredRows(this.#file, syncId), this.#sandbox.organization, { mayMiss });
  }

  /** P4: while the organization moves, anyone who did not change is there once, as ever; nobody is made up. */
  #checkPeople({ finished }: FileContent): void {
    const { resources, grants } = readStoredRows(this.#file, finished.at(-1));
    const users = Object.keys(resources).filter((id) => id.startsWith("user:"));
    for (const id of users) assert.ok(this.#lives.has(id.slice(5)), `${id} never was`);
    for (const member of this.#sandbox.organization.members) {
      if (this.#lives.get(member.userId)?.isSame !== true) continue;
      assert.ok(resources[`user:${member.userId}`], `${member.userId} was there all the time and is missing`);
      const roles = Object.keys(grants).filter(
        (id) => id.startsWith("organization:") && id.endsWith(`:user:${member.userId}`),
      );
      assert.equal(roles.length, 1, `role grants of ${member.userId}: ${roles}`);
      assert.match(roles[0] ?? "", new RegExp(`:${member.role.toLowerCase()}:user:`));
    }
    for (const id of Object.keys(grants)) {
      const [type, resource, , principalType, principal] = id.split(":");
      assert.ok(resources[`${type}:${resource}`] && resources[`${principalType}:${principal}`], `${id} dangles`);
    }
  }

  #sight() {
    return { teamsOnMemberships: this.#plan.switches.membersCarryTeams ?? true };
  }
}

function isDrift(kind: string): kind is (typeof driftMishaps)[number] {
  return (driftMishaps as readonly string[]).includes(kind);
}
