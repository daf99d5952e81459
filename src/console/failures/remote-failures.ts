/** Failures of the way to a host, of the host, and of C1. */
import {
  again,
  type Describers,
  type FailureContext,
  hostFact,
  inUtc,
  keyFacts,
  lastGoodFact,
  nothingSaved,
} from "./failure-context.ts";

/** Their descriptions. */
export const remoteFailures: Describers<
  | "rate-limited"
  | "network-down"
  | "tls-fault"
  | "clock-wrong"
  | "server-error"
  | "unexpected-answer"
  | "c1-unreachable"
> = {
  "rate-limited": ({ error, connector, triesAgain }) => ({
    title: "Waiting for Cloudsmith",
    message: `The hour's requests are used up${error.retryAtMs === undefined ? "" : ` until ${inUtc(error.retryAtMs)}`}. Every program that uses this key counts.`,
    effect: nothingSaved(connector),
    hint: triesAgain ? "Nothing needs to be done: the sync is tried again by itself." : whenToTry(error.retryAtMs),
    facts: [...error.facts, ...keyFacts(connector), ...hostFact(connector)],
    points: ["Other programs and people with the same key use the same budget. Give this connector a key of its own."],
    ...(error.retryAtMs !== undefined && { retryAtMs: error.retryAtMs }),
  }),
  "network-down": ({ error, connector }) => ({
    title: `Cannot reach ${connector?.host ?? "Cloudsmith"}`,
    message: brief(error.message),
    effect: nothingSaved(connector),
    hint: `Check this machine's network, and the proxy under Settings, Advanced if it needs one. Then ${again(connector)}.`,
    facts: [...error.facts, ...proxyFact(connector?.proxy), ...lastGoodFact(connector)],
  }),
  "tls-fault": ({ error, connector }) => ({
    title: "The secure connection could not be verified",
    message: brief(error.message),
    effect: nothingSaved(connector),
    hint: "If a company proxy opens connections, give its certificate as the CA file under Settings.",
    facts: [["Host", connector?.host ?? ""], ...error.facts, ...proxyFact(connector?.proxy)],
  }),
  "clock-wrong": ({ error: { clockOffSeconds, facts } }) => ({
    title: `This machine's clock is off by ${clockOffSeconds === undefined ? "minutes" : inWords(clockOffSeconds)}`,
    message: "The clocks of this machine and of Cloudsmith differ by more than five minutes.",
    effect: "Certificates, limits and last logins cannot be judged rightly.",
    hint: "Set the clock, best by NTP, then test again.",
    facts,
  }),
  "server-error": ({ error, connector }) => ({
    title: "Cloudsmith is having trouble",
    message: brief(error.message),
    effect: nothingSaved(connector),
    hint: `Wait a while, then ${again(connector)}${connector?.isVendorHost === false ? "" : "; see status.cloudsmith.com"}.`,
    facts: [...error.facts, ...hostFact(connector), ...lastGoodFact(connector)],
  }),
  "unexpected-answer": ({ error, connector }) => ({
    title: "Unexpected answer",
    message: brief(error.message),
    effect: nothingSaved(connector),
    hint: "A proxy or login page may stand in between, or the API host is wrong. The log has all of it.",
    facts: [
      ["Host", connector?.host ?? ""],
      ...(error.quote === undefined ? [] : [["It begins", error.quote] as const]),
    ],
  }),
  "c1-unreachable": ({ error }) => ({
    title: "C1 link lost, still trying",
    message: brief(error.message),
    effect: "C1 gets no new data until the link is back.",
    hint: error.code.startsWith("C1-TOKEN")
      ? "If this goes on, rotate the secret in C1 and enter the new one here."
      : "Check that this machine may reach C1.",
    facts: error.facts,
    ...(error.candidates.length > 0 && { points: error.candidates }),
    ...(error.retryAtMs !== undefined && { retryAtMs: error.retryAtMs }),
  }),
};

/** What to do about a used-up budget when nothing goes on by itself. */
function whenToTry(retryAtMs: FailureContext["error"]["retryAtMs"]): string {
  return retryAtMs === undefined ? "Try again in an hour." : `Try again after ${inUtc(retryAtMs)}.`;
}

/** What is left of the hour's requests. */
export function budgetFact(
  remaining: string | number,
  limit: string | number,
): readonly [label: string, value: string] {
  return ["Requests left", `${remaining} of ${limit} an hour`];
}

/** At most 30 words: the rest is in the log. */
function brief(message: string): string {
  const words = message.split(/\s+/);
  return words.length <= 30 ? message : `${words.slice(0, 30).join(" ")} …`;
}

function proxyFact(proxy: string | undefined): readonly (readonly [string, string])[] {
  return [["Proxy", proxy || "none"]];
}

function inWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
