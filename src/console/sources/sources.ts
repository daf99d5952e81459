/**
 * Finds the file behind the name of a source and asks it, in a process of its own for each file. The one way to
 * everything in this room.
 */
import { randomBytes } from "node:crypto";
import { createReadStream, type ReadStream, statSync, unlink } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { reviews } from "../../reports/catalogue.ts";
import { hashOfFile } from "../../reports/hash-file.ts";
import { AskedProcess } from "../../sdk/c1z/process/asked-process.ts";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { OpenedFile, SourceInfo } from "../contract/sources.ts";
import type { EventHub } from "../event-hub.ts";
import type { KeptFile, KeptFiles } from "../kept-files.ts";
import { FilePool } from "./file-pool.ts";
import { firstQuestions, isKept, keep, readKept } from "./kept-answers.ts";
import { OpenedFiles } from "./opened-files.ts";
import type { AnswerOf, FileQuestion, Question, Taken } from "./questions.ts";
import { readCommandName } from "./read-command.ts";
import { noSuchSource } from "./source-error.ts";

/** What sources need of the console. */
export interface SourcesOptions {
  readonly dataDir: string;
  readonly kept: KeptFiles;
  readonly clock: Clock;
  /** From `thisProgram`. */
  readonly program: ProgramCommand;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A download that is ready. */
export interface Download {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** Deletes the file when it ends. */
  readonly stream: ReadStream;
}

/** Questions that write a download. */
type Export = Extract<Question, `export${string}`>;

/** All files that can be asked. */
export class Sources {
  readonly files: OpenedFiles;
  readonly #kept: KeptFiles;
  readonly #clock: Clock;
  readonly #pool: FilePool<AskedProcess>;
  readonly #downloads: string;
  #isClosed: boolean = false;

