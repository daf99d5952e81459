/** One opened file with what was already read out of it. Ends with its reader; knows nothing of who asks. */
import { earlierSync, syncSeconds } from "../../reports/ask.ts";
import { Holdings } from "../../reports/holdings.ts";
import type { C1zReader } from "../../sdk/c1z/read/reader.ts";
import type { RowFilter, RowKind, SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { PersonRow } from "../contract/sources.ts";
import { buildRoster } from "./build-roster.ts";
import { inSlices } from "./in-slices.ts";
import { keptRows } from "./kept/kept-rows.ts";
import { Remembered } from "./kept/remembered.ts";
import { Roster, type RosterTeam } from "./roster.ts";

/** Expensive answers that are remembered: everybody, each review that there is, and a list or two that were pasted. */
const rememberedAnswers = 12;
const rememberedCounts = 1000;

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
  /** Where rows of this file are kept; undefined: nowhere. */
  folder: string | undefined;
  #roster: Promise<Roster> | undefined;
  readonly #answers = new Remembered<Promise<unknown>>(rememberedAnswers);
  readonly #counts = new Remembered<number>(rememberedCounts);

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
    this.#roster ??= this.#readRoster();
    try {
      return await this.#roster;
    } catch (caught) {
      this.#roster = undefined;
      throw caught;
    }
  }

  /** What `made` gives for rows of plain data, as they were kept of this very content, else as `work` gives them now. */
  async kept<T, R>(name: string, work: () => Promise<readonly T[]>, made: (row: T) => R): Promise<R[]> {
    const { folder, identity } = this;
    if (folder === undefined) return (await work()).map(made);
    return await keptRows(folder, `${name}-${identity.sha256}`, work, made);
  }

  /** Rows of a kind that fit: the file has to be walked for it, which each page of them would do again. */
  count(kind: RowKind, filter: RowFilter): number {
    return this.#counts.get(JSON.stringify([kind, filter]), () => this.view.count(kind, filter));
  }

  /** The same, kept where it is about all rows of a kind. */
  async total(kind: RowKind, filter: RowFilter): Promise<number> {
    if (Object.keys(filter).length > 0) return this.count(kind, filter);
    const [count = 0] = await this.kept(`all-${kind}`, async () => [this.count(kind, filter)], Number);
    return count;
  }

  /** What `work` gave for this key before, else what it gives now. */
  async remembered<T>(key: string, work: () => Promise<T>): Promise<T> {
    // A key stands for one kind of answer only.
    const answer = this.#answers.get(key, work) as Promise<T>;
    try {
      return await answer;
    } catch (caught) {
      this.#answers.forget(key);
      throw caught;
    }
  }

  /** People first, teams behind them. */
  async #readRoster(): Promise<Roster> {
    const work = async (): Promise<readonly (PersonRow | RosterTeam)[]> => {
      const { people, teams } = await inSlices(buildRoster(this.view, this.holdings));
      return [...people, ...teams];
    };
    const [people, teams]: [PersonRow[], RosterTeam[]] = [[], []];
    for (const row of await this.kept("roster", work, (one) => one)) {
      if ("places" in row) teams.push(row);
      else people.push(row);
    }
    return new Roster({ people, teams });
  }

  close(): void {
    this.reader.close();
  }
}
