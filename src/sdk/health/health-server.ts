/** Answers the probes of containers over HTTP: /health, /ready and /live (baton-sdk 0.25.0: health check). No secrets go out. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import { HealthCheck } from "./health-check.ts";

const headersTimeoutMs = 10_000;
const shutdownMs = 5_000;

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
}

/** A running health server. */
export interface HealthServer {
  readonly port: number;
  /** Stops listening; answers under way have 5 s. */
  close(): Promise<void>;
}

interface Answer {
  readonly code: 200 | 503;
  readonly status: string;
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * Starts to listen.
 * @throws BatonError `HEALTH-BIND` when the address cannot be listened on.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, clock, logger } = options;
  const check = new HealthCheck(options.connector, clock);
  const server = createServer((request, response) => {
    request.resume();
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    void answerTo(path, check, options.redactor).then((answer) => send(response, answer, clock.nowMs()));
  });
  server.headersTimeout = headersTimeoutMs;
  const bound = Promise.withResolvers<void>();
  server.once("error", bound.reject).listen(port, host, bound.resolve);
  await bound.promise.catch((cause: unknown) => {
    throw bindError(host, port, cause);
  });
  // It listens on TCP, whose address has a port.
  const { port: actual } = server.address() as AddressInfo;
  logger.info("health check server listening", { address: host, port: actual });
  return { port: actual, close: () => close(server) };
}

async function answerTo(path: string, check: HealthCheck, redactor: SecretRedactor): Promise<Answer | undefined> {
  if (path === "/live") return { code: 200, status: "alive" };
  // The connector is in this process, so that there is always one to be had.
  if (path === "/ready") return { code: 200, status: "ready" };
  if (path !== "/health") return undefined;
  const verdict = await check.verdict();
  if (verdict.healthy) return { code: 200, status: "healthy" };
  const { code, message } = verdict.error;
  const details = {
    error: "connector validation failed",
    validation_error: redactor.redact(`${code}: ${message}`),
  };
  return { code: 503, status: "unhealthy", details };
}

function send(response: ServerResponse, answer: Answer | undefined, nowMs: number): void {
  if (!answer) {
    response.writeHead(404).end();
    return;
  }
  const { code, status, details } = answer;
  const timestamp = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  response
    .writeHead(code, { "Content-Type": "application/json" })
    .end(`${JSON.stringify({ status, timestamp, ...(details && { details }) })}\n`);
}

async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), shutdownMs);
  await closed.promise;
  clearTimeout(timer);
}

function bindError(host: string, port: number, cause: unknown): BatonError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BatonError({
    code: "HEALTH-BIND",
    status: Status.unknown,
    message: `The health check server cannot listen on ${host} port ${port}: ${reason}.`,
    effect: "The service ends: probes would take it for dead.",
    hint: "Choose another port with --health-check-port, or another address with --health-check-bind-address.",
    cause,
  });
}
