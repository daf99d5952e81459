/**
 * The one error type a user meets. Each says what happened, what it means for the data and what to do next,
 * and carries a stable code to search for and the gRPC status that decides the process's exit code.
 */

/** gRPC status codes by name (gRPC: status codes). They double as exit codes, as in every Baton connector. */
export const Status = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** One of the gRPC status codes 0 to 16. */
export type Status = (typeof Status)[keyof typeof Status];

/** What a {@link BatonError} is made of. */
export interface BatonErrorInit {
  /** Stable, searchable code such as `CS-AUTH-401`; listed in docs/troubleshooting.md. */
  readonly code: string;
  /** gRPC status; also the process's exit code unless `exitCode` is given. */
  readonly status: Status;
  /** What was tried and what happened, in one sentence, without secrets. */
  readonly message: string;
  /** How what came instead of an answer begins, without secrets, escaped and cut; it ends the error's message. */
  readonly quote?: string | undefined;
  /** What it means for the data, for example that nothing was written. */
  readonly effect?: string | undefined;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Exit code where it differs from the status (130 and 143 after signals). */
  readonly exitCode?: number;
  /** Where the server said when to come back: milliseconds since the epoch. */
  readonly retryAtMs?: number | undefined;
  /** Values that would have worked in the place of a refused one, best first; shown for a person to pick from. */
  readonly candidates?: readonly string[];
  /** True when neither trying again nor skipping helps: the sync ends here. Set by clients that did their own retries. */
  readonly fatal?: boolean;
  readonly cause?: unknown;
}

/** An error with a stable code, a gRPC status, and what to do about it. */
export class BatonError extends Error {
  readonly code: string;
  readonly status: Status;
  /** The message without the quote at its end. */
  readonly statement: string;
  readonly quote: string | undefined;
  readonly effect: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly retryAtMs: number | undefined;
  readonly candidates: readonly string[];
  readonly fatal: boolean;

  constructor(init: BatonErrorInit) {
    super(messageOf(init), init.cause === undefined ? undefined : { cause: init.cause });
    this.name = "BatonError";
    this.code = init.code;
    this.status = init.status;
    this.statement = init.message;
    this.quote = init.quote;
    this.effect = init.effect;
    this.hint = init.hint;
    // A failure never exits 0: an error that carries OK is a bug of ours, which is what Internal says.
    this.exitCode = init.exitCode ?? (init.status === Status.ok ? Status.internal : init.status);
    this.retryAtMs = init.retryAtMs;
    this.candidates = init.candidates ?? [];
    this.fatal = init.fatal ?? false;
  }

  /** The same error in other words; a caller that knows more than the thrower says more. */
  with(words: Pick<BatonErrorInit, "effect" | "hint" | "candidates"> & { readonly message?: string }): BatonError {
    return new BatonError({ ...this, message: this.statement, cause: this.cause, ...words });
  }
}

function messageOf({ message, quote }: BatonErrorInit): string {
  return quote === undefined ? message : quoted(message, quote);
}

/** A text that ends with how what came begins. */
export function quoted(text: string, quote: string): string {
  return `${text} It begins: ${quote}`;
}

/**
 * A setting, flag or variable that cannot be used, found before anything began: exit code 2, as for every such error of
 * the Go connectors.
 */
export function settingError(init: Omit<BatonErrorInit, "status" | "effect">): BatonError {
  return new BatonError({ ...init, status: Status.unknown, effect: "Nothing was started." });
}

/** The errno name of a system error, such as `ENOENT`; `otherwise`, default "", for anything else. */
export function errnoOf(caught: unknown, otherwise = ""): string {
  return caught instanceof Error && "code" in caught && typeof caught.code === "string" ? caught.code : otherwise;
}

/** True when the process, or the machine, may open no more files: whatever was opened is not at fault. */
export function isOutOfFiles(caught: unknown): boolean {
  return ["EMFILE", "ENFILE"].includes(errnoOf(caught));
}

/**
 * Normalises anything caught. A BatonError passes through; a system error (ENOSPC, EACCES, ...) keeps its text; one for
 * too many open files is `BATON-OPEN-FILES`; everything else becomes `BATON-UNEXPECTED` with status Unknown, as any plain
 * error in the Go connectors.
 */
export function toBatonError(caught: unknown): BatonError {
  if (caught instanceof BatonError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  if (isOutOfFiles(caught)) {
    return new BatonError({
      code: "BATON-OPEN-FILES",
      status: Status.resourceExhausted,
      message: `This process may open no more files (${message}).`,
      effect: "What was under way is not done. A .c1z file is changed as a whole or not at all.",
      hint: "Allow it 1024 open files or more (ulimit -n; LimitNOFILE with systemd), then run again.",
      cause: caught,
    });
  }
  const hint = "Run again with --log-level debug. If it comes back, please report it with that log.";
  return new BatonError({ code: "BATON-UNEXPECTED", status: Status.unknown, message, hint, cause: caught });
}

/** True for errors worth trying again: the host is unavailable or did not answer in time, and nobody gave up on it yet. */
export function isRetryable(error: BatonError): boolean {
  if (error.fatal) return false;
  return error.status === Status.unavailable || error.status === Status.deadlineExceeded;
}
