/** The refusals of a question about a source: there is none of that name, or it does not hold what is asked about. */
import { BatonError, Status } from "../../sdk/errors.ts";

/** No file is behind the name. */
export function noSuchSource(source: string): BatonError {
  return new BatonError({
    code: "CONSOLE-NO-SOURCE",
    status: Status.notFound,
    message: `There is no file behind ${JSON.stringify(source.slice(0, 200))}.`,
    effect: "Nothing was read.",
    hint: "Sync the connector first, or open the file again; files of old runs are not kept for ever.",
  });
}

/** The file holds nothing of that name. @param kind such as `person`. */
export function notInSource(kind: string): BatonError {
  return new BatonError({
    code: "CONSOLE-NOT-IN-FILE",
    status: Status.notFound,
    message: `This file has no such ${kind}.`,
    effect: "Nothing is shown.",
    hint: "It may be in the file of another run.",
  });
}

/** The table has no such column, or the column never has such a value. */
export function badQuery(message: string): BatonError {
  return new BatonError({
    code: "CONSOLE-BAD-REQUEST",
    status: Status.invalidArgument,
    message,
    effect: "Nothing was read.",
    hint: "Go back to the list, and choose again.",
  });
}
