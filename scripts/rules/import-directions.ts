/** Which room may import which. Data flows one way: product, contracts, engine, file, questions, console. */
import type { SourceFile, Violation } from "./source-files.ts";

/** A room is the longest of these prefixes that a file's path begins with; it may import itself and what is listed. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  "src/sdk/errors.ts": [],
  "src/sdk/clock.ts": [],
  "src/sdk/log.ts": [],
  "src/sdk/json-object.ts": [],
  "src/sdk/secret-redactor.ts": [],
  "src/sdk/release-buffer.ts": [],
  "src/sdk/start-thread.ts": [],
  "src/sdk/written-places.ts": [],
  "src/sdk/file-progress.ts": [],
  "src/sdk/chained-lines.ts": ["src/sdk/json-object.ts"],
  "src/sdk/contracts/": ["src/sdk/json-object.ts"],
  "src/sdk/checks.ts": ["src/sdk/contracts/", "src/sdk/errors.ts"],
  "src/sdk/wire/": ["src/sdk/contracts/"],
  "src/sdk/resources/": ["src/sdk/contracts/", "src/sdk/wire/", "src/sdk/errors.ts"],
  "src/sdk/proto/": ["src/sdk/contracts/", "src/sdk/wire/", "src/sdk/resources/", "src/sdk/errors.ts"],
  "src/sdk/net/": ["src/sdk/errors.ts", "src/sdk/secret-redactor.ts"],
  "src/sdk/http/": [
    "src/sdk/net/",
    "src/sdk/contracts/",
    "src/sdk/errors.ts",
    "src/sdk/release-buffer.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
    "src/sdk/telemetry/telemetry.ts",
  ],
  "src/sdk/c1z/": [
    "src/sdk/json-object.ts",
    "src/sdk/start-thread.ts",
    "src/sdk/contracts/",
    "src/sdk/wire/",
    "src/sdk/proto/",
    "src/sdk/errors.ts",
    "src/sdk/release-buffer.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
    "src/sdk/file-progress.ts",
  ],
  "src/sdk/config/": ["src/sdk/json-object.ts", "src/sdk/errors.ts"],
  "src/sdk/sync/": [
    "src/sdk/json-object.ts",
    "src/sdk/telemetry/telemetry.ts",
    "src/sdk/contracts/",
    "src/sdk/resources/",
    "src/sdk/wire/",
    "src/sdk/c1z/",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
  ],
  "src/sdk/telemetry/": ["src/sdk/net/", "src/sdk/errors.ts", "src/sdk/log.ts"],
  "src/sdk/external/": ["src/sdk/contracts/", "src/sdk/c1z/", "src/sdk/proto/", "src/sdk/sync/", "src/sdk/errors.ts"],
  "src/sdk/object-store/": [
    "src/sdk/net/",
    "src/sdk/c1z/container/file-errors.ts",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
  ],
  "src/sdk/doctor/": [
    "src/sdk/json-object.ts",
    "src/sdk/net/",
    "src/sdk/contracts/",
    "src/sdk/c1z/",
    "src/sdk/object-store/",
    "src/sdk/checks.ts",
    "src/sdk/secret-redactor.ts",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
  ],
  "src/sdk/rpc/": ["src/sdk/net/", "src/sdk/proto/", "src/sdk/errors.ts"],
  "src/sdk/health/": [
    "src/sdk/start-thread.ts",
    "src/sdk/contracts/",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
    "src/sdk/secret-redactor.ts",
  ],
  "src/sdk/c1/": [
    "src/sdk/json-object.ts",
    "src/sdk/c1z/write/engine.ts",
    "src/sdk/c1z/write/files-beside.ts",
    "src/sdk/net/",
    "src/sdk/c1z/scratch/scratch.ts",
    "src/sdk/telemetry/telemetry.ts",
    "src/sdk/contracts/",
    "src/sdk/sync/",
    "src/sdk/proto/",
    "src/sdk/rpc/",
    "src/sdk/health/",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
    "src/sdk/secret-redactor.ts",
  ],
  "src/sdk/connector-server/": [
    "src/sdk/net/proxy-setting.ts",
    "src/sdk/contracts/",
    "src/sdk/proto/",
    "src/sdk/rpc/",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
  ],
  "src/sdk/cli/": ["src/sdk/"],
  "src/sdk/testing/": ["src/sdk/"],
  "src/sdk/index.ts": ["src/sdk/", "src/reports/", "src/reviews/", "src/evidence/"],
  // What every connector over HTTP needs: checks of JSON, pages, lists that move while they are read.
  "src/sdk/api/": [
    "src/sdk/json-object.ts",
    "src/sdk/config/pasted.ts",
    "src/sdk/net/proxy-setting.ts",
    "src/sdk/secret-redactor.ts",
    "src/sdk/release-buffer.ts",
    "src/sdk/http/",
    "src/sdk/contracts/",
    "src/sdk/resources/",
    "src/sdk/errors.ts",
    "src/sdk/clock.ts",
  ],
  "src/cloudsmith/": [
    "src/sdk/contracts/",
    "src/sdk/checks.ts",
    "src/sdk/resources/",
    "src/sdk/api/",
    "src/sdk/http/",
    "src/sdk/config/",
    "src/sdk/errors.ts",
    "src/sdk/log.ts",
    "src/sdk/clock.ts",
  ],
  "src/cloudsmith/index.ts": ["src/cloudsmith/"],
  "src/cloudsmith/connector-app.ts": ["src/cloudsmith/", "src/sdk/"],
  "src/cloudsmith/create-connector.ts": ["src/cloudsmith/", "src/sdk/"],
  // Questions to a finished file. What asks them on the command line, and what asks them elsewhere.
  "src/reports/commands.ts": ["src/reports/", "src/sdk/"],
  "src/reports/command-options.ts": ["src/reports/", "src/sdk/"],
  "src/reports/people/load-text.ts": ["src/reports/", "src/sdk/"],
  "src/reports/render/write-answer.ts": ["src/reports/", "src/sdk/"],
  "src/reports/hash-file.ts": ["src/reports/", "src/sdk/"],
  // What was decided about the rows of an answer. Its command, and its files.
  "src/reviews/command.ts": ["src/reviews/", "src/reports/", "src/sdk/"],
  "src/reviews/run-review.ts": ["src/reviews/", "src/reports/", "src/sdk/"],
  "src/reviews/": [
    "src/reports/",
    "src/sdk/c1z/",
    "src/sdk/contracts/",
    "src/sdk/chained-lines.ts",
    "src/sdk/clock.ts",
    "src/sdk/errors.ts",
  ],
  "src/reports/": [
    "src/sdk/api/json-check.ts",
    "src/sdk/c1z/",
    "src/sdk/contracts/",
    "src/sdk/resources/",
    "src/sdk/proto/",
    "src/sdk/wire/",
    "src/sdk/errors.ts",
    "src/sdk/cli/terminal-text.ts",
  ],
  // What proves a review: packs, keys, and verifying without a network. Its command.
  "src/evidence/command.ts": ["src/evidence/", "src/reports/", "src/sdk/"],
  "src/evidence/run-evidence.ts": ["src/evidence/", "src/reports/", "src/sdk/"],
  "src/evidence/": [
    "src/sdk/json-object.ts",
    "src/reports/",
    "src/reviews/",
    "src/sdk/c1z/",
    "src/sdk/contracts/",
    "src/sdk/chained-lines.ts",
    "src/sdk/errors.ts",
  ],
  "src/console/contract/": ["src/reports/screen/shown.ts", "src/sdk/contracts/"],
  "src/console/event-hub.ts": ["src/console/contract/"],
  "src/console/kept-files.ts": [],
  "src/console/repeat.ts": ["src/sdk/clock.ts"],
  // What is kept between runs: SQLite of the console's own, secrets sealed, the audit log.
  "src/console/store/": [
    "src/console/contract/",
    "src/console/kept-files.ts",
    "src/sdk/chained-lines.ts",
    "src/sdk/errors.ts",
    "src/sdk/clock.ts",
    "src/sdk/c1z/container/file-errors.ts",
    "src/sdk/c1z/container/file-lock.ts",
  ],
  // The process of a job, on both sides of its channel.
  "src/console/worker/": ["src/console/contract/", "src/console/store/", "src/cloudsmith/", "src/reports/", "src/sdk/"],
  // From an error's code, and the past of a connector, to what the page shows.
  "src/console/failures/": ["src/console/contract/", "src/console/worker/messages.ts", "src/sdk/errors.ts"],
  "src/console/deploy/": ["src/console/contract/", "src/cloudsmith/", "src/sdk/errors.ts"],
  // Runs, schedules and the service: starts processes, and writes down how they ended.
  "src/console/runs/": [
    "src/console/contract/",
    "src/console/store/",
    "src/console/worker/",
    "src/console/failures/",
    "src/console/event-hub.ts",
    "src/console/kept-files.ts",
    "src/console/repeat.ts",
    "src/cloudsmith/pasted.ts",
    "src/sdk/",
  ],
  // Who is told of what, and the way there.
  "src/console/notifications/": [
    "src/console/contract/",
    "src/console/store/",
    "src/console/worker/",
    "src/console/failures/",
    "src/console/runs/",
    "src/console/repeat.ts",
    "src/sdk/c1z/process/this-program.ts",
    "src/sdk/clock.ts",
    "src/sdk/errors.ts",
  ],
  // Connectors: what was entered, what follows from runs, and what is done with them.
  "src/console/connectors/": [
    "src/console/contract/",
    "src/console/store/",
    "src/console/worker/",
    "src/console/failures/",
    "src/console/deploy/",
    "src/console/runs/",
    "src/console/notifications/",
    "src/console/event-hub.ts",
    "src/console/kept-files.ts",
    "src/cloudsmith/",
    "src/sdk/",
    "sandbox/",
  ],
  // Questions asked of synced files.
  "src/console/sources/": [
    "src/cloudsmith/config.ts",
    "src/console/contract/",
    "src/console/event-hub.ts",
    "src/console/kept-files.ts",
    "src/evidence/",
    "src/reports/",
    "src/reviews/",
    "src/sdk/",
  ],
  // Reviews that are decided: their files, and what is asked of sources about them.
  "src/console/reviews/": [
    "src/console/contract/",
    "src/console/event-hub.ts",
    "src/console/kept-files.ts",
    "src/console/sources/",
    "src/reports/output-file.ts",
    "src/reviews/",
    "src/sdk/clock.ts",
    "src/sdk/errors.ts",
  ],
  // The server: HTTP, sessions, headers; knows what to ask whom, and nothing of how it is answered.
  "src/console/server/": [
    "src/console/contract/",
    "src/console/store/",
    "src/console/failures/",
    "src/console/connectors/",
    "src/console/reviews/",
    "src/console/sources/",
    "src/console/event-hub.ts",
    "src/console/kept-files.ts",
    "src/sdk/contracts/",
    "src/sdk/resources/timestamps.ts",
    "src/sdk/errors.ts",
    "src/sdk/clock.ts",
    "src/sdk/log.ts",
  ],
  // The page: runs in the browser and shares nothing with the server but the contract's types, and what reads a pasted slug.
  "src/console/ui/": ["src/console/contract/", "src/reports/screen/shown.ts", "src/cloudsmith/org-slug.ts"],
  "src/console/": ["src/"],
  "src/main.ts": ["src/", "sandbox/"],
  "src/sandbox-command.ts": ["src/sdk/cli/", "sandbox/"],
  "src/version.ts": [],
  "sandbox/": ["sandbox/c1/", "src/sdk/errors.ts", "src/sdk/clock.ts"],
  "sandbox/c1/": ["sandbox/", "src/sdk/errors.ts", "src/sdk/clock.ts", "src/sdk/proto/gen/"],
  "bench/": ["bench/console/table.ts", "src/", "sandbox/", "test/support/", "scripts/bundle-program.ts"],
  "bench/console/": ["src/", "sandbox/", "bench/", "test/browser/", "test/console/console-process.ts"],
  "scripts/": ["src/", "sandbox/"],
  // As somebody else's: through the package alone.
  "examples/": [],
  "test/": ["src/", "sandbox/", "scripts/", "bench/"],
};

/** Imports that the table does not allow. Tests may reach further: what they assert is the product as a whole. */
export function importDirections(files: readonly SourceFile[]): readonly Violation[] {
  return files
    .filter(({ path }) => !/\.test\.tsx?$/.test(path))
    .flatMap((file) => {
      const room = roomOf(file.path);
      if (room === undefined) return [{ file: file.path, problem: "belongs to no room" }];
      return file.imports
        .filter((imported) => !isAllowed(room, imported))
        .map((imported) => ({ file: file.path, problem: `imports ${imported}: ${room} may not import it` }));
    });
}

function roomOf(file: string): string | undefined {
  return Object.keys(rooms)
    .filter((prefix) => file.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
}

function isAllowed(room: string, imported: string): boolean {
  if (roomOf(imported) === room) return true;
  return (rooms[room] ?? []).some((prefix) => imported.startsWith(prefix));
}
