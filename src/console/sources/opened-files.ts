/**
 * Files that a person opened besides the connectors' own: by their path, or sent from the browser, which are then kept
 * in the data directory. Remembers the last ones, also over a restart. Knows nothing of what is in them.
 */
import { randomBytes } from "node:crypto";
import { createWriteStream, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError } from "../../sdk/c1z/container/file-errors.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { OpenedFile } from "../contract/sources.ts";
import type { KeptFile } from "../kept-files.ts";

/** Files that are remembered; the one opened longest ago makes room. */
const rememberedFiles = 20;

interface Entry {
  readonly id: string;
  readonly path: string;
  /** The file's name. */
  readonly title: string;
  readonly openedAtMs: number;
  /** It lies in our directory and goes when it is forgotten. */
  readonly isUpload: boolean;
}

/** The files of one console. */
export class OpenedFiles {
  readonly #dataDir: string;
  #entries: readonly Entry[];

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#entries = readEntries(this.#indexPath());
  }

  /** The latest first. */
  list(): readonly OpenedFile[] {
    return this.#entries.map(({ id, title, openedAtMs }) => ({ source: `file:${id}`, title, openedAtMs }));
  }

  find(id: string): KeptFile | undefined {
    const entry = this.#entries.find((one) => one.id === id);
    return entry && { ...entry, fileName: withoutExtension(entry.title) };
  }

  /** Remembers a file by its path. */
  add(path: string, nowMs: number, upload?: { readonly id: string; readonly name: string }): OpenedFile {
    const known = this.#entries.find((entry) => entry.path === path);
    const id = upload?.id ?? known?.id ?? newId();
    const entry: Entry = {
      id,
      path,
      title: upload?.name ?? basename(path),
      openedAtMs: nowMs,
      isUpload: upload !== undefined,
    };
    const entries = [entry, ...this.#entries.filter((one) => one.path !== path)];
    for (const { id: excess } of entries.slice(rememberedFiles)) this.forget(excess);
    this.#write(entries.slice(0, rememberedFiles));
    return { source: `file:${id}`, title: entry.title, openedAtMs: nowMs };
  }

  /** A new place for a file that is sent. */
  async uploadPlace(): Promise<{ readonly id: string; readonly path: string }> {
    const directory = join(this.#dataDir, "uploads");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const id = newId();
    return { id, path: join(directory, `${id}.c1z`) };
  }

  /** Forgets a file, and deletes it when it was sent. @returns whether there was one. */
  forget(id: string): boolean {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return false;
    if (entry.isUpload) rmSync(entry.path, { force: true });
    this.#write(this.#entries.filter((one) => one !== entry));
    return true;
  }

  #write(entries: readonly Entry[]): void {
    const path = this.#indexPath();
    writeFileSync(`${path}.tmp`, `${JSON.stringify(entries, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
    this.#entries = entries;
  }

  #indexPath(): string {
    return join(this.#dataDir, "opened-files.json");
  }
}

function withoutExtension(name: string): string {
  return name.replace(/\.c1z$/i, "");
}

function newId(): string {
  return randomBytes(9).toString("base64url");
}

/** A list that cannot be read is an empty one: nothing depends on it but convenience. */
function readEntries(path: string): readonly Entry[] {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { id, path, title, openedAtMs } = value as Partial<Entry>;
  return [id, path, title].every((text) => typeof text === "string") && typeof openedAtMs === "number";
}

/** Bytes of a file that is sent, at most. */
export const maxUploadBytes: number = 256 * 1024 * 1024;

/** Writes what comes to a new file at `path`. @throws BatonError `CONSOLE-UPLOAD-TOO-LARGE`, or what the system refused */
export async function receiveUpload(
  incoming: Readable,
  path: string,
  maxBytes: number = maxUploadBytes,
): Promise<void> {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      bytes += chunk.length;
      done(bytes > maxBytes ? uploadTooLarge() : null, chunk);
    },
  });
  try {
    await pipeline(incoming, counting, createWriteStream(path, { flags: "wx", mode: 0o600 }));
  } catch (caught) {
    await rm(path, { force: true });
    throw caught instanceof BatonError ? caught : fileError(caught, `write ${path}`, "Nothing of the file was kept.");
  }
}

/** The refusal of a file with more bytes. */
export function uploadTooLarge(): BatonError {
  return new BatonError({
    code: "CONSOLE-UPLOAD-TOO-LARGE",
    status: Status.outOfRange,
    message: "The file has more than 256 MB.",
    effect: "Nothing of it was kept.",
    hint: "Open it by its path on the machine of the console instead.",
  });
}
