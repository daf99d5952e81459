/** HTTP status to gRPC status, as the Baton SDK maps them. */
import { Status } from "../errors.ts";

const statusByHttpStatus: Readonly<Record<number, Status>> = {
  400: Status.invalidArgument,
  401: Status.unauthenticated,
  403: Status.permissionDenied,
  404: Status.notFound,
  408: Status.deadlineExceeded,
  409: Status.alreadyExists,
  429: Status.unavailable,
  501: Status.unimplemented,
};

/** The gRPC status of an HTTP status outside 200 to 299 (Baton SDK: uhttp). 1xx and 3xx are Unknown. */
export function grpcStatusOf(httpStatus: number): Status {
  const known = statusByHttpStatus[httpStatus];
  if (known !== undefined) return known;
  if (httpStatus >= 500 && httpStatus <= 599) return Status.unavailable;
  return httpStatus >= 400 && httpStatus <= 499 ? Status.invalidArgument : Status.unknown;
}
