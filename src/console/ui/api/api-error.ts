/** An answer that is no success, as an error with the server's failure in it. */
import type { Failure, FailureBody } from "../../contract/failures.ts";

/** Thrown by every call of the API that did not succeed. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly failure: Failure;
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;

  constructor(failure: Failure, status: number) {
    super(failure.title);
    this.failure = failure;
    this.status = status;
  }
}

/** The server's failure out of a body; a plain one when the body is something else. */
export function failureOf(body: unknown, status: number): Failure {
  if (isFailureBody(body)) return body.error;
  return plainFailure("The console did not answer as expected", `It answered with status ${status}.`);
}

/** The failure for "nobody answers at this address". */
export function unreachableFailure(): Failure {
  return {
    ...plainFailure(
      "The console is not running",
      "The program behind this page does not answer.",
      "Start it again with: baton-cloudsmith console",
    ),
    effect: "What was synced so far is kept. A sync that was under way stops in good order and is taken up again.",
  };
}

/** What stands in a banner for anything that was thrown. */
export function failureFrom(error: unknown): Failure {
  if (error instanceof ApiError) return error.failure;
  return plainFailure("This page made a mistake", error instanceof Error ? error.message : "", "Load the page again.");
}

function plainFailure(title: string, message: string, hint?: string): Failure {
  return { code: "CONSOLE-PAGE", state: "unexpected", title, message, facts: [], ...(hint ? { hint } : {}) };
}

function isFailureBody(body: unknown): body is FailureBody {
  return typeof body === "object" && body !== null && "error" in body && typeof body.error === "object";
}
