/** Tests of settings: a process makes the checks, the lines are shown as they come. One test a connector at a time. */
import { randomUUID } from "node:crypto";
import { checkTitles } from "../../cloudsmith/checks.ts";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import { Status } from "../../sdk/errors.ts";
import type { TestLine, TestState } from "../contract/connectors.ts";
import type { EventHub } from "../event-hub.ts";
import { describeFailure } from "../failures/describe-failure.ts";
import type { FailingConnector } from "../failures/failure-context.ts";
import { budgetFact } from "../failures/remote-failures.ts";
import type { LogWriter } from "../runs/log-writer.ts";
import { c1CheckTitles, type Explanation, type FromWorker, type Job, type SentError } from "../worker/messages.ts";
import { lostProcess, startWorker, type WorkerProcess } from "../worker/worker-process.ts";

const lost = { effect: "Nothing was changed.", hint: "Test again." };

const closeWithinMs = 1000;

/** What a test is made of. */
export interface TestRequest {
  readonly connectorId: string;
  readonly job: Extract<Job, { kind: "check" | "c1-check" }>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly about: FailingConnector;
  /** Told when the test is over. */
  readonly onEnd: (test: TestState, results: readonly CheckResult[]) => void;
}

interface RunningTest {
  state: TestState;
  readonly process: WorkerProcess;
}

/** The tests of all connectors. */
export class ConnectionTests {
  readonly #hub: EventHub;
  readonly #logs: LogWriter;
  readonly #program: ProgramCommand;
  readonly #tests = new Map<string, RunningTest>();

  constructor(parts: { readonly hub: EventHub; readonly logs: LogWriter; readonly program: ProgramCommand }) {
    this.#hub = parts.hub;
    this.#logs = parts.logs;
    this.#program = parts.program;
  }

  /** The latest test of the connector. */
  latest(connectorId: string): TestState | undefined {
    return this.#tests.get(connectorId)?.state;
  }

  isRunning(connectorId: string): boolean {
    return this.latest(connectorId)?.isDone === false;
  }

