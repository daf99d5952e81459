/**
 * Bugs to plant, each of which breaks a promise: the list that `npm run test:mutants` works through. A replacement must
 * match its file exactly once, so that a bug that can no longer be planted is an error and not a success.
 */

/** One bug. */
export interface Mutant {
  /** Short name, for the report and `--only`. */
  readonly name: string;
  /** Which promise it breaks, in words. */
  readonly breaks: string;
  /** Path in the repository. */
  readonly file: string;
  /** Text that stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** Tests that are about that promise, the likeliest first; the suite as a whole has them all. */
  readonly tests: readonly string[];
}

/** The bugs. */
export const mutants: readonly Mutant[] = [
  {
    name: "dropped-row",
    breaks: "everybody is in the file: the first new row of each page is left out",
    file: "src/sdk/api/resource-list.ts",
    find: "for (const { row, note } of rows) {",
    replace: "for (const { row, note } of rows.slice(1)) {",
    tests: ["test/e2e/shapes.test.ts"],
  },
  {
    name: "doubled-row",
    breaks: "nobody holds anything twice: grants that are appended twice are not merged",
    file: "src/sdk/c1z/write/grant-table.ts",
    find: "group by external_id, sync_id having count(*) > 1`;",
    replace: "group by external_id, sync_id having count(*) > 1000000`;",
    tests: ["src/sdk/c1z/write/writer.test.ts", "test/drift/drift.test.ts"],
  },
  {
    name: "swapped-status",
    breaks: "inactive is disabled and active is enabled",
    file: "src/cloudsmith/converters.ts",
    find: "return active ? { status: ResourceStatus.enabled } : { status: ResourceStatus.disabled, details: inactiveDetails };",
    replace:
      "return active ? { status: ResourceStatus.disabled, details: inactiveDetails } : { status: ResourceStatus.enabled };",
    tests: ["test/pins/model.test.ts"],
  },
  {
    name: "guessed-status",
    breaks: "an unknown status is said to be unknown",
    file: "src/cloudsmith/converters.ts",
    find: "if (active === undefined) return { status: ResourceStatus.unspecified };",
    replace: "if (active === undefined) return { status: ResourceStatus.enabled };",
    tests: ["test/pins/model.test.ts"],
  },
  {
    name: "refusal-as-empty",
    breaks: "an error is never an empty list: a 403 is taken for the page past the end",
    file: "src/sdk/api/numbered-lists.ts",
    find: "if (isPast) return undefined;",
    replace: "if (isPast || error.status === Status.permissionDenied) return undefined;",
    tests: ["test/e2e/refusals.test.ts"],
  },
  {
    name: "skipped-fsync",
    breaks: "a loss of power leaves the old file or the whole new one: the new file is not flushed",
    file: "src/sdk/c1z/container/save.ts",
    find: "    await file.sync();\n",
    replace: "",
    tests: ["src/sdk/c1z/container/save-faults.test.ts"],
  },
  {
    name: "skipped-directory-fsync",
    breaks: "a save that succeeded survives a loss of power: the directory is not flushed",
    file: "src/sdk/c1z/container/save.ts",
    find: "    await files.syncDirectory(dirname(target));\n",
    replace: "",
    tests: ["src/sdk/c1z/container/save-faults.test.ts"],
  },
  {
    name: "ignored-lock",
    breaks: "one run at a time writes a file: a lock that is held is put aside",
    file: "src/sdk/c1z/container/file-lock.ts",
    find: "if (!isHeld(liveness, found.renewedMs, renewals",
    replace: "if (found || isHeld(liveness, found.renewedMs, renewals",
    tests: ["src/sdk/c1z/container/file-lock.test.ts"],
  },
  {
    name: "foreign-scratch",
    breaks: "a killed run's leftover is taken up only if it belongs to the file as it is",
    file: "src/sdk/c1z/write/target-database.ts",
    find: " && owner.source === sourceOf(options);",
    replace: ";",
    tests: ["src/sdk/c1z/write/adoption.test.ts"],
  },
  {
    name: "one-pass",
    breaks: "inactive members are read: the pass over them is left out",
    file: "src/cloudsmith/client.ts",
    find: '["inactive", memberList(false)],',
    replace: '["inactive", memberList(true)],',
    tests: ["test/e2e/shapes.test.ts"],
  },
  {
    name: "uncounted",
    breaks: "rows that do not add up are noticed: the announced count is not compared",
    file: "src/sdk/api/list-verdict.ts",
    find: "tally.isSteady && tally.distinct === expected(tally)",
    replace: "tally.isSteady && tally.distinct <= expected(tally)",
    tests: ["src/sdk/api/moving-list.test.ts", "test/trust/signals.test.ts"],
  },
  {
    name: "masked-email",
    breaks: "text in place of an e-mail address is never written as one",
    file: "src/sdk/resources/profile.ts",
    find: "return plain.test(address) ? address : undefined;",
    replace: "return address;",
    tests: ["test/trust/signals.test.ts"],
  },
  {
    name: "no-hold",
    breaks: "a big drop is held: half of everybody gone is written without a word",
    file: "src/sdk/sync/verdict.ts",
    find: "const holdShare = 0.5;",
    replace: "const holdShare = 1.5;",
    tests: ["src/sdk/sync/verdict.test.ts"],
  },
  {
    name: "lost-managers",
    breaks: "who manages a team is in the file",
    file: "src/cloudsmith/types.ts",
    find: 'return knownTeamRole(role) === "Manager";',
    replace: 'return role === "manager";',
    tests: ["test/e2e/shapes.test.ts"],
  },
  {
    name: "early-retry",
    breaks: "nothing is sent before Retry-After is over",
    file: "src/sdk/http/retry-timing.ts",
    find: "return notice?.retryAfterMs ?? resetInMs ?? unknownRateLimitWaitMs;",
    replace: "return Math.min(notice?.retryAfterMs ?? resetInMs ?? unknownRateLimitWaitMs, 1_000);",
    tests: ["src/sdk/http/retry-timing.test.ts"],
  },
  {
    name: "half-body",
    breaks: "an answer that breaks off is never taken for whole",
    file: "src/sdk/http/send-get.ts",
    find: "if (answer.statusCode === 200) this.#fail(error);\n      else done({ chunks, encoding, whole: false }, size);",
    replace: "done({ chunks, encoding, whole: true }, size);",
    tests: ["src/sdk/http/http-client.test.ts", "test/faults/odd-http.test.ts", "test/faults/broken-answers.test.ts"],
  },
  {
    name: "retried-refusal",
    breaks: "a key that is refused is not tried again and again",
    file: "src/sdk/http/retry-timing.ts",
    find: "const isTransient = status === 408 ||",
    replace: "const isTransient = status === 401 || status === 408 ||",
    tests: ["src/sdk/http/retry-timing.test.ts"],
  },
  {
    name: "open-redactor",
    breaks: "the key is in no output: texts are not redacted",
    file: "src/sdk/secret-redactor.ts",
    find: "return this.#pattern ? redacted.replace(this.#pattern, redactedText) : redacted;",
    replace: "return this.#pattern ? redacted : redacted.replace(/^$/, redactedText);",
    tests: ["src/sdk/secret-redactor.test.ts"],
  },
  {
    name: "open-file",
    breaks: "the file is for its owner alone",
    file: "src/sdk/c1z/container/save.ts",
    find: 'create: (path) => open(path, "wx+", 0o600),',
    replace: 'create: (path) => open(path, "wx+", 0o644),',
    tests: ["src/sdk/c1z/container/save.test.ts"],
  },
  {
    name: "kept-incomplete",
    breaks: "an incomplete run keeps nothing",
    file: "src/sdk/sync/verdict.ts",
    find: 'return resultOfError(error) !== "Failed";',
    replace: 'return resultOfError(error) === "Held";',
    tests: ["src/sdk/sync/verdict.test.ts", "test/trust/results.test.ts"],
  },
];
