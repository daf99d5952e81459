/** Reads a list of people from a file or from standard input. */

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import { errnoOf } from "../../sdk/errors.ts";
import { badList, maxListBytes, type PeopleList, readPeopleList } from "./people-list.ts";

/** The list at `path`, `-` for standard input. @throws BatonError `REPORT-LIST` */
export async function loadPeopleList(path: string, { cwd, readStdin }: CliIo): Promise<PeopleList> {
  if (path !== "-") return readPeopleList(readWhole(resolve(cwd, path)));
  if (!readStdin) throw badList("there is no standard input");
  return readPeopleList(await readStdin(maxListBytes));
}

/** Of a file that is too large, one byte too much. */
function readWhole(path: string): Uint8Array {
  try {
    return statSync(path).size > maxListBytes ? new Uint8Array(maxListBytes + 1) : readFileSync(path);
  } catch (caught) {
    throw badList(`${path} cannot be opened (${errnoOf(caught)})`);
  }
}
