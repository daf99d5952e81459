/** C1's task service as the stand-in gives it. Checks what C1 would refuse; keeps what it is told. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type {
  BatonService,
  BatonServiceHelloRequest,
} from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import type { TaskBoard } from "./task-board.ts";
import type { UploadReceiver, UploadWatcher } from "./upload-receiver.ts";

/** How fast the stand-in wants to be asked, in milliseconds. */
export interface Pace {
  nextPollMs: number;
  nextHeartbeatMs: number;
}

/** What the service is made of. */
export interface BatonServiceOptions {
  readonly board: TaskBoard;
  readonly receiver: UploadReceiver;
  readonly pace: Pace;
  /** Tasks whose heartbeats are answered with `cancelled`. */
  readonly cancelled: ReadonlySet<string>;
  readonly watchUpload: UploadWatcher;
  onHello(request: BatonServiceHelloRequest): void;
}

/** Makes the service. */
export function batonService(options: BatonServiceOptions): Partial<ServiceImpl<typeof BatonService>> {
  const { board, receiver, pace, cancelled } = options;
  const nextPoll = () => durationFromMs(pace.nextPollMs);
  const nextHeartbeat = () => durationFromMs(pace.nextHeartbeatMs);
  return {
    hello(request) {
      checkHello(request);
      options.onHello(request);
      return {};
    },
    getTask({ hostId }) {
      require("host_id", hostId);
      const task = board.take();
      return { nextPoll: nextPoll(), nextHeartbeat: nextHeartbeat(), ...(task && { task }) };
    },
    getTasks({ hostId, pageSize, knownTaskIds }) {
      require("host_id", hostId);
      if (pageSize < 1 || pageSize > 100) throw invalid("page_size");
      const tasks = Array.from({ length: pageSize }, () => board.take(knownTaskIds)).filter(
        (task) => task !== undefined,
      );
      return { tasks, nextPoll: nextPoll(), nextHeartbeat: nextHeartbeat() };
    },
    heartbeat({ hostId, taskId }) {
      require("host_id", hostId);
      checkOut(board, taskId);
      return { nextHeartbeat: nextHeartbeat(), cancelled: cancelled.has(taskId) };
    },
    async uploadAsset(messages) {
      await receiver.receive(messages, async (taskId, bytes) => {
        checkOut(board, taskId);
        await options.watchUpload(taskId, bytes);
      });
      return {};
    },
    finishTask(request) {
      require("host_id", request.hostId);
      const failed = request.finalState.case === "error";
      if (failed !== (request.status !== undefined)) throw invalid("status");
      if (!board.finish(request)) throw unknownTask(request.taskId);
      return {};
    },
  };
}

/** C1 registers nobody who leaves out something of the machine. */
function checkHello({ hostId, osInfo, buildInfo, connectorMetadata }: BatonServiceHelloRequest): void {
  require("host_id", hostId);
  require("connector_metadata.display_name", connectorMetadata?.displayName);
  for (const [name, message] of Object.entries({ osInfo, buildInfo })) {
    if (!message) throw invalid(name);
    for (const [field, value] of Object.entries(message)) if (value === "") throw invalid(`${name}.${field}`);
  }
}

function checkOut(board: TaskBoard, taskId: string): void {
  if (!board.isOut(taskId)) throw unknownTask(taskId);
}

function require(field: string, value: string | undefined): void {
  if (!value) throw invalid(field);
}

function invalid(field: string): ConnectError {
  return new ConnectError(`invalid ${field}`, Code.InvalidArgument);
}

function unknownTask(taskId: string): ConnectError {
  return new ConnectError(`task ${taskId} is not yours`, Code.NotFound);
}
