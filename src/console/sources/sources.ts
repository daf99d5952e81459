/**
 * Finds the file behind the name of a source and asks it, in a process of its own for each file. The one way to
 * everything in this room.
 */
import { randomBytes } from "node:crypto";
import { createReadStream, type ReadStream, statSync, unlink } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { hashOfFile } from "../../reports/hash-file.ts";
import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import { AskedProcess } from "../../sdk/c1z/process/watched-process.ts";
import type { Clock } from "../../sdk/clock.ts";
import { type BatonError, toBatonError } from "../../sdk/errors.ts";
import type { OpenedFile, ReviewPage, SourceInfo } from "../contract/sources.ts";
import type { EventHub } from "../event-hub.ts";
import type { KeptFile, KeptFiles } from "../kept-files.ts";
import type { AttentionFacts } from "./attention.ts";
import { FilePool } from "./file-pool.ts";
import { firstQuestions, isKept, keep, readKept } from "./kept/kept-answers.ts";
import { OpenedFiles } from "./opened-files.ts";
import { type AnswerOf, type FileQuestion, type Question, type Taken, walking } from "./questions.ts";
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

/** Of a smaller file everything is told sooner than a process starts. */
const largeBytes = 4 * 1024 * 1024;

/** A download that is ready. */
export interface Download {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** Deletes the file when it ends. */
  readonly stream: ReadStream;
}

/** Figures of a file: there, being worked out, or why they cannot be. */
export type Figures =
  | { readonly kind: "known"; readonly facts: AttentionFacts }
  | { readonly kind: "pending" }
  | { readonly kind: "failed"; readonly reason: string };

/** Questions that write a download. */
type Export = Extract<Question, `export${string}`>;

/** 0 for what the system refuses: the process that opens the file says that better. */
function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

/** All files that can be asked. */
export class Sources {
  readonly files: OpenedFiles;
  readonly #kept: KeptFiles;
  readonly #clock: Clock;
  readonly #pool: FilePool<AskedProcess>;
  readonly #downloads: string;
  /** Opens a process that reads a file. */
  readonly #open: (path: string) => AskedProcess;
  /** Of what is kept: who asks for the same meanwhile waits for the same answer. */
  readonly #underWay = new Map<string, Promise<unknown>>();
  /** Ends of what walks through a file alone, by its path. */
  readonly #turns = new Map<string, Promise<void>>();
  /** What does so, to be ended with the console. */
  readonly #workers = new Set<AskedProcess>();
  /** Folders of answers that are being worked out. */
  readonly #beingWorkedOut = new Set<string>();
  /** What came of it for each connector: of what fails, and of what cannot be kept, nothing is on the disk. */
  readonly #lastFigures = new Map<string, { readonly folder: string; readonly figures: Figures }>();
  #tell: (connectorId: string) => void = () => undefined;
  #isClosed: boolean = false;

  constructor({ dataDir, kept, clock, program, env }: SourcesOptions) {
    this.files = new OpenedFiles(dataDir);
    this.#kept = kept;
    this.#clock = clock;
    this.#downloads = join(dataDir, "downloads");
    this.#open = (path) => {
      const heldBytes = sizeOf(path);
      return new AskedProcess({ program, args: [readCommandName], env: withoutSecrets(env), heldBytes });
    };
    this.#pool = new FilePool({
      clock,
      open: async (path, _key, dismiss) => {
        const reader = this.#open(path);
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
    if (since === undefined) return await this.#askOnce(asked, name, taken);
    const other = this.#lookUp(since);
    const file = other && { path: other.path, source: since, title: other.title };
    return await this.#askFile({ ...questionAbout(asked, name, taken), since: { id: since, file } });
  }

  /** Whether there is a file behind the name. */
  has(source: string): boolean {
    return this.#lookUp(source) !== undefined;
  }

  /** What it is called, for people and in names of downloads. @throws BatonError `CONSOLE-NO-SOURCE` */
  namesOf(source: string): Pick<KeptFile, "title" | "fileName"> {
    return this.#find(source);
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
    this.#readAhead(source, {});
    return { ...info, source, title };
  }

