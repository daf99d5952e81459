/** Questions about the way to a host: name, port, proxy, certificate and clock. Sends one GET, without any key. */
import { lookup } from "node:dns/promises";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { connect } from "node:net";
import { type DetailedPeerCertificate, TLSSocket } from "node:tls";
import { type Finding, pass, skip } from "../checks.ts";
import type { Clock } from "../clock.ts";
import { Status } from "../errors.ts";
import { hostOf, type Network, portOf } from "../net/network.ts";
import type { ProxyServer } from "../net/proxy-setting.ts";
import { fail, type Probe, warn } from "./probes.ts";

/** What the probes need to know. */
export interface NetworkProbeOptions {
  readonly url: URL;
  /** Ids of the probes begin with it; "" for the first host. */
  readonly prefix?: string;
  readonly network: Network;
  readonly clock: Clock;
}

const clockWarnMs = 30_000;
const clockFailMs = 5 * 60_000;
const expiryWarnDays = 14;
const dayMs = 24 * 60 * 60 * 1000;
const certificateFix =
  "Behind a proxy that opens connections, or with a private authority, set NODE_EXTRA_CA_CERTS to its certificate.";
const askAdministrator = "Ask those who run the network which way this machine may take to the host.";

/** DNS, TCP, proxy, TLS and clock. */
export function networkProbes(options: NetworkProbeOptions): readonly Probe[] {
  const { url, prefix = "", network, clock } = options;
  const proxy = network.proxyFor(url);
  // One request answers two questions.
  let asked: Promise<Answer> | undefined;
  const ask = (signal: AbortSignal): Promise<Answer> => {
    asked ??= request(url, network, signal);
    return asked;
  };
  const host = hostOf(url);
  return [
    {
      id: `${prefix}dns`,
      title: `The name ${host} is known`,
      run: async () => softenedBy(proxy, await checkName(host)),
    },
    {
      id: `${prefix}tcp`,
      title: `${url.host} can be reached`,
      run: async (signal) => softenedBy(proxy, await checkPort(host, portOf(url), signal)),
    },
    { id: `${prefix}proxy`, title: `The proxy for ${host} works`, run: (signal) => checkProxy(url, network, signal) },
    {
      id: `${prefix}tls`,
      title: `${host} proves who it is`,
      run: async (signal) => checkCertificate(url, ask(signal), clock),
    },
    {
      id: `${prefix}clock`,
      title: "The clock of this machine is right",
      run: async (signal) => checkClock(ask(signal), clock),
    },
  ];
}

interface Answer {
  readonly status: number;
  /** Milliseconds since the epoch by the server's clock. */
  readonly serverMs: number;
  readonly certificate: DetailedPeerCertificate | undefined;
  readonly protocol: string | undefined;
}

/** Behind a proxy the direct way is often closed, and need not be open. */
function softenedBy(proxy: ProxyServer | undefined, finding: Finding): Finding {
  if (proxy === undefined || finding.outcome !== "fail") return finding;
  return pass("Not reachable directly, which is well behind a proxy.");
}

async function checkName(host: string): Promise<Finding> {
  try {
    const found = await lookup(host, { all: true });
    return pass(`${found.map(({ address }) => address).join(", ")}.`);
  } catch (caught) {
    return fail(
      `The name cannot be resolved: ${codeOf(caught)}.`,
      "Check the host name and the DNS servers of this machine.",
      Status.unavailable,
    );
  }
}

async function checkPort(host: string, port: number, signal: AbortSignal): Promise<Finding> {
  try {
    const startedMs = performance.now();
    await connectTo(host, port, signal);
    return pass(`Connected in ${Math.round(performance.now() - startedMs)} ms.`);
  } catch (caught) {
    return fail(`No connection to port ${port}: ${codeOf(caught)}.`, askAdministrator, Status.unavailable);
  }
}

async function checkProxy(url: URL, network: Network, signal: AbortSignal): Promise<Finding> {
  const proxy = network.proxyFor(url);
  if (proxy === undefined) return skip("No proxy is set for it.");
  const tunnel = await network.tunnelTo(url, signal);
  tunnel?.on("error", () => {}).destroy();
  return pass(`${proxy.shown} opens a connection.`);
}

async function checkCertificate(url: URL, asked: Promise<Answer>, clock: Clock): Promise<Finding> {
  if (url.protocol !== "https:") return skip("Plain http, which is for this machine only.");
  try {
    const { certificate, protocol } = await asked;
    if (certificate === undefined) return warn("The certificate was not seen.", "Run it again.");
    const issuer = certificate.issuer.O || certificate.issuer.CN || "an unnamed authority";
    const days = Math.floor((Date.parse(certificate.valid_to) - clock.nowMs()) / dayMs);
    const detail = `${protocol ?? "TLS"}, certificate of ${String(issuer)}, good for ${days} more days.`;
    return days > expiryWarnDays ? pass(detail) : warn(detail, "Tell those who run the host that it ends soon.");
  } catch (caught) {
    return fail(`No answer over TLS: ${codeOf(caught)}.`, certificateFix, Status.unavailable);
  }
}

async function checkClock(asked: Promise<Answer>, clock: Clock): Promise<Finding> {
  const answer = await asked.catch(() => undefined);
  if (!answer) return skip("The host did not answer, so that its clock is not known.");
  if (!Number.isFinite(answer.serverMs)) return skip("The host does not say what time it is.");
  // The header says whole seconds.
  const offMs = clock.nowMs() - (answer.serverMs + 500);
  const seconds = Math.trunc(Math.abs(offMs) / 1000);
  const detail =
    seconds === 0 ? "The same as the host's." : `${seconds} s ${offMs < 0 ? "behind" : "ahead of"} the host's.`;
  const fix = "Set the clock, best by NTP: limits, signatures and certificates depend on it.";
  if (Math.abs(offMs) > clockFailMs) return { ...fail(detail, fix), facts: { seconds: String(seconds) } };
  return Math.abs(offMs) > clockWarnMs ? warn(detail, fix) : pass(detail);
}

function connectTo(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, signal });
  socket.once("connect", () => {
    socket.destroy();
    resolve();
  });
  socket.once("error", reject);
  return promise;
}

async function request(url: URL, network: Network, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const agent = network.httpsAgent();
  const outgoing =
    url.protocol === "https:"
      ? getHttps(url, { signal, agent }, resolve)
      : getHttp(url, { signal, agent: false }, resolve);
  outgoing.on("error", reject);
  const response = await promise;
  const { socket } = response;
  const answer = {
    status: response.statusCode ?? 0,
    serverMs: Date.parse(response.headers.date ?? ""),
    certificate: socket instanceof TLSSocket ? socket.getPeerCertificate(true) : undefined,
    protocol: socket instanceof TLSSocket ? (socket.getProtocol() ?? undefined) : undefined,
  };
  response.destroy();
  agent.destroy();
  return answer;
}

function codeOf(caught: unknown): string {
  if (caught instanceof AggregateError) return codeOf(caught.errors[0]);
  if (!(caught instanceof Error)) return String(caught);
  return "code" in caught && typeof caught.code === "string" ? caught.code : caught.message;
}
