/** The console itself as the page sees it: whom it notifies. Times are milliseconds since the epoch. */
import type { Failure } from "./failures.ts";

/** Forms of a notification: JSON of our own, and what incoming webhooks of Slack and Teams take. */
export const webhookForms = ["json", "slack", "teams"] as const;
/** One of them. */
export type WebhookForm = (typeof webhookForms)[number];

/** GET /api/notifications. */
export interface Notifications {
  readonly form: WebhookForm;
  /** Host that is notified; "" for none. The address itself is a secret and never shown again. */
  readonly host: string;
  /** What came of the last one that was sent; null before the first. */
  readonly last: { readonly atMs: number; readonly failure: Failure | null } | null;
}