  /** A part of a review. Where it was kept, the next question is for other rows: they are read meanwhile. */
  async review(source: string, taken: Taken<"review">, since?: string): Promise<ReviewPage> {
    const page = await this.ask(source, "review", taken, since);
    if (since === undefined && isKept("review", taken)) this.#readAhead(source, { review: taken.name });
    return page;
  }

  /** An answer that was kept; undefined when there is none, or no such file any more. */
  async known<Q extends Question>(source: string, name: Q, taken: Taken<Q>): Promise<AnswerOf<Q> | undefined> {
    const folder = this.#lookUp(source)?.answers;
    return folder === undefined ? undefined : ((await readKept(folder, name, taken)) as AnswerOf<Q> | undefined);
  }

  /** Figures of a connector's current file. Those that are not there yet are worked out from now on. */
  async figures(connectorId: string): Promise<Figures> {
    const source = `connector:${connectorId}`;
    const facts = await this.known(source, "attention", {});
    if (facts) return { kind: "known", facts };
    const last = this.#lastFigures.get(connectorId);
    if (last && last.folder === this.#lookUp(source)?.answers) return last.figures;
    void this.#workOut(connectorId);
    return { kind: "pending" };
  }

  /** Works figures and first pages out of the file of every run that ends well, before somebody asks. @returns ends it. */
  follow(hub: EventHub): () => void {
    this.#tell = (connectorId) => hub.publish({ type: "figures", connectorId });
    const lastRuns = new Map<string, string>();
    return hub.subscribe((event) => {
      if (event.type !== "connector" || !event.connector.lastGoodRun) return;
      const { id, lastGoodRun } = event.connector;
      if (lastRuns.get(id) === lastGoodRun.runId) return;
      lastRuns.set(id, lastGoodRun.runId);
      void this.#workOut(id);
    });
  }

  /** Opens a file by its path, to see that it can be read, and remembers it. @throws BatonError as `ask` */
  async openPath(text: string): Promise<OpenedFile> {
    // Windows copies paths in quotes.
    const bare = text.replace(/^"(.*)"$/s, "$1");
    // Asked for only when it is needed: a user without an entry has none.
    const path = resolve(bare.replace(/^~(?=$|[/\\])/, () => homedir()));
    await this.#askFile({ name: "open", path, taken: {}, before: [] });
    return this.files.add(path, this.#clock.nowMs());
  }

  /** The same for a file that was sent to the place that `files.uploadPlace` named. It is deleted if it is none. */
  async openUpload(place: { readonly id: string; readonly path: string }, name: string): Promise<OpenedFile> {
    try {
      await this.#askFile({ name: "open", path: place.path, taken: {}, before: [] });
    } catch (caught) {
      await rm(place.path, { force: true });
      throw calledByName(toBatonError(caught), place.path, name);
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
    await Promise.all([this.#pool.close(), ...[...this.#workers].map((worker) => worker.close())]);
    await rm(this.#downloads, { recursive: true, force: true });
  }

  /** @param reader absent: the one that is kept for this file. */
  async #askFile<Q extends Question>(question: FileQuestion<Q>, reader?: AskedProcess): Promise<AnswerOf<Q>> {
    const { name, path } = question;
    const isLong = walking.has(name) && sizeOf(path) > largeBytes;
    const answer = reader
      ? reader.ask(question)
      : isLong
        ? this.#alone(path, (own) => own.ask(question))
        : this.#pool.use(path, (kept) => kept.ask(question));
    // The answer is this very program's: the shape is what it is compiled with.
    return (await answer) as AnswerOf<Q>;
  }

  /** With a process of its own, which ends then: nobody else waits, and what it took of memory is given back. One a file. */
  async #alone<T>(path: string, work: (own: AskedProcess) => Promise<T>): Promise<T> {
    const before = this.#turns.get(path);
    const { promise: turn, resolve: endTurn } = Promise.withResolvers<void>();
    this.#turns.set(path, turn);
    await before;
    let own: AskedProcess | undefined;
    try {
      if (this.#isClosed) throw noSuchSource(path);
      own = this.#open(path);
      this.#workers.add(own);
      return await work(own);
    } finally {
      await own?.close();
      if (own) this.#workers.delete(own);
      if (this.#turns.get(path) === turn) this.#turns.delete(path);
      endTurn();
    }
  }

  /** From what was kept of the file, else from the file. */
  async #askOnce<Q extends Question>(
    file: KeptFile,
    name: Q,
    taken: Taken<Q>,
    reader?: AskedProcess,
  ): Promise<AnswerOf<Q>> {
    const question = questionAbout(file, name, taken);
    const folder = isKept(name, taken) ? file.answers : undefined;
    if (folder === undefined) return await this.#askFile(question, reader);
    const key = JSON.stringify([folder, name, taken]);
    const answer = this.#underWay.get(key) ?? this.#knownOrAsked(folder, question, reader);
    this.#underWay.set(key, answer);
    try {
      // It was written by this very program: the shape is what it is compiled with.
      return (await answer) as AnswerOf<Q>;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #knownOrAsked<Q extends Question>(
    folder: string,
    question: FileQuestion<Q>,
    reader?: AskedProcess,
  ): Promise<unknown> {
    const { name, taken } = question;
    const known = await readKept(folder, name, taken);
    if (known !== undefined) return known;
    const answer = await this.#askFile(question, reader);
    await keep(folder, name, taken, answer);
    return answer;
  }

  /** Once at a time for a file; open pages are told of the end. What fails here fails again for the one who asks. */
  async #workOut(connectorId: string): Promise<void> {
    const source = `connector:${connectorId}`;
    const file = this.#lookUp(source);
    const folder = file?.answers;
    if (!file || folder === undefined || this.#beingWorkedOut.has(folder) || this.#isClosed) return;
    this.#beingWorkedOut.add(folder);
    const all = async (worker: AskedProcess): Promise<void> => {
      await this.#askOnce(file, "info", { source, title: file.title }, worker);
      const { reviews } = await this.#askOnce(file, "overview", {}, worker);
      const facts = await this.#askOnce(file, "attention", {}, worker);
      this.#lastFigures.set(connectorId, { folder, figures: { kind: "known", facts } });
      for (const { name, taken } of firstQuestions(reviews.map((review) => review.name)))
        await this.#askOnce(file, name, taken, worker).catch(() => undefined);
    };
    try {
      await this.#alone(file.path, all);
    } catch (caught) {
      const reason = toBatonError(caught).message;
      if (!this.#isClosed) this.#lastFigures.set(connectorId, { folder, figures: { kind: "failed", reason } });
    } finally {
      this.#beingWorkedOut.delete(folder);
      if (!this.#isClosed) this.#tell(connectorId);
    }
  }

  /** What fails here fails again for the one who asks, and is told there. */
  #readAhead(source: string, taken: Taken<"readAhead">): void {
    this.ask(source, "readAhead", taken).catch(() => undefined);
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

/** The refusal of a file that was sent, in words of who sent it: they know its name, and not where it lay. */
function calledByName(error: BatonError, path: string, name: string): BatonError {
  const called = (text: string): string => text.replaceAll(path, () => name);
  return error.with({
    message: called(error.statement),
    ...(error.hint !== undefined && { hint: called(error.hint) }),
  });
}

function questionAbout<Q extends Question>(
  { path, answers, before = [] }: KeptFile,
  name: Q,
  taken: Taken<Q>,
): FileQuestion<Q> {
  return { name, path, taken, before, answers };
}

/** Settings that say how files are read are kept; those of connectors and their keys are none of it. */
const readSettings = /^BATON_(?:TMPDIR|FILE_|DECODER_|DISABLE_FCS)/;

function withoutSecrets(env: SourcesOptions["env"]): SourcesOptions["env"] {
  const kept = Object.entries(env).filter(([name]) => !/^(?:BATON_|CLOUDSMITH_)/.test(name) || readSettings.test(name));
  return Object.fromEntries(kept);
}
