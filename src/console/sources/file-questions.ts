/** Answers questions about files, in the process that reads them: opens what is asked about and keeps it open. */
import { stat } from "node:fs/promises";
import { isSyncBefore } from "../../reports/ask.ts";
import { hashOfFile } from "../../reports/hash-file.ts";
import { changedWhileRead } from "../../sdk/c1z/container/file-errors.ts";
import { openC1z } from "../../sdk/c1z/read/reader.ts";
import { previousFiles } from "../../sdk/c1z/write/files-beside.ts";
import type { Clock } from "../../sdk/clock.ts";
import { FilePool, keyOf } from "./file-pool.ts";
import { OpenSource } from "./open-source.ts";
import { answering, comparing, type FileQuestion, type Question } from "./questions.ts";
import type { Since } from "./reviews.ts";
import { noSuchSource } from "./source-error.ts";

/** The files of one process. */
export class FileQuestions {
  readonly #pool: FilePool<OpenSource>;

  constructor(clock: Clock) {
    this.#pool = new FilePool({ clock, open: (path, key) => openSource(path, key) });
  }

  /** @throws BatonError those of `openC1z`, `CONSOLE-NO-SOURCE`, and what answering throws. */
  async answer<Q extends Question>(question: FileQuestion<Q>): Promise<unknown> {
    const { name, path, taken, since, answers } = question;
    return await this.#pool.use(path, async (open) => {
      open.folder = answers;
      const ask = (with_: Since | undefined): unknown => answering[name](open, taken, with_);
      if (since === undefined) {
        const isAlone = comparing.has(name) && !open.hasEarlierSync;
        return await this.#withBefore(open, isAlone ? [...previousFiles(path), ...question.before] : [], ask);
      }
      const { id, file } = since;
      if (open.reader.syncs.some((sync) => sync.id === id)) return await ask({ kind: "sync", id });
      if (!file) throw noSuchSource(id);
      const { path: otherPath, source, title } = file;
      return await this.#pool.use(otherPath, (other) => ask({ kind: "file", open: other, source, title }));
    });
  }

  /** Asks with the first of these files that holds the sync before, if one does. */
  async #withBefore(
    open: OpenSource,
    [path, ...others]: readonly string[],
    ask: (since: Since | undefined) => unknown,
  ): Promise<unknown> {
    if (path === undefined) return await ask(undefined);
    const isNot = Symbol("holds another sync");
    const answer = await this.#pool.use(path, async (before) =>
      isSyncBefore(before.view.sync, open.view.sync) ? await ask({ kind: "before", open: before }) : isNot,
    );
    return answer === isNot ? await this.#withBefore(open, others, ask) : answer;
  }
}

/** A sync takes longer than opening: that a file is replaced while it is opened is rare, and twice in a row no accident. */
const mostTries = 3;

/**
 * Opens a file, and hashes what it opened: again where another one took its place meanwhile.
 * @throws BatonError those of `openC1z`, and `FILE-READ-CHANGED`
 */
export async function openSource(path: string, key: string, triesLeft: number = mostTries): Promise<OpenSource> {
  const reader = await openC1z(path);
  try {
    const [sha256, { size: bytes }] = await Promise.all([hashOfFile(path), stat(path)]);
    const now = await keyOf(path);
    if (now === key) return new OpenSource({ path, key, sha256, bytes }, reader);
    reader.close();
    if (triesLeft === 1) throw changedWhileRead(path);
    return await openSource(path, now, triesLeft - 1);
  } catch (caught) {
    reader.close();
    throw caught;
  }
}
