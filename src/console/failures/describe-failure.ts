/** From an error's code, and what was before, to the state that the page has a screen for. */

import { type BatonError, toBatonError } from "../../sdk/errors.ts";
import type { Failure, FailureState } from "../contract/failures.ts";
import type { SentError } from "../worker/messages.ts";
import { accessFailures } from "./access-failures.ts";
import type { FailureContext } from "./failure-context.ts";
import { localFailures } from "./local-failures.ts";
import { remoteFailures } from "./remote-failures.ts";
import { RunningError } from "./running-error.ts";

const describers = { ...accessFailures, ...remoteFailures, ...localFailures };

const states: Readonly<Record<string, FailureState>> = {
  "CS-PARTIAL-ROLE": "narrow-key",
  "CS-RATE-429": "rate-limited",
  "CS-RATE-WAIT": "rate-limited",
  "CS-API-404": "unexpected-answer",
  "CS-PAGES-ENDLESS": "unexpected-answer",
  "FILE-DISK-FULL": "disk-full",
  "FILE-TOO-LARGE": "disk-full",
  "FILE-BUSY": "file-busy",
  "CONSOLE-BUSY": "file-busy",
  "BATON-HELD": "held",
  "BATON-INTERRUPTED": "stopped",
  "CS-ORG-CONTRADICTED": "server-error",
  "CONSOLE-CLOCK": "clock-wrong",
  "CONSOLE-EMPTY": "empty-organization",
  "CONSOLE-PARTIAL": "narrow-key",
  "CONSOLE-SIGN-IN": "session-expired",
};
const statesByPrefix: readonly (readonly [prefix: string, state: FailureState])[] = [
  ["CS-SERVER-", "server-error"],
  ["CS-ANSWER-", "unexpected-answer"],
  ["CS-HTTP-", "unexpected-answer"],
  ["NET-", "network-down"],
  ["C1-", "c1-unreachable"],
];

/** Describes a failure for the page. */
export function describeFailure(context: FailureContext): Failure {
  const state = stateOf(context);
  return { code: context.error.code, state, ...describers[state](context) };
}

/** Describes an error that concerns no connector in particular. */
export function failureOf(caught: unknown): Failure {
  const error = sentErrorOf(toBatonError(caught));
  if (!(caught instanceof RunningError)) return describeFailure({ error });
  return describeFailure({ error: { ...error, facts: [["Run", caught.runId]] } });
}

/** An error of this process in the form in which those of jobs come. */
export function sentErrorOf(error: BatonError): SentError {
  const { code, status, statement: message, quote, effect, hint, retryAtMs, candidates } = error;
  return {
    code,
    status,
    message,
    ...(quote !== undefined && { quote }),
    ...(effect !== undefined && { effect }),
    ...(hint !== undefined && { hint }),
    ...(retryAtMs !== undefined && { retryAtMs }),
    candidates,
    facts: [],
  };
}

function stateOf(context: FailureContext): FailureState {
  const { code } = context.error;
  if (code.startsWith("CS-AUTH-")) return accessState(context);
  if (code === "CS-ORG-404") return slugState(context);
  if (code === "NET-TLS") {
    // A certificate that is not yet or no longer good says the same as a clock that is wrong.
    return context.error.clockOffSeconds === undefined ? "tls-fault" : "clock-wrong";
  }
  return states[code] ?? statesByPrefix.find(([prefix]) => code.startsWith(prefix))?.[1] ?? "unexpected";
}

/** 401 and 403: what the key did before tells more than the number. */
function accessState(context: FailureContext): FailureState {
  const { error, connector } = context;
  const keyWorked = connector?.keyWorkedAtMs != null;
  if (error.code !== "CS-AUTH-403") return keyWorked ? "key-refused" : "wrong-key";
  // Where the key can name other organizations, it is the organization that it may not see.
  if (error.candidates.length > 0) return slugState(context);
  return keyWorked ? "key-refused" : "narrow-key";
}

function slugState({ connector }: FailureContext): FailureState {
  return connector?.lastGoodAtMs == null ? "wrong-slug" : "renamed-slug";
}
