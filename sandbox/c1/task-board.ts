/** The tasks of the stand-in for C1: waiting, handed out, finished; and what C1 would show of the connector meanwhile. */
import { randomInt } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type BatonServiceFinishTaskRequest,
  type Task,
  TaskSchema,
} from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** What C1 writes beside a connector. */
export type ConnectorLabel = "Not connected" | "Syncing" | "Connected" | "Error";

/** What to do; the id is made up when it is left out. */
export type TaskInit = MessageInitShape<typeof TaskSchema>;

const idCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** All tasks. */
export class TaskBoard {
  /** Every FinishTask, in order. */
  readonly finished: BatonServiceFinishTaskRequest[] = [];
  readonly #waiting: Task[] = [];
  readonly #out = new Map<string, Task>();
  readonly #onLabel: (label: ConnectorLabel, detail: string) => void;
  #label: ConnectorLabel = "Not connected";

  /** `onLabel` is told of every change. */
  constructor(onLabel: (label: ConnectorLabel, detail: string) => void) {
    this.#onLabel = onLabel;
  }

  get label(): ConnectorLabel {
    return this.#label;
  }

  /** Tasks that nobody has taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Tasks that were handed out and are not finished. */
  get out(): readonly string[] {
    return [...this.#out.keys()];
  }

  /** Puts a task at the end of the queue and returns its id. */
  add(init: TaskInit): string {
    const task = create(TaskSchema, { id: newTaskId(), ...init });
    this.#waiting.push(task);
    return task.id;
  }

  /** Hands out the next task, if there is one that is not `known`. */
  take(known: readonly string[] = []): Task | undefined {
    const index = this.#waiting.findIndex((task) => !known.includes(task.id));
    const [task] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!task) return undefined;
    // A hello is answered by a hello, not by a result.
    if (task.taskType.case !== "hello") this.#out.set(task.id, task);
    if (task.taskType.case === "syncFull") this.#show("Syncing", `task ${task.id}`);
    return task;
  }

  /** True when the task was handed out and is not finished. */
  isOut(taskId: string): boolean {
    return this.#out.has(taskId);
  }

  /** Takes a result; false for a task that is not out. */
  finish(request: BatonServiceFinishTaskRequest): boolean {
    const task = this.#out.get(request.taskId);
    if (!task) return false;
    this.#out.delete(request.taskId);
    this.finished.push(request);
    if (task.taskType.case !== "syncFull") return true;
    if (request.finalState.case === "success") this.#show("Connected", `task ${task.id} is complete`);
    else this.#show("Error", request.status?.message ?? "no reason given");
    return true;
  }

  #show(label: ConnectorLabel, detail: string): void {
    this.#label = label;
    this.#onLabel(label, detail);
  }
}

/** 27 letters and digits, as C1's ids have. */
export function newTaskId(): string {
  return Array.from({ length: 27 }, () => idCharacters[randomInt(idCharacters.length)]).join("");
}
