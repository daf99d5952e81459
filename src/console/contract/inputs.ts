/** What the page sends: each body by the schema that the server reads it with. Unknown names are refused. */
import { z } from "zod";
import { fileEngines } from "./connectors.ts";
import { webhookForms } from "./console.ts";
import { verdicts } from "./reviews.ts";

const mode = z.enum(["once", "service", "schedule"]);
const text = z.string().max(4096);

/** POST /api/connectors/:id/settings and /test: what the form holds. Absent fields stay as they are. */
export const settingsInput = z.strictObject({
  /** A slug, or an address of one of the organization's pages. */
  orgSlug: text.exactOptional(),
  /** A new key, write only; absent: the stored one stays. */
  apiKey: text.exactOptional(),
  keySource: z.enum(["entered", "environment", "cloudsmith-cli", "sample"]).exactOptional(),
  baseUrl: text.exactOptional(),
  caFile: text.exactOptional(),
  proxy: text.exactOptional(),
  timeoutSeconds: z.number().exactOptional(),
  requested: z.array(z.string().max(100)).max(100).readonly().exactOptional(),
  storageEngine: z.enum(fileEngines).exactOptional(),
  owner: text.exactOptional(),
  mode: mode.exactOptional(),
  c1ClientId: text.exactOptional(),
  /** Write only. */
  c1ClientSecret: text.exactOptional(),
});
/** See {@link settingsInput}. */
export type SettingsInput = z.infer<typeof settingsInput>;

/** POST /api/connectors/:id/schedule. */
export const scheduleInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("manual") }),
  z.strictObject({ kind: z.literal("interval"), everyMinutes: z.number() }),
  z.strictObject({ kind: z.literal("cron"), expression: text, timeZone: text }),
]);

/** POST /api/connectors: what is known before there are settings. Without a schedule it has the usual one of its mode. */
export const createInput = z.strictObject({ mode, owner: text, schedule: scheduleInput.exactOptional() });
/** See {@link createInput}. */
export type CreateConnector = z.infer<typeof createInput>;

/** POST /api/notifications: an absent address stays; an empty one switches notifications off. */
export const notificationsInput = z.strictObject({ form: z.enum(webhookForms), url: text.exactOptional() });
/** See {@link notificationsInput}. */
export type NotificationsInput = z.infer<typeof notificationsInput>;

/** Base64; what a body may hold bounds it. */
const list = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const questionInput = z.strictObject({
  /** Name of a report; absent with a list. */
  report: text.exactOptional(),
  about: text.exactOptional(),
  /** A list of people as it was pasted or uploaded. */
  list: list.exactOptional(),
  /** Columns of the report, or facts of the person in a row such as `inTeam` and `age`. */
  where: z
    .array(z.strictObject({ column: text, value: text }))
    .max(20)
    .readonly()
    .exactOptional(),
  search: text.exactOptional(),
});
/** What a review asks. */
export type QuestionInput = z.infer<typeof questionInput>;

/** POST /api/reviews. `since`: what a report of changes is compared with, another source or a sync of the same file. */
export const startInput = z.strictObject({
  source: text,
  title: text.exactOptional(),
  question: questionInput,
  since: text.exactOptional(),
});
/** See {@link startInput}. */
export type StartReviewInput = z.infer<typeof startInput>;

/** POST /api/reviews/:id/decide. `rows`: their numbers, or all of a kind. */
export const decideInput = z.strictObject({
  rows: z.union([z.enum(["all", "undecided"]), z.array(z.int()).max(100_000).readonly()]),
  decision: z.enum(verdicts).exactOptional(),
  note: text.exactOptional(),
});
/** See {@link decideInput}. */
export type DecideInput = z.infer<typeof decideInput>;

/** POST /api/sources/:source/list. */
export const listInput = z.strictObject({ list });
