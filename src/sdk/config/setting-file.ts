/**
 * Reads a file that a setting names, such as a secret's or the configuration file. Anything may lie there: a device without
 * an end is read up to a bound, and a pipe is waited for so long. Knows nothing of what is in it.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../errors.ts";

const defaultPipeWaitMs = 10_000;
const pieceBytes = 4096;
const lookAgainMs = 20;

/** How much is read, and how long is waited. */
export interface SettingFileBounds {
  readonly mostBytes: number;
  /** Who writes to a pipe may take so long, milliseconds; default 10 s. */
  readonly pipeWaitMs?: number | undefined;
}

/**
 * The text of the file at `location`, in UTF-8, or in UTF-16 where its mark says so, as some programs of Windows write it.
 * The mark stays in the text.
 * @throws Error of the code `EFBIG` for more than so many bytes, `ETIMEDOUT` for a pipe that stays empty; what the system
 * refused.
 */
export async function readSettingFile(location: string, bounds: SettingFileBounds): Promise<string> {
  // Opening a pipe that nobody writes to would not return, and could not be called off.
  const file = await open(location, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const isPipe = (await file.stat()).isFIFO();
    const bytes = isPipe ? await readPipe(file, bounds) : await readStart(file, bounds);
    if (bytes.length > bounds.mostBytes) throw Object.assign(new Error("too large"), { code: "EFBIG" });
    return textOf(bytes);
  } finally {
    await file.close();
  }
}

/** Why a file was not read, to follow its name. */
export function whyUnread(caught: unknown, { mostBytes }: SettingFileBounds): string {
  const code = errnoOf(caught, "unknown error");
  if (code === "EFBIG") return `is longer than ${mostBytes / 1024} KiB`;
  return code === "ETIMEDOUT" ? "is a pipe that nobody writes to" : `cannot be read (${code})`;
}

/** One byte more than is allowed tells that the file is too long. */
async function readStart(file: FileHandle, { mostBytes }: SettingFileBounds): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file.createReadStream({ end: mostBytes, autoClose: false }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Who writes to the pipe may come later than this process. */
async function readPipe(
  file: FileHandle,
  { mostBytes, pipeWaitMs = defaultPipeWaitMs }: SettingFileBounds,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const endMs = performance.now() + pipeWaitMs;
  for (let length = 0; length <= mostBytes; ) {
    const piece = await whatIsThere(file);
    if (piece?.length === 0 && length > 0) break;
    if (piece) pieces.push(piece);
    length += piece?.length ?? 0;
    if (performance.now() > endMs) throw Object.assign(new Error("the pipe stays empty"), { code: "ETIMEDOUT" });
    if (!piece?.length) await setTimeout(lookAgainMs);
  }
  return Buffer.concat(pieces);
}

/** Empty when nobody has the pipe open to write; undefined when who has it has written nothing yet. */
async function whatIsThere(file: FileHandle): Promise<Buffer | undefined> {
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes));
    return buffer.subarray(0, bytesRead);
  } catch (caught) {
    if (errnoOf(caught) === "EAGAIN") return undefined;
    throw caught;
  }
}

function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString("utf16le");
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0;
  return isBigEndian ? bytes.swap16().toString("utf16le") : bytes.toString("utf8");
}
