/**
 * Loaded before each test file: the file ends by itself, or fails and names what keeps it from ending. Nothing calls
 * `process.exit` for it, which is what `--test-force-exit` does: that may wait for ever for a compiler thread of V8,
 * which waits for this one to collect garbage (nodejs/node#54918, one run in ten of a file that used much memory), and
 * reports of tests that passed were lost.
 */
import { after } from "node:test";

const graceMs = 20_000;

// Programs that a test file starts with its own options are no test files.
if (process.argv[1]?.endsWith(".test.ts")) {
  after(() => {
    setTimeout(() => {
      process.stderr.write(`still open after the last test: ${process.getActiveResourcesInfo().join(", ")}\n`);
      process.kill(process.pid, "SIGKILL");
    }, graceMs).unref();
  });
}