  constructor({ dataDir, kept, clock, program, env }: SourcesOptions) {
    this.files = new OpenedFiles(dataDir);
    this.#kept = kept;
    this.#clock = clock;
    this.#downloads = join(dataDir, "downloads");
    this.#pool = new FilePool({
      clock,
      open: async (path, _key, dismiss) => {
        const heldBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        const reader = new AskedProcess({ program, args: [readCommandName], env: withoutSecrets(env), heldBytes });
        void reader.ended.then(dismiss);
        return reader;
      },
    });
  }

  /**
   * Asks the file of a source.
   * @param since what it is compared with: another source, or a sync of the same file.
   * @throws BatonError `CONSOLE-NO-SOURCE`, those of `openC1z`, what answering throws, and `FILE-TIME-LIMIT`,
   * `FILE-MEMORY-LIMIT` and `FILE-PROCESS-LOST` for a file that cannot be read to the end.
   */
  async ask<Q extends Question>(source: string, name: Q, taken: Taken<Q>, since?: string): Promise<AnswerOf<Q>> {
    const asked = this.#find(source);
    const { path, before = [] } = asked;
    if (since === undefined) return await this.#askOnce(asked, name, taken);
    const other = this.#lookUp(since);
    const file = other && { path: other.path, source: since, title: other.title };
    return await this.#askFile({ name, path, taken, before, since: { id: since, file } });
  }

  /** Whether there is a file behind the name. */
  has(source: string): boolean {
    return this.#lookUp(source) !== undefined;
  }

  /** What the names of its downloads begin with. @throws BatonError `CONSOLE-NO-SOURCE` */
  fileName(source: string): string {
    const { fileName, title } = this.#find(source);
    return fileName ?? title.replace(/\.c1z$/i, "");
  }

  /** The source that reviews are kept under: of the file of a run, its connector. @throws BatonError `CONSOLE-NO-SOURCE` */
  reviewedAs(source: string): string {
    const { connectorId } = this.#find(source);
    return connectorId === undefined ? source : `connector:${connectorId}`;
  }

  /** What the file is. The next question is for people: they are read meanwhile. */
  async info(source: string): Promise<SourceInfo> {
    const { title } = this.#find(source);
    const info = await this.ask(source, "info", { source, title });
    this.#readAhead(source);
    return { ...info, source, title };
  }

  /** An answer that was kept; undefined when there is none, or no such file any more. */
  async known<Q extends Question>(source: string, name: Q, taken: Taken<Q>): Promise<AnswerOf<Q> | undefined> {
    const folder = this.#lookUp(source)?.answers;
    return folder === undefined ? undefined : ((await readKept(folder, name, taken)) as AnswerOf<Q> | undefined);
  }

  /** Works figures and first pages out of the file of every run that ends well, before somebody asks. @returns ends it. */
  follow(hub: EventHub): () => void {
    const lastRuns = new Map<string, string>();
    return hub.subscribe((event) => {
      if (event.type !== "connector" || !event.connector.lastGoodRun) return;
      const { id, lastGoodRun } = event.connector;
      if (lastRuns.get(id) === lastGoodRun.runId) return;
      lastRuns.set(id, lastGoodRun.runId);
      void this.#workOut(`connector:${id}`).then(() => hub.publish({ type: "figures", connectorId: id }));
    });
  }

  /** Opens a file by its path, to see that it can be read, and remembers it. @throws BatonError as `ask` */
  async openPath(text: string): Promise<OpenedFile> {
    // Asked for only when it is needed: a user without an entry has none.
    const path = resolve(text.replace(/^~(?=$|[/\\])/, () => homedir()));
    await this.#askFile({ name: "open", path, taken: {}, before: [] });
    return this.files.add(path, this.#clock.nowMs());
  }

  /** The same for a file that was sent to the place that `files.uploadPlace` named. It is deleted if it is none. */
  async openUpload(place: { readonly id: string; readonly path: string }, name: string): Promise<OpenedFile> {
    try {
      await this.#askFile({ name: "open", path: place.path, taken: {}, before: [] });
    } catch (caught) {
      await rm(place.path, { force: true });
      throw caught;
    }
    return this.files.add(place.path, this.#clock.nowMs(), { id: place.id, name });
  }

  /** Has a download written whole before the first byte of it is sent, so that a failure is an answer and no torn file. */
  async download<Q extends Export>(
    source: string,
    name: Q,
    taken: Omit<Taken<Q>, "out">,
    since?: string,
  ): Promise<Download> {
    return await this.downloadOf(async (out) => {
      // What was left out above is put in; the compiler does not follow that through a generic.
      await this.ask(source, name, { ...taken, out } as unknown as Taken<Q>, since);
    });
  }

  /** The same for what `write` puts at a path. */
  async downloadOf(write: (out: string) => Promise<void>): Promise<Download> {
    await mkdir(this.#downloads, { recursive: true, mode: 0o700 });
    const out = join(this.#downloads, randomBytes(9).toString("hex"));
    await write(out);
    const sha256 = await hashOfFile(out);
    const stream = createReadStream(out);
    stream.on("close", () => unlink(out, () => undefined));
    return { bytes: statSync(out).size, sha256, stream };
  }

  /** Lets all files go. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.close();
    await rm(this.#downloads, { recursive: true, force: true });
  }

  async #askFile<Q extends Question>(question: FileQuestion<Q>): Promise<AnswerOf<Q>> {
    const answer = await this.#pool.use(question.path, (reader) => reader.ask(question));
    // The answer is this very program's: the shape is what it is compiled with.
    return answer as AnswerOf<Q>;
  }

  /** From what was kept of the file, else from the file. */
  async #askOnce<Q extends Question>(file: KeptFile, name: Q, taken: Taken<Q>): Promise<AnswerOf<Q>> {
    const { path, answers, before = [] } = file;
    const folder = isKept(name, taken) ? answers : undefined;
    const known = folder === undefined ? undefined : await readKept(folder, name, taken);
    // It was written by this very program: the shape is what it is compiled with.
    if (known !== undefined) return known as AnswerOf<Q>;
    const answer = await this.#askFile({ name, path, taken, before });
    if (folder !== undefined) await keep(folder, name, taken, answer);
    return answer;
  }

  /** One question after the other, so that somebody who asks meanwhile does not wait for all of them. */
  async #workOut(source: string): Promise<void> {
    try {
      const { title } = this.#find(source);
      await this.ask(source, "info", { source, title });
      for (const { name, taken } of firstQuestions(reviews().map(({ name }) => name))) {
        // A question after the end would start a process that nobody ends.
        if (this.#isClosed) return;
        await this.ask(source, name, taken).catch(() => undefined);
      }
    } catch {
      // What fails here fails again for the one who asks, and is told there.
    }
  }

  /** What fails here fails again for the one who asks, and is told there. */
  #readAhead(source: string): void {
    this.ask(source, "readAhead", {}).catch(() => undefined);
  }

  #find(source: string): KeptFile {
    const file = this.#lookUp(source);
    if (!file) throw noSuchSource(source);
    return file;
  }

  #lookUp(source: string): KeptFile | undefined {
    const colon = source.indexOf(":");
    const [kind, id] = [source.slice(0, colon), source.slice(colon + 1)];
    if (kind === "connector") return this.#kept.currentFile(id);
    if (kind === "run") return this.#kept.runFile(id);
    return kind === "file" ? this.files.find(id) : undefined;
  }
}

/** Settings that say how files are read are kept; those of connectors and their keys are none of it. */
const readSettings = /^BATON_(?:TMPDIR|FILE_|DECODER_|DISABLE_FCS)/;

function withoutSecrets(env: SourcesOptions["env"]): SourcesOptions["env"] {
  const kept = Object.entries(env).filter(([name]) => !/^(?:BATON_|CLOUDSMITH_)/.test(name) || readSettings.test(name));
  return Object.fromEntries(kept);
}
