/** Finds the file behind the name of a source and lends it out open. The one door to everything in this room. */
import { randomBytes } from "node:crypto";
import { createReadStream, type ReadStream, statSync, unlink } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Sink, writeOutputFile } from "../../reports/output-file.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { OpenedFile, SourceInfo } from "../contract/sources.ts";
import type { EventHub } from "../event-hub.ts";
import type { KeptFile, KeptFiles } from "../kept-files.ts";
import { FilePool } from "./file-pool.ts";
import type { OpenSource } from "./open-source.ts";
import { OpenedFiles } from "./opened-files.ts";
import type { Since } from "./reviews.ts";
import { noSuchSource } from "./source-error.ts";
import { sourceInfo } from "./source-info.ts";

/** What sources need of the console. */
export interface SourcesOptions {
  readonly dataDir: string;
  readonly kept: KeptFiles;
  readonly clock: Clock;
}

/** A download that is ready. */
export interface Download {
  readonly bytes: number;
  /** Deletes the file when it ends. */
  readonly stream: ReadStream;
}

/** All files that can be asked. */
export class Sources {
  readonly files: OpenedFiles;
  readonly #kept: KeptFiles;
  readonly #clock: Clock;
  readonly #pool: FilePool;
  readonly #downloads: string;

  constructor({ dataDir, kept, clock }: SourcesOptions) {
    this.files = new OpenedFiles(dataDir);
    this.#kept = kept;
    this.#clock = clock;
    this.#pool = new FilePool(clock);
    this.#downloads = join(dataDir, "downloads");
  }

  /** Lends the file of a source. @throws BatonError `CONSOLE-NO-SOURCE`, those of `openC1z`, and what `action` throws. */
  async use<T>(source: string, action: (open: OpenSource, file: KeptFile) => T | Promise<T>): Promise<T> {
    const file = this.#find(source);
    return await this.#pool.use(file.path, (open) => action(open, file));
  }

  /** Lends a file and the one that it is compared with: another source, or a sync of the same file. */
  async compare<T>(
    source: string,
    since: string | undefined,
    action: (open: OpenSource, since: Since | undefined) => T | Promise<T>,
  ): Promise<T> {
    return await this.use(source, async (open) => {
      if (since === undefined) return await action(open, undefined);
      if (open.reader.syncs.some(({ id }) => id === since)) return await action(open, { kind: "sync", id: since });
      return await this.use(since, (other, { title }) =>
        action(open, { kind: "file", open: other, source: since, title }),
      );
    });
  }

  /** What the names of its downloads begin with. @throws BatonError `CONSOLE-NO-SOURCE` */
  fileName(source: string): string {
    const { fileName, title } = this.#find(source);
    return fileName ?? title.replace(/\.c1z$/i, "");
  }

  /** What the file is. Whoever asks will ask for people next: they are read meanwhile. */
  async info(source: string): Promise<SourceInfo> {
    const info = await this.use(source, (open, { title }) => sourceInfo(open, source, title));
    this.#readAhead(source);
    return info;
  }

  /** Reads the file of every run that ends well, before somebody asks. @returns ends it. */
  follow(hub: EventHub): () => void {
    const lastRuns = new Map<string, string>();
    return hub.subscribe((event) => {
      if (event.type !== "connector" || !event.connector.lastGoodRun) return;
      const { id, lastGoodRun } = event.connector;
      if (lastRuns.get(id) === lastGoodRun.runId) return;
      lastRuns.set(id, lastGoodRun.runId);
      this.#readAhead(`connector:${id}`);
    });
  }

  /** Opens a file by its path, to see that it can be read, and remembers it. @throws BatonError those of `openC1z` */
  async openPath(text: string): Promise<OpenedFile> {
    // Asked for only when it is needed: a user without an entry has none.
    const path = resolve(text.replace(/^~(?=$|[/\\])/, () => homedir()));
    await this.#pool.use(path, () => undefined);
    return this.files.add(path, this.#clock.nowMs());
  }

  /** The same for a file that was sent to the place that `files.uploadPlace` named. It is deleted if it is none. */
  async openUpload(place: { readonly id: string; readonly path: string }, name: string): Promise<OpenedFile> {
    try {
      await this.#pool.use(place.path, () => undefined);
    } catch (caught) {
      await rm(place.path, { force: true });
      throw caught;
    }
    return this.files.add(place.path, this.#clock.nowMs(), { id: place.id, name });
  }

  /** Writes a download whole before the first byte of it is sent, so that a failure is an answer and not a torn file. */
  async download(produce: (sink: Sink) => Promise<void>): Promise<Download> {
    await mkdir(this.#downloads, { recursive: true, mode: 0o700 });
    const path = join(this.#downloads, randomBytes(9).toString("hex"));
    await writeOutputFile(path, produce);
    const stream = createReadStream(path);
    stream.on("close", () => unlink(path, () => undefined));
    return { bytes: statSync(path).size, stream };
  }

  /** Lets all files go. */
  async close(): Promise<void> {
    this.#pool.close();
    await rm(this.#downloads, { recursive: true, force: true });
  }

  /** What fails here fails again for whoever asks, who is told. */
  #readAhead(source: string): void {
    this.use(source, (open) => open.roster()).catch(() => undefined);
  }

  #find(source: string): KeptFile {
    const colon = source.indexOf(":");
    const [kind, id] = [source.slice(0, colon), source.slice(colon + 1)];
    const file = this.#lookUp(kind, id);
    if (!file) throw noSuchSource(source);
    return file;
  }

  #lookUp(kind: string, id: string): KeptFile | undefined {
    if (kind === "connector") return this.#kept.currentFile(id);
    if (kind === "run") return this.#kept.runFile(id);
    return kind === "file" ? this.files.find(id) : undefined;
  }
}
