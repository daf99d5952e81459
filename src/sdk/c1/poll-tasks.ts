/**
 * Asks C1 for tasks for ever: one at a time, or several ahead. It decides when to ask, what to drop and how many run at
 * once; a failure to ask is waited out and never ends the process.
 */
import type { Task } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { callError, untilAborted } from "./channel.ts";
import { eventErrorOf } from "./events.ts";
import { nextPollMs, pollErrorWaitMs } from "./outage.ts";
import type { ServiceContext } from "./service-context.ts";

/** An empty answer that says "ask again at once" would otherwise keep both sides busy with nothing. */
const shortestIdleMs = 100;
/** C1 may hold a question until there is a task, as long as it may ask for a pause; later, nobody is answering. */
const answerWithinMs = 5 * 60_000;
/** Most tasks that one answer may hold (connectorapi: GetTasks). */
const largestPage = 100;

/** What polling needs. */
interface PollOptions
  extends Pick<ServiceContext, "answerWithinMs" | "client" | "clock" | "hostId" | "logger" | "observe" | "signal"> {
  readonly slots: TaskSlots;
}

/** Asks for one task whenever a slot is free and C1's pause is over. Ends by rejecting with the signal's reason. */
export async function pollOneByOne(options: PollOptions): Promise<never> {
  const { client, hostId, slots, clock, observe, signal, answerWithinMs: timeoutMs = answerWithinMs } = options;
  let failures = 0;
  let waitMs = 0;
  for (;;) {
    await clock.sleep(waitMs, signal);
    await slots.free(signal);
    try {
      const reply = await untilAborted(client.getTask({ hostId }, { signal, timeoutMs }), signal);
      failures = 0;
      const started = begin(reply.task, options);
      waitMs = Math.max(nextPollMs(reply.nextPoll), started ? 0 : shortestIdleMs);
      observe({ kind: "polling", waitMs });
    } catch (caught) {
      signal.throwIfAborted();
      waitMs = pollErrorWaitMs(++failures);
      observe({ ...failedPoll(caught, "get task"), failures, waitMs });
    }
  }
}

/** Asks for several tasks and keeps those that find no slot in a queue. Ends as {@link pollOneByOne} does. */
export async function pollAhead(options: PollOptions): Promise<never> {
  const { slots, clock, observe, signal } = options;
  const queue: Task[] = [];
  let failures = 0;
  let nextPollAtMs = clock.monotonicMs();
  for (;;) {
    signal.throwIfAborted();
    while (!slots.isFull && queue.length > 0) begin(queue.shift(), options);
    const waitMs = nextPollAtMs - clock.monotonicMs();
    if (queue.length + slots.running.length >= slots.capacity || waitMs > 0) {
      await clock.sleep(waitMs > 0 && queue.length === 0 ? waitMs : shortestIdleMs, signal);
      continue;
    }
    try {
      const reply = await untilAborted(askAhead(options, queue), signal);
      failures = 0;
      queue.push(...reply.tasks);
      const pauseMs = Math.max(reply.nextPollMs, reply.tasks.length > 0 ? 0 : shortestIdleMs);
      nextPollAtMs = clock.monotonicMs() + pauseMs;
      observe({ kind: "polling", waitMs: pauseMs });
    } catch (caught) {
      signal.throwIfAborted();
      const pauseMs = pollErrorWaitMs(++failures);
      nextPollAtMs = clock.monotonicMs() + pauseMs;
      observe({ ...failedPoll(caught, "get tasks"), failures, waitMs: pauseMs });
    }
  }
}

function failedPoll(caught: unknown, call: string) {
  return { kind: "waiting", for: "poll", call, error: eventErrorOf(callError(caught, call)) } as const;
}

/** Tasks that are neither queued nor running. */
async function askAhead(
  { client, hostId, slots, signal, answerWithinMs: timeoutMs = answerWithinMs }: PollOptions,
  queue: readonly Task[],
): Promise<{ tasks: readonly Task[]; nextPollMs: number }> {
  const known = new Set([...queue.map((task) => task.id), ...slots.running]);
  const pageSize = Math.min(2 * slots.capacity - known.size, largestPage);
  const reply = await client.getTasks({ hostId, pageSize, knownTaskIds: [...known] }, { signal, timeoutMs });
  const tasks = reply.tasks.filter((task) => {
    const isNew = isWork(task) && !known.has(task.id);
    known.add(task.id);
    return isNew;
  });
  return { tasks, nextPollMs: nextPollMs(reply.nextPoll) };
}

/** False when there was nothing to begin. */
function begin(task: Task | undefined, { slots, logger }: PollOptions): boolean {
  if (!task || !isWork(task)) return false;
  const started = slots.start(task);
  if (!started) logger.warn("a task that runs already was handed out again; dropped", { task_id: task.id });
  return started;
}

/** A task without an id could not be told of: it counts as none. */
function isWork(task: Task): boolean {
  return task.id !== "" && task.taskType.case !== "none";
}

/** Runs tasks side by side, at most `capacity`. */
export class TaskSlots {
  readonly capacity: number;
  readonly #run: (task: Task) => Promise<void>;
  readonly #running = new Map<string, Promise<void>>();
  #freed = Promise.withResolvers<void>();

  /** `run` must not reject. */
  constructor(capacity: number, run: (task: Task) => Promise<void>) {
    this.capacity = capacity;
    this.#run = run;
  }

  /** Ids of the tasks that run. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  get isFull(): boolean {
    return this.#running.size >= this.capacity;
  }

  /** Resolves when a task may be started; rejects with the signal's reason. */
  async free(signal: AbortSignal): Promise<void> {
    while (this.isFull) await untilAborted(this.#freed.promise, signal);
  }

  /** Begins a task beside the others. A task that runs already is not begun again; then the answer is false. */
  start(task: Task): boolean {
    if (this.#running.has(task.id)) return false;
    const done = this.#run(task).finally(() => {
      this.#running.delete(task.id);
      this.#freed.resolve();
      this.#freed = Promise.withResolvers<void>();
    });
    this.#running.set(task.id, done);
    return true;
  }

  /** Resolves when nothing runs any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#running.values());
  }
}
