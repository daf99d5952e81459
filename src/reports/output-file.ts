/** Writes a report to a file: private to its owner, and there as a whole or not at all. Knows nothing of its content. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import { temporaryFile } from "../sdk/c1z/container/save.ts";
import { requireOrdinary } from "../sdk/c1z/container/whole-file.ts";

const ownerOnly = 0o600;
const gatheredBytes = 65_536;

/** Takes the content piece by piece. */
export type Sink = (piece: string | Uint8Array) => void;

/**
 * Calls `produce` with a sink and puts what it wrote in the place of `path`.
 * @throws BatonError what the system refused, naming the path; whatever `produce` throws. Then `path` is as it was.
 */
export async function writeOutputFile<T>(path: string, produce: (sink: Sink) => Promise<T>): Promise<T> {
  const target = resolve(path);
  refuseSpecial(target);
  using temporary = temporaryFile(target);
  const file = attempt(target, () => openSync(temporary.path, "wx", ownerOnly));
  const result = await writeAll(file, target, produce);
  attempt(target, () => renameSync(temporary.path, target));
  return result;
}

async function writeAll<T>(file: number, target: string, produce: (sink: Sink) => Promise<T>): Promise<T> {
  try {
    const { sink, flush } = gathering((bytes) => attempt(target, () => writeFully(file, bytes)));
    const result = await produce(sink);
    flush();
    attempt(target, () => fsyncSync(file));
    return result;
  } finally {
    closeSync(file);
  }
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** A device, pipe or directory is not replaced by a file. */
function refuseSpecial(target: string): void {
  attempt(target, () => {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found !== undefined) requireOrdinary(found);
  });
}

function attempt<T>(target: string, action: () => T): T {
  try {
    return action();
  } catch (caught) {
    throw fileError(caught, `write ${target}`, "Nothing was written there.");
  }
}

/** Makes large pieces of small ones. */
export function gathering(write: (bytes: Buffer) => void): { readonly sink: Sink; readonly flush: () => void } {
  let text = "";
  let held: Uint8Array[] = [];
  let bytes = 0;
  const hold = (piece: Uint8Array): void => {
    held.push(piece);
    bytes += piece.length;
  };
  // Lines are put together before they are made bytes: a buffer for each costs more than the line.
  const holdText = (): void => {
    if (text !== "") hold(Buffer.from(text));
    text = "";
  };
  const flush = (): void => {
    holdText();
    if (bytes > 0) write(Buffer.concat(held));
    held = [];
    bytes = 0;
  };
  const sink: Sink = (piece) => {
    if (typeof piece === "string") text += piece;
    else {
      holdText();
      hold(piece);
    }
    if (bytes + text.length >= gatheredBytes) flush();
  };
  return { sink, flush };
}
