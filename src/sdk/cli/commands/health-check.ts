/** `health-check`: asks a service on this machine for its health, for the probes of containers. */

import { get } from "node:http";
import { isIPv6 } from "node:net";
import type { Flag } from "../../config/field.ts";
import { sdkVersion } from "../../contracts/connector.ts";
import { BatonError, Status } from "../../errors.ts";
import type { Invocation } from "../app.ts";
import { loadStandardConfig } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";

/** Health endpoints (baton-sdk 0.26.0: health-check). */
const endpoints = ["health", "ready", "live"] as const;
const ok = 200;

/**
 * Silent when the service answers 200.
 * @throws BatonError exit code 2 for any other answer, 14 when nothing answers, 4 when it takes too long.
 */
export async function checkHealth(
  invocation: Invocation<Flag<"string", "endpoint"> | Flag<"int", "timeout">>,
): Promise<number> {
  const endpoint = invocation.options.string("endpoint");
  if (!endpoints.some((known) => known === endpoint)) {
    throw usageError(`invalid endpoint ${JSON.stringify(endpoint)}: must be one of ${endpoints.join(", ")}`);
  }
  const timeoutSeconds = invocation.options.int("timeout");
  const config = await loadStandardConfig(invocation);
  const address = config.string("health-check-bind-address");
  const host = isIPv6(address) ? `[${address}]` : address;
  const url = `http://${host}:${config.int("health-check-port")}/${endpoint}`;
  const status = await request(url, timeoutSeconds);
  if (status === ok) return 0;
  throw failure(Status.unknown, `${url} answered with status ${status}`, "See the log of the service for the reason.");
}

async function request(url: string, timeoutSeconds: number): Promise<number> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const answered = Promise.withResolvers<number>();
  try {
    const headers = { "User-Agent": `baton-sdk/${sdkVersion}` };
    // An agent would keep the connection, and with it the process.
    const outgoing = get(url, { signal, agent: false, headers }, (response) => {
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
