/** Sends one notification, through the proxy and with the certificates that every connection of this machine has. */
import { request as httpsRequest } from "node:https";
import { BatonError, Status } from "../../sdk/errors.ts";
import { Network } from "../../sdk/net/network.ts";
import { http } from "../../sdk/net/node-http.ts";
import { ProxyFailure, proxyRefusal } from "../../sdk/net/tunnel.ts";
import type { SecretRedactor } from "../../sdk/secret-redactor.ts";
import type { JobPlace } from "./job-context.ts";
import type { NotifyJob } from "./messages.ts";

/** Sends it. @throws BatonError `CONSOLE-WEBHOOK`, with the host and never the address, which is a secret. */
export async function runNotifyJob(job: NotifyJob, { io, signal }: JobPlace, redactor: SecretRedactor): Promise<void> {
  const url = new URL(job.url);
  // The path lets anyone who knows it write to the channel.
  redactor.add(url.pathname + url.search);
  const network = Network.read(io.env, redactor);
  const isSecure = url.protocol === "https:";
  const proxy = network.proxyFor(url);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = (isSecure ? httpsRequest : http.request)(url, {
    method: "POST",
    agent: isSecure ? network.httpsAgent() : network.httpAgent(url),
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(job.body) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(job.withinMs)]),
  });
  sent.on("response", (response) => {
    response.resume();
    // Only a proxy asks for a proxy's password.
    if (response.statusCode === 407 && proxy) {
      return reject(proxyRefusal({ proxy, host: url.hostname, port: Number(url.port || 80) }, response));
    }
    resolve(response.statusCode ?? 0);
  });
  sent.on("error", reject);
  sent.end(job.body);
  let status: number;
  try {
    status = await promise;
  } catch (caught) {
    if (caught instanceof ProxyFailure) throw notSent(caught.message, caught.hint ?? "");
    const { code, name } = caught as NodeJS.ErrnoException;
    throw notSent(`${url.host} cannot be reached (${code ?? name})`, "Check the address, the network and the proxy.");
  }
  if (status >= 200 && status < 300) return;
  throw notSent(`${url.host} answered with the status ${status}`, "Check the address and the form of the webhook.");
}

function notSent(problem: string, hint: string): BatonError {
  return new BatonError({
    code: "CONSOLE-WEBHOOK",
    status: Status.unavailable,
    message: `The notification did not arrive: ${problem}.`,
    effect: "Nobody was told.",
    hint,
  });
}
