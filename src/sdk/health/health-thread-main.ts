/**
 * The health server itself, in a thread of its own: probes are answered at once, whatever the main thread is busy with.
 * What it says it is told by the main thread.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { FromHealthThread, HealthThreadData, ToHealthThread, ToldVerdict } from "./health-server.ts";

const headersTimeoutMs = 10_000;
const shutdownMs = 5_000;
/** A main thread that is busy for longer is answered for with what it said last. */
const verdictWithinMs = 1_000;
/** A main thread that has done nothing for so long hangs; its longest steps take seconds. */
const stalledAfterMs = 120_000;
const tickMs = 1_000;

interface Answer {
  readonly code: 200 | 503;
  readonly status: string;
  readonly details?: Readonly<Record<string, string>>;
}

// The program of a thread has both.
const port = parentPort as NonNullable<typeof parentPort>;
const { host, port: wanted, beats } = workerData as HealthThreadData;
let isReady: boolean = false;
let verdict: ToldVerdict | undefined;
let metrics: string | undefined;
let lastBeat = 0;
let beatAtMs = performance.now();
const waiting = new Set<() => void>();

const server = createServer((request, response) => {
  request.resume();
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  if (path === "/metrics" && metrics !== undefined) {
    response.writeHead(200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }).end(metrics);
    return;
  }
  void answerTo(path).then((answer) => send(response, answer));
});
server.headersTimeout = headersTimeoutMs;
const fail = (error: unknown): void =>
  tell({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
server.once("error", fail);
try {
  server.listen(wanted, host, () => tell({ type: "listening", port: (server.address() as AddressInfo).port }));
} catch (caught) {
  // What can be no address or port is refused at once.
  fail(caught);
}
const timer = setInterval(watch, tickMs);

port.on("message", (message: ToHealthThread) => {
  if (message.type === "ready") isReady = true;
  if (message.type === "metrics") metrics = message.text;
  if (message.type === "close") void close(server);
  if (message.type !== "verdict") return;
  ({ verdict } = message);
  if (!message.isAnswer) return;
  for (const wake of waiting) wake();
  waiting.clear();
});

function tell(message: FromHealthThread): void {
  port.postMessage(message);
}

function watch(): void {
  const beat = Atomics.load(beats, 0);
  if (beat === lastBeat) return;
  lastBeat = beat;
  beatAtMs = performance.now();
}

async function answerTo(path: string): Promise<Answer | undefined> {
  if (path === "/live") return isStalled() ? { code: 503, status: "stalled" } : { code: 200, status: "alive" };
  if (path === "/ready") return isReady ? { code: 200, status: "ready" } : { code: 503, status: "not ready" };
  if (path !== "/health") return undefined;
  return toAnswer(await currentVerdict());
}

function isStalled(): boolean {
  return performance.now() - beatAtMs > stalledAfterMs;
}

/** The main thread's own word where it has time to give one, else the last one; the first is waited for. */
async function currentVerdict(): Promise<ToldVerdict | undefined> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.add(resolve);
  tell({ type: "ask" });
  const late = verdict && setTimeout(resolve, verdictWithinMs);
  await promise;
  clearTimeout(late);
  waiting.delete(resolve);
  return verdict;
}

function toAnswer(told: ToldVerdict | undefined): Answer {
  const details = told === undefined ? {} : { last_checked: timeOf(told.checkedAtMs) };
  if (told?.error === undefined) return { code: 200, status: "healthy", details };
  const error = { error: "connector validation failed", validation_error: told.error };
  return { code: 503, status: "unhealthy", details: { ...error, ...details } };
}

function send(response: ServerResponse, answer: Answer | undefined): void {
  if (!answer) {
    response.writeHead(404).end();
    return;
  }
  const { code, status, details } = answer;
  const body = { status, timestamp: timeOf(Date.now()), ...(details && { details }) };
  response.writeHead(code, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

/** In whole seconds, as Go's health server has it. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

async function close(open: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  open.close(() => closed.resolve());
  open.closeIdleConnections();
  const late = setTimeout(() => open.closeAllConnections(), shutdownMs);
  await closed.promise;
  clearTimeout(late);
  clearInterval(timer);
  port.close();
}
