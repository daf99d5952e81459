/** Finds out more of an error on the way to a host, for a person to act upon: where it broke, and which certificate. */
import { connect, type PeerCertificate } from "node:tls";
import { runChecks } from "../../sdk/checks.ts";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import { networkProbes } from "../../sdk/doctor/network-probes.ts";
import { hostOf, Network, portOf } from "../../sdk/net/network.ts";
import type { SecretRedactor } from "../../sdk/secret-redactor.ts";
import type { Explanation } from "./messages.ts";

const stepNames: Readonly<Record<string, string>> = {
  dns: "Name",
  tcp: "Connection",
  proxy: "Proxy",
  tls: "Certificate",
  clock: "Clock of this machine",
};
const lookWithinMs = 5000;

/** What there is to say about an error with a NET- code; nothing of others. Sends one GET without any key. */
export async function explainNetworkError(
  code: string,
  baseUrl: string,
  { env, clock }: CliIo,
  redactor: SecretRedactor,
): Promise<Explanation> {
  const url = URL.parse(baseUrl);
  // With settings that cannot be read there is no way to look along.
  if (!code.startsWith("NET-") || code === "NET-PROXY-SETTING" || url === null) return { facts: [] };
  const network = Network.read(env, redactor);
  const [results, certificate] = await Promise.all([
    runChecks(networkProbes({ url, network, clock }), undefined, { signal: AbortSignal.timeout(lookWithinMs) }),
    code === "NET-TLS" && url.protocol === "https:" ? lookAtCertificate(url, network) : [],
  ]);
  const steps = results
    .filter(({ outcome }) => outcome !== "skip")
    .map(
      ({ id, outcome, detail }) => [stepNames[id] ?? id, `${outcome === "fail" ? "no" : "yes"}: ${detail}`] as const,
    );
  const clockFinding = results.find(({ id, outcome }) => id === "clock" && outcome === "fail");
  return {
    facts: [...steps, ...certificate],
    ...(clockFinding && { clockOffSeconds: Number(clockFinding.facts?.["seconds"]) }),
  };
}

/**
 * Whose certificate was refused, by whom and for how long it was issued. Nothing is sent over the connection and nothing
 * that is read from it is believed: it is shown as what the other side says of itself.
 */
async function lookAtCertificate(url: URL, network: Network): Promise<Explanation["facts"]> {
  const { promise, resolve } = Promise.withResolvers<PeerCertificate | undefined>();
  const host = hostOf(url);
  const tunnel = await network.tunnelTo(url)?.catch(() => undefined);
  if (network.proxyFor(url) && !tunnel) return [];
  const way = tunnel ? { socket: tunnel } : { host, port: portOf(url) };
  const socket = connect({ ...way, servername: host, rejectUnauthorized: false, timeout: lookWithinMs }, () =>
    resolve(socket.getPeerCertificate()),
  );
  for (const event of ["error", "timeout", "close"]) socket.once(event, () => resolve(undefined));
  const certificate = await promise;
  socket.destroy();
  if (!certificate?.subject) return [];
  return [
    ["Subject", nameOf(certificate.subject)],
    ["Issuer", nameOf(certificate.issuer)],
    ["Valid", `${certificate.valid_from} to ${certificate.valid_to}`],
  ];
}

function nameOf({ CN, O }: PeerCertificate["subject"]): string {
  const parts = [CN, O].flat().filter((part) => part !== undefined);
  return parts.join(", ").slice(0, 200) || "unnamed";
}
