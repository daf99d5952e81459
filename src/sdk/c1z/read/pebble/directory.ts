/** What the names of the files of a Pebble directory say: its format, and which MANIFEST counts. */
import { PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";
import type { StoreFile } from "./store-files.ts";
import { readVersion, type StoreVersion } from "./version.ts";

const formatVersions = { oldest: 13, newest: 24 } as const;
const marker = /^marker\.([^.]+)\.(\d+)\.(.+)$/;

/**
 * The tables that a directory consists of.
 * @throws PebbleFormatError, or PebbleUnsupportedError for what is not read here.
 */
export function versionOf(files: ReadonlyMap<string, StoreFile>): StoreVersion {
  checkFormat(files);
  const manifest = files.get(markedValue(files, "manifest") ?? "");
  if (!manifest) throw new PebbleFormatError("its MANIFEST is missing");
  return readVersion(readWhole(manifest));
}

/** A table takes some 100 bytes in the list, and logs are empty in the files of Baton writers. */
const maxListBytes = 32 * 1024 * 1024;

/** A MANIFEST or a log, which is in memory as a whole. @throws PebbleFormatError when it is larger than 32 MiB */
export function readWhole(file: StoreFile): Buffer {
  if (file.size > maxListBytes) throw new PebbleFormatError("a MANIFEST or log of its store is larger than 32 MiB");
  return file.read(0, file.size);
}

/** Name of the file of a table. */
export function tableFileName(number: number): string {
  return `${String(number).padStart(6, "0")}.sst`;
}

function checkFormat(files: ReadonlyMap<string, StoreFile>): void {
  const text = markedValue(files, "format-version");
  if (text === undefined) throw new PebbleFormatError("its format marker is missing");
  const version = Number(text);
  if (!(version >= formatVersions.oldest && version <= formatVersions.newest)) {
    throw new PebbleUnsupportedError(`the Pebble format ${text}`);
  }
}

/** The value of the newest marker of this name. */
function markedValue(files: ReadonlyMap<string, StoreFile>, name: string): string | undefined {
  let [newest, value] = [-1, undefined as string | undefined];
  for (const file of files.keys()) {
    const [, found, iteration, marked] = marker.exec(file) ?? [];
    if (found === name && Number(iteration) > newest) [newest, value] = [Number(iteration), marked];
  }
  return value;
}
