/** Reads what a person hands over beside the file: a list of people, or the events of a feed. */
import { resolve } from "node:path";
import { readWholeFile, whyNotRead } from "../../sdk/c1z/container/whole-file.ts";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import type { BatonError } from "../../sdk/errors.ts";
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

interface Bounds {
  readonly most: number;
  /** The refusal, with why as the end of a sentence. */
  readonly bad: (problem: string) => BatonError;
}

async function loadBytes(path: string, { cwd, readStdin }: Typed, { most, bad }: Bounds): Promise<Uint8Array> {
  const isStdin = path === "-" || path === "/dev/stdin";
  const bytes = isStdin ? await readStdin?.(most) : readNamed(resolve(cwd, path), { most, bad });
  if (!bytes) throw bad("there is no standard input");
  return bytes;
}

function readNamed(path: string, { most, bad }: Bounds): Uint8Array {
  try {
    return readWholeFile(path, most);
  } catch (caught) {
    throw bad(whyNotRead(path, caught));
  }
}
