/** What one call of a client went through so far, and whether it is sent again and when. Sends nothing. */
import type { Clock } from "../clock.ts";
import type { HttpFailure, NetworkProblem } from "./http-failure.ts";
import type { RateLimitNotice } from "./rate-limit.ts";

/** How patient a client is; all in milliseconds unless said otherwise. */
export interface RetryLimits {
  /** Total wait for rate limits in one call; 90 minutes. */
  readonly maxRateLimitWaitMs: number;
  /** Until a host that never answered is given up; 25 seconds. */
  readonly unreachableMs: number;
  /** Until a call is given up once the host has answered in this run, without rate-limit waits; 10 minutes. */
  readonly patienceMs: number;
  /** Times one call is sent while the server fails, rate limits not counted; 10. */
  readonly maxAttempts: number;
  /** Times one call is sent when its answers make no sense; 3. */
  readonly maxGarbageAttempts: number;
}

/** The usual limits. */
export const defaultRetryLimits: RetryLimits = {
  maxRateLimitWaitMs: 90 * 60_000,
  unreachableMs: 25_000,
  patienceMs: 10 * 60_000,
  maxAttempts: 10,
  maxGarbageAttempts: 3,
};

/**
 * For a person who waits: a longer rate limit is said at once, and what fails is tried once more. Checks send up to five
 * requests one after the other, so that nobody waits longer than half a minute for all of them.
 */
export const awaitedRetryLimits: RetryLimits = {
  maxRateLimitWaitMs: 5_000,
  unreachableMs: 4_000,
  patienceMs: 8_000,
  maxAttempts: 2,
  maxGarbageAttempts: 1,
};

/** For the same: a list that is asked for in four sizes of pages is given up within half a minute. */
export const awaitedTimeoutMs = 7_000;

/** The usual limits, and no wait longer than `maxWaitMs`; rate limits are waited for that long even if it is more. */
export function retryLimitsWithin(maxWaitMs: number): RetryLimits {
  const { patienceMs, unreachableMs } = defaultRetryLimits;
  return {
    ...defaultRetryLimits,
    maxRateLimitWaitMs: maxWaitMs,
    patienceMs: Math.min(patienceMs, maxWaitMs),
    unreachableMs: Math.min(unreachableMs, maxWaitMs),
  };
}

/** The history of one call, the latest failure included. */
export interface RetryState {
  /** Answers of 429 so far. */
  readonly rateLimited: number;
  /** Other failures so far. */
  readonly failures: number;
  /** Of these, stale connections that were replaced at once. */
  readonly staleConnections: number;
  /** Time since the call began without its rate-limit waits. */
  readonly elapsedMs: number;
  readonly rateLimitWaitedMs: number;
  /** Whether the host has answered anything in this run. */
  readonly hostReached: boolean;
}

/** What to do. `everyone` means that no other request may start before either. */
export type RetryDecision =
  | { readonly action: "wait"; readonly waitMs: number; readonly everyone: boolean }
  | { readonly action: "give-up" };

const giveUp: RetryDecision = { action: "give-up" };
const stepMs = 1_000;
const longestStepMs = 60_000;
/** A 429 that does not say when to come back (Baton SDK). */
const unknownRateLimitWaitMs = 60_000;

/**
 * Attempt n waits n seconds, at most 60, plus up to a quarter by chance, so that clients do not march in step. What the
 * server asks for is a lower bound. `random` is in [0, 1).
 */
export function decideRetry(
  failure: HttpFailure,
  notice: RateLimitNotice | undefined,
  state: RetryState,
  limits: RetryLimits,
  random: number,
): RetryDecision {
  if (failure.kind === "status" && failure.status === 429) return decideRateLimit(notice, state, limits, random);
  if (failure.kind === "network" && failure.staleConnection && state.staleConnections === 1) {
    return { action: "wait", waitMs: 0, everyone: false };
  }
  if (state.failures >= attemptsFor(failure, limits)) return giveUp;
  const waitMs = Math.max(backoffMs(state.failures, random), withJitter(notice?.retryAfterMs ?? 0, random));
  const patienceMs = state.hostReached ? limits.patienceMs : limits.unreachableMs;
  return state.elapsedMs + waitMs >= patienceMs ? giveUp : { action: "wait", waitMs, everyone: false };
}

