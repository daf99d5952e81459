/** One opened file with what was already read out of it. Ends with its reader; knows nothing of who asks. */
import { earlierSync, syncSeconds } from "../../reports/ask.ts";
import { Holdings } from "../../reports/holdings.ts";
import type { C1zReader } from "../../sdk/c1z/read/reader.ts";
import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { buildRoster } from "./build-roster.ts";
import { inSlices } from "./in-slices.ts";
import type { Roster } from "./roster.ts";

/** What is remembered of expensive answers, the one used longest ago making room. */
const rememberedAnswers = 4;

/** What identifies the content of a file. */
export interface FileIdentity {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Changes whenever the file is replaced. */
  readonly key: string;
}

/** An open file. */
export class OpenSource {
  readonly identity: FileIdentity;
  readonly reader: C1zReader;
  /** The sync that readers show. */
  readonly view: SyncView;
  readonly holdings: Holdings;
  /** Moment that ages are counted to unless another is asked for, seconds since the epoch: when the sync began. */
  readonly asOfSeconds: number;
  #roster: Promise<Roster> | undefined;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(identity: FileIdentity, reader: C1zReader) {
    this.identity = identity;
    this.reader = reader;
    this.view = reader.view();
    this.holdings = new Holdings(this.view);
    this.asOfSeconds = syncSeconds(this.view.sync) ?? 0;
  }

  /** True when the file itself holds what it is compared with. */
  get hasEarlierSync(): boolean {
    return earlierSync(this.reader.syncs, this.view.sync) !== undefined;
  }

  /** Everybody in the file; read when it is first asked for. */
  async roster(): Promise<Roster> {
    this.#roster ??= inSlices(buildRoster(this.view, this.holdings));
    try {
      return await this.#roster;
    } catch (caught) {
      this.#roster = undefined;
      throw caught;
    }
  }

  /** What `work` gave for this key before, else what it gives now. */
  async remembered<T>(key: string, work: () => Promise<T>): Promise<T> {
    // A key stands for one kind of answer only.
    const answer = (this.#answers.get(key) as Promise<T> | undefined) ?? work();
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > rememberedAnswers && oldest !== undefined) this.#answers.delete(oldest);
    try {
      return await answer;
    } catch (caught) {
      this.#answers.delete(key);
      throw caught;
    }
  }

  close(): void {
    this.reader.close();
  }
}
