/** `health-check`: asks a service on this machine for its health, for the probes of containers. */
import { isIPv6 } from "node:net";
import { BatonError, Status } from "../../errors.ts";
import { type Command, type Invocation, ownFlag } from "../app.ts";
import { usageError } from "../parse-argv.ts";

/** Health endpoints (baton-sdk 0.25.0: health-check). */
const endpoints = ["health", "ready", "live"] as const;
const ok = 200;

/** The command. Silent when the service answers 200. */
export const healthCheckCommand: Command = {
  name: "health-check",
  summary: "Ask a running service for its health",
  settings: "standard",
  options: [
    {
      kind: "string",
      name: "endpoint",
      description: "What to ask for: health, ready or live",
      default: "health",
      ...ownFlag,
    },
    { kind: "int", name: "timeout", description: "Longest wait in seconds", default: 5, ...ownFlag },
  ],
  run: checkHealth,
};

/** @throws BatonError exit code 2 for any other answer, 14 when nothing answers, 4 when it takes too long. */
async function checkHealth(invocation: Invocation): Promise<number> {
  const { loadStandardConfig } = await import("../load-config.ts");
  const endpoint = invocation.options.string("endpoint");
  if (!endpoints.some((known) => known === endpoint)) {
    throw usageError(`invalid endpoint ${JSON.stringify(endpoint)}: must be one of ${endpoints.join(", ")}`);
  }
  const timeoutSeconds = invocation.options.int("timeout");
  if (timeoutSeconds < 1) throw usageError(`invalid timeout ${timeoutSeconds}: must be at least 1 second`);
  const config = await loadStandardConfig(invocation);
  const address = config.string("health-check-bind-address");
  const host = isIPv6(address) ? `[${address}]` : address;
  const url = `http://${host}:${config.int("health-check-port")}/${endpoint}`;
  const status = await request(url, timeoutSeconds);
  if (status === ok) return 0;
  throw failure(Status.unknown, `${url} answered with status ${status}`, "See the log of the service for the reason.");
}

async function request(url: string, timeoutSeconds: number): Promise<number> {
  const { get } = await import("node:http");
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const answered = Promise.withResolvers<number>();
  try {
    // An agent would keep the connection, and with it the process.
    const outgoing = get(url, { signal, agent: false, headers: { "User-Agent": "baton-sdk/v0.25.0" } }, (response) => {
      response.resume();
      answered.resolve(response.statusCode ?? 0);
    });
    outgoing.on("error", answered.reject);
    return await answered.promise;
  } catch (error) {
    if (signal.aborted) {
      const message = `${url} did not answer within ${timeoutSeconds} s`;
      throw failure(Status.deadlineExceeded, message, "Raise --timeout if the service is only slow.");
    }
    const hint = "Check that the service runs with --health-check, and the port and address.";
    throw failure(Status.unavailable, error instanceof Error ? error.message : String(error), hint);
  }
}

function failure(status: Status, reason: string, hint: string): BatonError {
  return new BatonError({ code: "BATON-HEALTH", status, message: `health check failed: ${reason}`, hint });
}