function decideRateLimit(
  notice: RateLimitNotice | undefined,
  state: RetryState,
  limits: RetryLimits,
  random: number,
): RetryDecision {
  const asked = rateLimitWaitMs(notice);
  if (state.rateLimitWaitedMs + asked > limits.maxRateLimitWaitMs) return giveUp;
  const waitMs = Math.max(withJitter(asked, random), backoffMs(state.rateLimited, random));
  return { action: "wait", waitMs, everyone: true };
}

/**
 * How long a 429 asks to stay away: `Retry-After`, else the reset of the window, else one minute; also where requests are left
 * in the window, which is then not the limit that was reached.
 */
export function rateLimitWaitMs(notice: RateLimitNotice | undefined): number {
  const resetInMs = notice?.remaining ? undefined : notice?.resetInMs;
  return notice?.retryAfterMs ?? resetInMs ?? unknownRateLimitWaitMs;
}

/** How often a call may be sent in total when it fails so; 1 where asking again cannot help. */
function attemptsFor(failure: HttpFailure, limits: RetryLimits): number {
  switch (failure.kind) {
    case "status":
      return attemptsForStatus(failure.status, limits);
    case "network":
      return attemptsForNetwork(failure.problem, limits);
    case "content":
      return failure.problem === "too-large" ? 1 : limits.maxGarbageAttempts;
    default:
      return 1;
  }
}

function attemptsForNetwork(problem: NetworkProblem, limits: RetryLimits): number {
  if (problem === "tls") return 1;
  if (problem === "proxy") return limits.maxGarbageAttempts;
  // A connection that is not made is bounded by time; one that breaks may break at the same byte for ever.
  return problem === "cut" || problem === "timeout" ? limits.maxAttempts : Number.POSITIVE_INFINITY;
}

/** Of 500 and more, that nothing else is understood here (501, 505) or that a network wants a sign-in (511) stays so. */
const lasting: ReadonlySet<number> = new Set([501, 505, 511]);
/** What is asked for is in other use, or it is too early for it: over in a moment, or a server's own word for "no". */
const passing: ReadonlySet<number> = new Set([409, 423, 425]);

function attemptsForStatus(status: number, limits: RetryLimits): number {
  // An answer without what was asked for makes no sense.
  if (passing.has(status) || status < 300) return limits.maxGarbageAttempts;
  const isTransient = status === 408 || (status >= 500 && !lasting.has(status));
  return isTransient ? limits.maxAttempts : 1;
}

function backoffMs(attempt: number, random: number): number {
  const base = Math.min(attempt * stepMs, longestStepMs);
  return Math.round(Math.min(base * (1 + 0.25 * random), longestStepMs));
}

/** Up to one second later than asked, never earlier. */
function withJitter(askedMs: number, random: number): number {
  return askedMs > 0 ? Math.round(askedMs + stepMs * random) : 0;
}

/** The history of one call. */
export class Call {
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** How often its client had been closed when it began. */
  readonly closes: number;
  /** Times it was sent. */
  attempts = 0;
  /** Answers of 429. */
  rateLimited = 0;
  rateLimitWaitedMs = 0;
  /** Time in which others or the rate limit were waited for, or room for the answer. */
  gateMs = 0;
  #failures = 0;
  #staleConnections = 0;

  constructor(clock: Clock, closes: number) {
    this.#clock = clock;
    this.closes = closes;
    this.#startedAt = clock.monotonicMs();
  }

  /** Milliseconds since it began, without the time spent at the gate. */
  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedAt - this.gateMs;
  }

  /** Counts a failure. */
  count(failure: HttpFailure): void {
    if (isRateLimited(failure)) {
      this.rateLimited += 1;
      return;
    }
    this.#failures += 1;
    if (failure.kind === "network" && failure.staleConnection) this.#staleConnections += 1;
  }

  /** For who decides whether it is sent again. */
  state(hostReached: boolean): RetryState {
    return {
      rateLimited: this.rateLimited,
      failures: this.#failures,
      staleConnections: this.#staleConnections,
      elapsedMs: this.elapsedMs(),
      rateLimitWaitedMs: this.rateLimitWaitedMs,
      hostReached,
    };
  }
}

/** True for a 429. */
export function isRateLimited(failure: HttpFailure): boolean {
  return failure.kind === "status" && failure.status === 429;
}
