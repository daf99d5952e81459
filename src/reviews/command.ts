/** The command `review`, for the program of any connector: decides about who has access, row by row, and ends signed. */
import { formFields, requestFields } from "../reports/commands.ts";
import { defineCommand } from "../sdk/cli/app.ts";

/** Starts, decides, signs and follows reviews, each a file of its own. */
export const reviewCommand = defineCommand({
  name: "review",
  summary: "Decide who keeps access: start a review of a sync, decide its rows, sign it, see what was done",
  operands: "start|list|decide|sign|status",
  operandValues: ["start", "list", "decide", "sign", "status"],
  settings: "none",
  readsForeignFiles: true,
  options: [
    ...requestFields,
    {
      kind: "string",
      name: "list",
      description: "start: a file of people, one a line or as CSV, instead of a report; - is standard input",
    },
    {
      kind: "stringSlice",
      name: "where",
      description: "start: only rows whose column has this value, as status=disabled; can be repeated",
    },
    { kind: "string", name: "search", description: "start: only rows that hold these words" },
    { kind: "string", name: "title", description: "start: what the review is called" },
    {
      kind: "stringSlice",
      name: "rows",
      description: "decide: numbers of rows, as 1,4-9; or all, or undecided",
    },
    { kind: "string", name: "decision", description: "decide: keep, revoke or unsure" },
    { kind: "string", name: "note", description: "decide: a note on these rows" },
    {
      kind: "string",
      name: "by",
      description: "start, decide, sign: who does it (default: the name of this user)",
    },
    ...formFields,
  ],
  about: (program) => `Actions:
  start REPORT [WHO] --out REVIEW   Begin a review of a report's rows, of a filter (--where, --search) or of --list
  list [DIRECTORY]                  The reviews in a directory (*.review), and how far they are
  decide REVIEW --rows --decision   Decide rows: keep, revoke or unsure, with a note
  sign REVIEW                       End it when every row is decided; it stays as it is from then on
  status REVIEW [-f FILE]           Its rows and decisions; with a later sync, what was done and what is new

A review is a file. It is decided in one round by people who know each other: campaigns, reminders and delegation are
ConductorOne's. To hand the revocations over: ${program} review status REVIEW --output csv`,
  async run(invocation) {
    const { runReview } = await import("./run-review.ts");
    return await runReview(invocation);
  },
});
