/** When somebody is to be told, and in which words. Pure. */
import type { WebhookForm } from "../contract/console.ts";
import type { RunResult, RunSummary } from "../contract/runs.ts";
import { goodResults } from "../runs/run-results.ts";

/** Why somebody is told. */
export type NoticeKind = "failing" | "partial" | "held" | "stale" | "recovered" | "test";

/** Syncs that fail one after another before somebody is told. */
export const failuresBeforeNotice = 3;

/** What is told. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly connector: { readonly id: string; readonly name: string; readonly orgSlug: string } | null;
  readonly run: Pick<RunSummary, "runId" | "result" | "errorCode" | "errorTitle" | "endedAtMs"> | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/**
 * What the latest run is reason to tell: the third failure in a row, a roster that became partial, changes that are held,
 * and that all is well again after any of them; undefined when there is nothing new in it.
 * @param results of ended runs, newest first.
 */
export function noticeOf(results: readonly RunResult[]): NoticeKind | undefined {
  const told = results.filter((result) => result !== "Cancelled" && result !== "Interrupted");
  const [latest, ...earlier] = told;
  if (!latest) return undefined;
  if (goodResults.includes(latest)) return troubleIn(earlier) ? "recovered" : undefined;
  const trouble = troubleIn(told);
  return trouble === troubleIn(earlier) ? undefined : trouble;
}

/** The trouble that runs with these results are in; undefined for none yet. */
function troubleIn(results: readonly RunResult[]): NoticeKind | undefined {
  const [result] = results;
  if (result === "Partial roster") return "partial";
  if (result === "Held") return "held";
  const firstOther = results.findIndex((one) => one !== "Failed" && one !== "Incomplete");
  const failures = firstOther < 0 ? results.length : firstOther;
  // A failure or two in the middle of a trouble do not end it.
  return failures >= failuresBeforeNotice
    ? "failing"
    : failures > 0 && firstOther > 0
      ? troubleIn(results.slice(failures))
      : undefined;
}

/** The words of a notice. */
export function noticeText({ kind, connector, run }: Notice): string {
  const name = connector ? `${connector.name} (${connector.orgSlug})` : "";
  const why = run?.errorTitle ? `: ${run.errorTitle}${run.errorCode ? ` (${run.errorCode})` : ""}` : "";
  switch (kind) {
    case "failing":
      return `${name}: ${failuresBeforeNotice} syncs in a row failed${why}. The last good file stays the current one.`;
    case "partial":
      return `${name}: the roster is partial${why}. People may look as if they had left.`;
    case "held":
      return `${name}: a big change is held and waits for an answer in the console.`;
    case "stale":
      return `${name}: there was no good sync for too long.`;
    case "recovered":
      return `${name}: the sync is good again.`;
    case "test":
      return "This is a test of the baton-cloudsmith console. Notifications arrive here.";
  }
}

/** The body of the request, as JSON. */
export function noticeBody(notice: Notice, form: WebhookForm): string {
  const text = noticeText(notice);
  if (form === "slack") return JSON.stringify({ text: slackText(text) });
  if (form === "json") return JSON.stringify({ schemaVersion: 1, ...notice, text });
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [{ type: "TextBlock", text, wrap: true }],
  };
  return JSON.stringify({
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
  });
}

/** Slack takes these three for marks of its own, such as a call of everybody (Slack: formatting of messages). */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
