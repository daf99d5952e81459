/** How the console's server says that something went wrong: to the page, in the log and in a connector's banner alike. */

/** The states of a failure that the page has a screen for (one each; everything else is `unexpected`). */
export const failureStates = [
  "wrong-key",
  "key-refused",
  "wrong-slug",
  "renamed-slug",
  "narrow-key",
  "rate-limited",
  "network-down",
  "tls-fault",
  "clock-wrong",
  "server-error",
  "unexpected-answer",
  "disk-full",
  "file-busy",
  "held",
  "stopped",
  "c1-unreachable",
  "empty-organization",
  "session-expired",
  "unexpected",
] as const;
/** One of them. */
export type FailureState = (typeof failureStates)[number];

/** What happened, what it means for the data, what to do; never a secret, never a stack trace. */
export interface Failure {
  /** Stable code such as `CS-AUTH-401`, the same as on the command line and in the log. */
  readonly code: string;
  readonly state: FailureState;
  /** A short title, for example `Cloudsmith did not accept this API key`. */
  readonly title: string;
  /** What happened. */
  readonly message: string;
  /** What it means for the data. */
  readonly effect?: string;
  /** What to do next. */
  readonly hint?: string;
  /** Facts in the order in which they are shown, such as `["Key", "ends in 4f2a"]`. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Sentences that stand as a list, such as possible causes or the organizations that the key sees. */
  readonly points?: readonly string[];
  /** Organizations to pick from, for `wrong-slug` and `renamed-slug`; the likeliest first. */
  readonly organizations?: readonly { readonly slug: string }[];
  /** When it is tried again by itself, milliseconds since the epoch. */
  readonly retryAtMs?: number;
}

/** Body of every answer that is no success. */
export interface FailureBody {
  readonly error: Failure;
}
