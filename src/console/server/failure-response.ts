/** Failures as answers: which status a failure has, and what of an error goes to the page. Never a stack trace. */
import type { Context } from "hono";
import { BatonError, Status, toBatonError } from "../../sdk/errors.ts";
import type { FailureBody } from "../contract/failures.ts";
import type { Role } from "../contract/reviews.ts";
import { failureOf } from "../failures/describe-failure.ts";

/** HTTP status by gRPC status; 401 is for the session alone, so that the page never takes a wrong key for its own end. */
const httpStatus = new Map<number, 400 | 403 | 404 | 409 | 413 | 422 | 429 | 503 | 507>([
  [Status.invalidArgument, 400],
  [Status.outOfRange, 400],
  [Status.notFound, 404],
  [Status.alreadyExists, 409],
  [Status.aborted, 409],
  [Status.permissionDenied, 403],
  [Status.failedPrecondition, 422],
  [Status.dataLoss, 422],
  [Status.unauthenticated, 422],
  [Status.unimplemented, 422],
  [Status.unavailable, 503],
  [Status.deadlineExceeded, 503],
]);

/** Answers with what went wrong. */
export function failureResponse(context: Context, caught: unknown): Response {
  const error = toBatonError(caught);
  return context.json({ error: failureOf(error) } satisfies FailureBody, statusOf(error));
}

function statusOf({ code, status }: BatonError) {
  if (code === "CONSOLE-SIGN-IN") return 401;
  if (code === "CONSOLE-TOO-LARGE" || code === "CONSOLE-UPLOAD-TOO-LARGE") return 413;
  return httpStatus.get(status) ?? 500;
}

/** There is no session, or none any more. */
export function sessionExpired(): BatonError {
  return new BatonError({
    code: "CONSOLE-SIGN-IN",
    status: Status.unauthenticated,
    message: "This browser is not signed in, or its session has ended.",
    effect: "Nothing was changed; runs go on.",
    hint: "Open the link that you were given once more. If it leads here again, ask who gave it to you for another one.",
  });
}

/** A request that only a page of another site, or none at all, would send. */
export function forgedRequest(): BatonError {
  return new BatonError({
    code: "CONSOLE-FORGED",
    status: Status.permissionDenied,
    message: "The request does not carry the token of this session.",
    effect: "Nothing was done.",
    hint: "Load the page again.",
  });
}

/** Somebody asks for more than their link lets them. */
export function notAllowed(role: Role): BatonError {
  return new BatonError({
    code: "CONSOLE-NOT-ALLOWED",
    status: Status.permissionDenied,
    message: `A ${role} may not do this.`,
    effect: "Nothing was done.",
    hint: "Ask the person who gave you the link.",
  });
}

/** There is nothing at this address. */
export function noSuchAddress(): BatonError {
  return new BatonError({
    code: "CONSOLE-NO-ADDRESS",
    status: Status.notFound,
    message: "There is nothing at this address.",
    effect: "Nothing was done.",
    hint: "Begin at the first page.",
  });
}

/** The body has more bytes than are taken. */
export function tooLarge(): BatonError {
  return new BatonError({
    code: "CONSOLE-TOO-LARGE",
    status: Status.outOfRange,
    message: "The request is larger than this address takes.",
    effect: "Nothing of it was kept.",
    hint: "No page of the console sends so much: load the page again.",
  });
}

/** The body or the query is not what the address takes. */
export function badRequest(
  message: string,
  hint = "Load the page again; if it stays, report it with this text.",
): BatonError {
  return new BatonError({
    code: "CONSOLE-BAD-REQUEST",
    status: Status.invalidArgument,
    message,
    effect: "Nothing was done.",
    hint,
  });
}
