/** The refusals of a question about somebody or something: not in the file, or not one alone. */
import { BatonError, Status } from "../sdk/errors.ts";

const shown = 10;

/** Nothing of this name is in the file. @param known names that there are, for the hint. */
export function unknownSubject(kind: string, about: string, known: readonly string[] = []): BatonError {
  const more = known.length > shown ? ` and ${known.length - shown} more` : "";
  return new BatonError({
    code: "REPORT-NOT-FOUND",
    status: Status.notFound,
    message: `The file has no ${kind} ${JSON.stringify(about)}.`,
    effect: "The report was not made.",
    hint:
      known.length === 0
        ? "Give the id, or the exact login, e-mail address or name."
        : `There are: ${known.slice(0, shown).join(", ")}${more}.`,
  });
}

/** Several have this name. @param ids of those that do. */
export function ambiguousSubject(kind: string, about: string, ids: readonly string[]): BatonError {
  const more = ids.length > shown ? ` and ${ids.length - shown} more` : "";
  return new BatonError({
    code: "REPORT-AMBIGUOUS",
    status: Status.invalidArgument,
    message: `${ids.length} ${kind}s are called ${JSON.stringify(about)}.`,
    effect: "The report was not made.",
    hint: `Give the id of one: ${ids.slice(0, shown).join(", ")}${more}.`,
  });
}
