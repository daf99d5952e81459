/**
 * Answers the probes of containers over HTTP: /health, /ready and /live (baton-sdk 0.25.0: health check). The connector is
 * checked at most once a minute, however often probes come. No secrets go out.
 */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import { startThread } from "../start-thread.ts";

/** With what the thread begins. */
export interface HealthThreadData {
  readonly host: string;
  readonly port: number;
  /** Counted up by the main thread while it lives. */
  readonly beats: Int32Array;
}

/** A verdict on the connector's access. */
export interface ToldVerdict {
  /** Why it is not healthy, without secrets; undefined: it is. */
  readonly error: string | undefined;
  /** Milliseconds since the epoch. */
  readonly checkedAtMs: number;
}

/** To the thread. */
export type ToHealthThread =
  | { readonly type: "metrics"; readonly text: string }
  | { readonly type: "ready" }
  /** `isAnswer`: it was asked for. */
  | { readonly type: "verdict"; readonly verdict: ToldVerdict; readonly isAnswer: boolean }
  | { readonly type: "close" };

/** From the thread. */
export type FromHealthThread =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "ask" };

const beatMs = 1_000;
const program = {
  module: "./health-thread-main",
  url: import.meta.url,
};

/** What {@link startHealthServer} needs. */
export interface HealthServerOptions {
  /** Address to listen on; 127.0.0.1 serves probes in the same container only. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Used for nothing but the checks. */
  readonly connector: Connector;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: SecretRedactor;
  /** Gives the measurements that /metrics shows; absent: there is no such path. */
  metrics?(): string;
}

/**
 * Starts to listen, in a thread of its own.
 * @throws BatonError `HEALTH-BIND` when the address cannot be listened on.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, logger } = options;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: HealthThreadData = { host, port, beats };
  const thread = startThread(program, { workerData, env: {}, name: "health" });
  const [first] = (await once(thread, "message")) as [FromHealthThread];
  if (first.type !== "listening") {
    await thread.terminate();
    throw bindError(host, port, first.type === "failed" ? first.reason : "the thread did not begin");
  }
  logger.info("health check server listening", { address: host, port: first.port });
  return new HealthServer(options, thread, { port: first.port, beats });
}

/** A running health server. */
export class HealthServer {
  readonly port: number;
  readonly #options: HealthServerOptions;
  readonly #thread: Worker;
  readonly #check: HealthCheck;
  readonly #beating: NodeJS.Timeout;

  constructor(options: HealthServerOptions, thread: Worker, { port, beats }: { port: number; beats: Int32Array }) {
    this.#options = options;
    this.#thread = thread;
    this.port = port;
    this.#check = new HealthCheck(options.connector, options.clock);
    this.#tellMetrics();
    this.#beating = setInterval(() => {
      Atomics.add(beats, 0, 1);
      this.#tellMetrics();
    }, beatMs).unref();
    thread.on("message", (message: FromHealthThread) => {
      if (message.type === "ask") void this.#answer();
    });
  }

  /** From now on /ready says so. */
  setReady(): void {
    this.#post({ type: "ready" });
  }

  /** What was just found out about the connector's access, by a sync for example. */
  note(verdict: Verdict): void {
    this.#check.note(verdict);
    this.#tell(verdict, false);
  }

  /** Stops listening; answers under way have 5 s. */
  async close(): Promise<void> {
    clearInterval(this.#beating);
    const gone = once(this.#thread, "exit");
    this.#post({ type: "close" });
    await gone;
  }

  /** Told and not asked for: a scrape then waits for nobody. */
  #tellMetrics(): void {
    const text = this.#options.metrics?.();
    if (text !== undefined) this.#post({ type: "metrics", text: this.#options.redactor.redact(text) });
  }

  async #answer(): Promise<void> {
    this.#tell(await this.#check.verdict(), true);
  }

  #tell(verdict: Verdict, isAnswer: boolean): void {
    const { redactor } = this.#options;
    const error = verdict.healthy ? undefined : redactor.redact(`${verdict.error.code}: ${verdict.error.message}`);
    this.#post({ type: "verdict", verdict: { error, checkedAtMs: this.#check.checkedAtMs }, isAnswer });
  }

  #post(message: ToHealthThread): void {
    this.#thread.postMessage(message);
  }
}

function bindError(host: string, port: number, reason: string): BatonError {
  return new BatonError({
    code: "HEALTH-BIND",
    status: Status.unknown,
    message: `The health check server cannot listen on ${host} port ${port}: ${reason}.`,
    effect: "The service ends: probes would take it for dead.",
    hint: "Choose another port with --health-check-port, or another address with --health-check-bind-address.",
  });
}

/** A verdict stands for so long: probes come every few seconds, and each check costs calls of the API's budget. */
const verdictMs = 60_000;
const timeoutMs = 30_000;

/** Outcome of a check. */
type Verdict =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly error: Pick<BatonError, "code" | "message"> };

/** Checks a connector of its own: one that syncs at the same time would begin anew. */
class HealthCheck {
  readonly #connector: Connector;
  readonly #clock: Clock;
  #verdict: Verdict | undefined;
  #verdictAtMs = 0;
  #checkedAtMs = 0;
  #asking: Promise<Verdict> | undefined;

  constructor(connector: Connector, clock: Clock) {
    this.#connector = connector;
    this.#clock = clock;
  }

  /** The verdict, not older than 60 s. Callers at the same time share one check. */
  async verdict(): Promise<Verdict> {
    if (this.#verdict && this.#clock.monotonicMs() - this.#verdictAtMs < verdictMs) return this.#verdict;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  /** When the verdict was found, milliseconds since the epoch. */
  get checkedAtMs(): number {
    return this.#checkedAtMs;
  }

  /** Takes over what was found out elsewhere, as if it had been asked for now. */
  note(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#verdictAtMs = this.#clock.monotonicMs();
    this.#checkedAtMs = this.#clock.nowMs();
  }

  async #ask(): Promise<Verdict> {
    const verdict = await validate(this.#connector);
    this.note(verdict);
    return verdict;
  }
}

async function validate(connector: Connector): Promise<Verdict> {
  const timeout = Promise.withResolvers<never>();
  const controller = new AbortController();
  // A connector that does not listen to its signal must not keep the probe either.
  const timer = setTimeout(() => {
    controller.abort(tooSlow());
    timeout.reject(tooSlow());
  }, timeoutMs);
  try {
    // Warnings belong to syncs; here only pass or fail is asked for.
    await Promise.race([
      connector.validate({ signal: controller.signal, warn: () => undefined, report: () => undefined }),
      timeout.promise,
    ]);
    return { healthy: true };
  } catch (caught) {
    return { healthy: false, error: toBatonError(caught) };
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(): BatonError {
  return new BatonError({
    code: "HEALTH-TIMEOUT",
    status: Status.deadlineExceeded,
    message: `the check took longer than ${timeoutMs / 1000} s`,
  });
}