  /** Begins a test; one that is under way is ended first. */
  start({ connectorId, job, env, about: connector, onEnd }: TestRequest): TestState {
    const about = { ...connector, isTest: true };
    this.forget(connectorId);
    const results: CheckResult[] = [];
    const test: RunningTest = {
      state: firstState(connectorId, job.kind === "check" ? checkTitles : c1CheckTitles),
      process: startWorker({
        program: this.#program,
        env,
        job,
        onMessage: (message) => {
          // One that was forgotten has nobody to tell.
          if (this.#tests.get(connectorId) !== test) return;
          if (message.type === "log") this.#logs.addJson(connectorId, null, message.line);
          if (message.type !== "checked") return;
          results.push(message.result);
          this.#show(test, withResult(test.state, message, about));
        },
      }),
    };
    this.#tests.set(connectorId, test);
    this.#hub.publish({ type: "test", test: test.state });
    void test.process.ended.then((end) => {
      if (this.#tests.get(connectorId) !== test) return;
      const error = end.kind === "lost" ? lostProcess("the test", end.how, lost) : end.error;
      this.#show(test, ended(test.state, error, about));
      onEnd(test.state, results);
    });
    return test.state;
  }

  /** Ends the test of a connector, if one is under way, and forgets it. */
  forget(connectorId: string): void {
    this.#tests.get(connectorId)?.process.stop(closeWithinMs);
    this.#tests.delete(connectorId);
  }

  async close(): Promise<void> {
    const processes = [...this.#tests.values()].map(({ process }) => process);
    for (const process of processes) process.stop(closeWithinMs);
    await Promise.all(processes.map(({ ended: gone }) => gone));
  }

  #show(test: RunningTest, state: TestState): void {
    test.state = state;
    this.#hub.publish({ type: "test", test: state });
  }
}

function firstState(connectorId: string, titles: Readonly<Record<string, string>>): TestState {
  const lines = Object.entries(titles).map(
    ([id, title], i): TestLine => ({ id, title, outcome: i === 0 ? "running" : "waiting", detail: "" }),
  );
  return { testId: randomUUID(), connectorId, isDone: false, lines, failure: null, keyOwner: null };
}

/** The state with one more result; the next line that has none is the one that is worked on. */
function withResult(
  state: TestState,
  { result, explanation }: Extract<FromWorker, { type: "checked" }>,
  about: FailingConnector,
): TestState {
  if (result.id === "clock") return withClock(state, result, about);
  const { id, title, outcome, fix, code } = result;
  const line: TestLine = {
    id,
    title,
    outcome,
    detail: id === "roster" ? `${result.detail}${budgetNote(result)}` : result.detail,
    ...(fix !== undefined && { fix }),
    ...(code !== undefined && { code }),
  };
  const lines = state.lines.map((one) => (one.id === id ? line : one));
  const next = lines.findIndex((one) => one.outcome === "waiting");
  return {
    ...state,
    lines: lines.map((one, i) => (i === next ? { ...one, outcome: "running" } : one)),
    failure: state.failure ?? (outcome === "fail" ? failureOf(result, explanation, about) : null),
    keyOwner: id === "key" && outcome === "pass" ? ownerIn(result) : state.keyOwner,
  };
}

/** The clock belongs to the first line: without a right one nothing that follows can be judged. */
function withClock(state: TestState, result: CheckResult, about: FailingConnector): TestState {
  if (result.outcome !== "fail" && result.outcome !== "warn") return state;
  const outcome = result.outcome;
  const { fix = "" } = result;
  const lines = state.lines.map((line) =>
    line.id === "host" && line.outcome === "pass"
      ? {
          ...line,
          outcome,
          detail: `${line.detail} This machine's clock: ${result.detail}`,
          fix,
          code: "CONSOLE-CLOCK",
        }
      : line,
  );
  const error = {
    code: "CONSOLE-CLOCK",
    status: Status.failedPrecondition,
    message: result.detail,
    candidates: [],
    facts: [["Clock of this machine", `no: ${result.detail}`]] as const,
    clockOffSeconds: Number(result.facts?.["seconds"]),
  };
  return {
    ...state,
    lines,
    failure: outcome === "fail" ? describeFailure({ error, connector: about }) : state.failure,
  };
}

function budgetNote({ facts = {} }: CheckResult): string {
  const { requests = "", limit = "", remaining = "" } = facts;
  if (requests === "") return "";
  const budget = limit === "" || remaining === "" ? "" : `; ${remaining} of ${limit} are left this hour`;
  return ` A sync takes about ${requests} requests${budget}.`;
}

function ownerIn({ facts = {} }: CheckResult): TestState["keyOwner"] {
  const { slug = "", name = "", kind } = facts;
  return { slug, name, kind: kind === "service" ? "service" : "user" };
}

function failureOf(
  result: CheckResult,
  explanation: Explanation | undefined,
  about: FailingConnector,
): TestState["failure"] {
  const {
    code = "BATON-UNEXPECTED",
    status = Status.unknown,
    detail: message,
    quote,
    fix,
    candidates = [],
    facts = {},
  } = result;
  const { retryAtMs = "", limit = "", remaining = "" } = facts;
  const error: SentError = {
    code,
    status,
    message,
    candidates,
    facts: limit === "" ? [] : [budgetFact(remaining, limit)],
    ...explanation,
    ...(quote !== undefined && { quote }),
    ...(fix !== undefined && { hint: fix }),
    ...(retryAtMs !== "" && { retryAtMs: Number(retryAtMs) }),
  };
  return describeFailure({ error, connector: about });
}

function ended(state: TestState, error: SentError | null, about: FailingConnector): TestState {
  const lines = state.lines.map((line): TestLine => {
    if (line.outcome !== "running" && line.outcome !== "waiting") return line;
    return line.outcome === "running" && error
      ? { ...line, outcome: "fail", detail: error.message, code: error.code }
      : { ...line, outcome: "skip", detail: "Not checked, because an earlier check failed." };
  });
  const failure = state.failure ?? (error && describeFailure({ error, connector: about }));
  return { ...state, isDone: true, lines, failure };
}
