/** Reads what a person hands over beside the file: a list of people, or the events of a feed. */
import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import { type BatonError, errnoOf } from "../../sdk/errors.ts";
import { type Activity, badEvents, maxEventBytes, readActivity } from "./activity.ts";
import { badList, maxListBytes, type PeopleList, readPeopleList } from "./people-list.ts";

/** Where paths are looked up from, and what is typed or piped in. */
type Typed = Pick<CliIo, "cwd" | "readStdin">;

/** The list at `path`, `-` for standard input. @throws BatonError `REPORT-LIST` */
export async function loadPeopleList(path: string, io: Typed): Promise<PeopleList> {
  return readPeopleList(await loadBytes(path, io, { most: maxListBytes, bad: badList }));
}

/** The events at `path`, `-` for standard input. @throws BatonError `REPORT-EVENTS` */
export async function loadActivity(path: string, io: Typed): Promise<Activity> {
  return readActivity(await loadBytes(path, io, { most: maxEventBytes, bad: badEvents }));
}

const pieceBytes = 64 * 1024;

interface Bounds {
  readonly most: number;
  /** The refusal, with why as the end of a sentence. */
  readonly bad: (problem: string) => BatonError;
}

async function loadBytes(path: string, { cwd, readStdin }: Typed, { most, bad }: Bounds): Promise<Uint8Array> {
  const bytes = path === "-" ? await readStdin?.(most) : readWhole(resolve(cwd, path), { most, bad });
  if (!bytes) throw bad("there is no standard input");
  return bytes;
}

/** Of a file that is too large, one byte too much: a device has no size, and a file may grow meanwhile. */
function readWhole(path: string, { most, bad }: Bounds): Uint8Array {
  try {
    const fd = openSync(path, "r");
    try {
      return readUpTo(fd, most + 1);
    } finally {
      closeSync(fd);
    }
  } catch (caught) {
    throw bad(`${path} cannot be opened (${errnoOf(caught)})`);
  }
}

function readUpTo(fd: number, most: number): Uint8Array {
  const pieces: Buffer[] = [];
  for (let length = 0; length < most; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, most - length));
    const got = readSync(fd, piece);
    if (got === 0) break;
    pieces.push(piece.subarray(0, got));
    length += got;
  }
  return Buffer.concat(pieces);
}
