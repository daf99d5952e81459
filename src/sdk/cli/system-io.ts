/** The real process behind {@link CliIo}. The only file of the command line that touches `process`. */

import { fstatSync } from "node:fs";
import { systemClock } from "../clock.ts";
import { isWatched, tellWatcher } from "../file-progress.ts";
import type { CliIo, OutputStream, StopSignal } from "./cli-io.ts";

const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The process's arguments, environment, streams and signals. */
export function systemIo(): CliIo {
  if (isWatched()) tellWatcher();
  const io: CliIo = {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    clock: systemClock,
    readStdin,
    onSignal(listener) {
      for (const signal of stopSignals) process.on(signal, listener);
      return () => {
        for (const signal of stopSignals) process.off(signal, listener);
      };
    },
    exitNow: (code) => process.exit(code),
    hideArguments() {
      // On Linux this overwrites the memory that `ps` reads the arguments from.
      process.title = "baton";
    },
    ...(!isWatched() && {
      runWatched: async () => await (await import("./run-watched.ts")).runWatched(io),
    }),
  };
  return io;
}

async function readStdin(most: number): Promise<Uint8Array> {
  // To wait for somebody who types is to move on.
  const telling = setInterval(() => isWatched() && tellWatcher(), 1000);
  try {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > most) break;
    }
    return Buffer.concat(pieces).subarray(0, most + 1);
  } finally {
    clearInterval(telling);
  }
}

function outputStream(stream: NodeJS.WriteStream & { readonly fd: number }): OutputStream {
  // A reader that went away (`| head`), or a terminal that is gone (EIO), is no failure of ours.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTty: stream.isTTY === true,
    isJournal: isJournal(stream),
    get columns() {
      return stream.columns || 80;
    },
  };
}

/** Systemd names the device and the inode of the stream that it made (systemd.exec(5)): it may lead elsewhere by now. */
function isJournal(stream: { readonly fd: number }): boolean {
  const { JOURNAL_STREAM } = process.env;
  if (!JOURNAL_STREAM) return false;
  try {
    const { dev, ino } = fstatSync(stream.fd);
    return JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    // Closed: then nothing is written to it either.
    return false;
  }
}
