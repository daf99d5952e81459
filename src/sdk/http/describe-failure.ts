/** Words for the failures that are the same for every API: the network, TLS, and proxies in between. */
import { BatonError, Status } from "../errors.ts";
import { wayHint } from "../net/proxy-setting.ts";
import { certificateHint } from "../net/trusted-roots.ts";
import type { FailureContext, NetworkFailure, NetworkProblem } from "./http-failure.ts";

interface Wording {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const noTunnel: Wording = {
  code: "NET-PROXY",
  what: "the proxy opened no connection",
  hint: "Check HTTPS_PROXY and the proxy's credentials, or exempt the host with NO_PROXY.",
};

const wordings: Readonly<Record<NetworkProblem, Wording>> = {
  dns: {
    code: "NET-DNS",
    what: "the name cannot be resolved",
    hint: "Check the name's spelling (base URL) and this machine's DNS.",
  },
  refused: {
    code: "NET-REFUSED",
    what: "the connection was refused",
    hint: "Check host and port (base URL) and the firewall.",
  },
  unreachable: {
    code: "NET-UNREACHABLE",
    what: "there is no route to it",
    hint: "Check this machine's network and firewall.",
  },
  timeout: {
    code: "NET-TIMEOUT",
    what: "it did not answer in time",
    hint: "Check network and firewall; a slow network may need a longer --http-timeout-seconds.",
  },
  reset: {
    code: "NET-RESET",
    what: "the connection broke before an answer came",
    hint: "Try again later; if it stays, look at proxies and firewalls in between.",
  },
  cut: {
    code: "NET-CUT",
    what: "the connection broke in the middle of the answer",
    hint: "Try again later; if it stays, look at proxies and firewalls in between.",
  },
  tls: {
    code: "NET-TLS",
    what: "the secure connection could not be verified",
    hint: certificateHint,
  },
  proxy: noTunnel,
  "proxy-down": noTunnel,
};

/** The error for an answer that did not come, or not whole. Status Unavailable; fatal, as the retries are over. */
export function describeNetworkFailure(failure: NetworkFailure, context: FailureContext): BatonError {
  const { code, what, hint } = wordings[failure.problem];
  // These came from something that was reached, by whatever way there is.
  const saysNothingOfProxies = !context.proxy && (failure.problem === "tls" || failure.problem === "cut");
  const tries = context.attempts > 1 ? ` after ${context.attempts} attempts` : "";
  const where =
    failure.problem === "cut" ? `Reading ${context.path} from ${context.host} failed` : `Cannot reach ${context.host}`;
  return new BatonError({
    code,
    status: Status.unavailable,
    message: `${where}${tries}: ${what} (${failure.detail})`,
    effect: "Nothing new was saved; the last good file stays as it is.",
    hint: failure.hint ?? (saysNothingOfProxies ? hint : `${hint} ${wayHint(context.proxy)}`),
    fatal: true,
  });
}
