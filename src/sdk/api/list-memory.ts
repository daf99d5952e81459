/**
 * What the sweeps of one list have shown: who was seen when, in which state, under which names. Kept page by page in the
 * sync's session as plain JSON, so that a resumed run knows what was read before. Decides nothing.
 */
import type { SessionStore } from "../contracts/connector.ts";
import type { PageResult } from "./page-walk.ts";

/** What is kept of a row. */
export interface Note {
  readonly id: string;
  /** A second name that no two rows may share, such as a login; "" when not known. */
  readonly name: string;
}

/** How notes are compared and written. */
export interface NoteCodec<N extends Note> {
  /** All that makes a state: notes of one print are the same. */
  print(note: N): number;
  /** A further mark of identity, which one id has one of; 0 when it is not known. */
  identity(note: N): number;
  /** A small number that is kept in memory for each row. */
  mark(note: N): number;
  /** To JSON and back; pages as a whole, so that what repeats can be written once. */
  pack(notes: readonly N[]): unknown;
  unpack(packed: unknown): readonly N[];
}

/** Who is told what a sweep shows. */
export interface ListObserver<N extends Note> {
  /** A sweep begins: what was told before is void. */
  begins(): void;
  /** A row that this sweep did not show before, or that is in another state than it was. */
  note(note: N, pass: string): void;
  /** A row that an earlier pass of the sweep showed in the same state. */
  again(mark: number, pass: string): void;
}

/** What was seen of one pass so far, added up page by page; kept with each page, so that a resumed run goes on. */
export interface Tally {
  readonly pageSize: number;
  readonly startedAtMs: number;
  /** As the first page said it. */
  readonly announced: number | undefined;
  readonly rows: number;
  readonly distinct: number;
  /** Of them, those that no pass before had shown. */
  readonly added: number;
  /** Rows that stood twice in one answer, by id: a fault of the data, as one answer is of one moment. */
  readonly twice: readonly string[];
  /** Whether each page began where the one before ended. */
  readonly joins: boolean;
  readonly lastId: string;
  /** Count and rows of the first page, in any order. */
  readonly opening: number;
}

/** A page before it is remembered. */
export interface Draft<Row, N> {
  readonly place: Place;
  /** New or newer rows, each id once. */
  readonly fresh: readonly { readonly row: Row; readonly note: N }[];
  /** Ids that an earlier page of the sweep showed in the same state. */
  readonly same: readonly string[];
  readonly differing: readonly string[];
  readonly collided: readonly string[];
  readonly counts: Pick<Tally, "rows" | "distinct" | "added" | "twice">;
}

interface Place {
  readonly sweep: number;
  readonly pass: number;
  /** The session key. */
  readonly page: string;
}

interface Entry {
  name: string;
  identity: number;
  print: number;
  mark: number;
  /** The pass of the sweep in which it was last shown, counted through. */
  round: number;
  /** Where its newest note is. */
  page: string;
}

interface StoredPage {
  readonly tally: Tally | null;
  readonly notes: unknown;
  readonly same: readonly string[];
  readonly differing: readonly string[];
  readonly collided: readonly string[];
}

interface Shown {
  seen: number;
  /** Of those that the sweep before showed. */
  carried: number;
  readonly differing: Set<string>;
  readonly collided: Set<string>;
}

interface MemoryOptions<N extends Note> {
  /** Prefix of the session keys. */
  readonly name: string;
  readonly passes: readonly string[];
  readonly session: SessionStore;
  readonly codec: NoteCodec<N>;
  readonly observer: ListObserver<N>;
}

/** The memory of one list. */
export class ListMemory<N extends Note> {
  readonly #options: MemoryOptions<N>;
  readonly #entries = new Map<string, Entry>();
  readonly #idByName = new Map<string, string>();
  readonly #shown = new Map<number, Shown>();
  /** By sweep and pass: the sum of its pages so far. */
  readonly sweeps = new Map<number, Map<number, Tally>>();
  #sweep = -1;
  #singles = 0;

  constructor(options: MemoryOptions<N>) {
    this.#options = options;
    for (const page of this.#keys(this.#prefix)) this.#restore(page, this.#read(page));
  }

  /** Compares a page with what is known; changes nothing. */
  draft<Row>(place: Place, page: PageResult<Row>, noteOf: (row: Row) => N): Draft<Row, N> {
    const round = this.#roundOf(place);
    const onPage = new Map<string, number>();
    const fresh: ({ row: Row; note: N } | undefined)[] = [];
    const [same, differing, collided, twice]: string[][] = [[], [], [], []];
    const counts = { rows: 0, distinct: 0, added: 0 };
    const names = new Map<string, string>();
    let index = 0;
    for (const row of [...page.repeated, ...page.items]) {
      const isOverlap = index++ < page.repeated.length;
      const note = noteOf(row);
      const { id } = note;
      const entry = this.#entries.get(id);
      const isInSweep = entry !== undefined && this.#sweepOf(entry.round) === place.sweep;
      const before = onPage.get(id);
      if (!isOverlap || entry?.round !== round) counts.rows++;
      if (before !== undefined) {
        twice?.push(id);
        const other = fresh[before]?.note ?? entry;
        if (other && this.#collides(other, note)) collided?.push(id);
        if (this.#printOf(other) !== this.#options.codec.print(note)) {
          differing?.push(id);
          fresh[before] = undefined;
          onPage.set(id, fresh.push({ row, note }) - 1);
        }
        continue;
      }
      if (entry?.round !== round) counts.distinct++;
      if (!isInSweep) counts.added++;
      if (this.#isNameTaken(note, names, place.sweep)) collided?.push(id);
      if (note.name !== "") names.set(note.name, id);
      if (isInSweep && this.#collides(entry, note)) collided?.push(id);
      if (isInSweep && entry.print === this.#options.codec.print(note)) {
        same?.push(id);
        onPage.set(id, fresh.push(undefined) - 1);
        continue;
      }
      if (isInSweep) differing?.push(id);
      onPage.set(id, fresh.push({ row, note }) - 1);
    }
    return {
      place,
      fresh: fresh.filter((one) => one !== undefined),
      same: same ?? [],
      differing: differing ?? [],
      collided: collided ?? [],
      counts: { ...counts, twice: twice ?? [] },
    };
  }

  /** Remembers a page, and keeps it in the session. */
  commit<Row>({ place, fresh, same, differing, collided }: Draft<Row, N>, tally: Tally): void {
    const notes = fresh.map(({ note }) => note);
    const stored = { tally, notes: this.#options.codec.pack(notes), same, differing, collided };
    this.#write(place.page, stored);
    this.#admit(place, notes, stored);
  }

  /** Remembers a row that was found by itself, as one of the pass. */
  addSingle(note: N, { sweep, pass }: Pick<Place, "sweep" | "pass">): void {
    const before = this.tallyOf(sweep, pass);
    const known = this.#entries.get(note.id);
    const isNew = known === undefined || this.#sweepOf(known.round) !== sweep;
    const tally = before && {
      ...before,
      rows: before.rows + 1,
      distinct: before.distinct + 1,
      added: before.added + (isNew ? 1 : 0),
    };
    this.#amend(sweep, pass, [note], tally ?? null);
  }

  /** Replaces what the final sweep says of these. */
  correct(notes: readonly N[]): void {
    this.#amend(this.#sweep, this.#options.passes.length - 1, notes, null);
  }

  #amend(sweep: number, pass: number, notes: readonly N[], tally: Tally | null): void {
    // Behind every page of the sweep.
    const page = `${String(sweep).padStart(3, "0")}/${pass}/~${String(this.#singles++).padStart(9, "0")}`;
    const stored = { tally, notes: this.#options.codec.pack(notes), same: [], differing: [], collided: [] };
    this.#write(page, stored);
    this.#admit({ sweep, pass, page }, notes, stored);
  }

  /** The list is whole as the last sweep shows it. */
  finish(endedAtMs: number): void {
    this.#options.session.set(this.#wholeKey, Buffer.from(String(endedAtMs), "utf8"));
  }

  /** When the list was found whole, milliseconds since the epoch; undefined while it is not. */
  get endedAtMs(): number | undefined {
    const bytes = this.#options.session.get(this.#wholeKey);
    return bytes && Number(Buffer.from(bytes).toString("utf8"));
  }

  /** The sweep that counts; -1 before the first. */
  get lastSweep(): number {
    return this.#sweep;
  }

  /** The sum of the pages of a pass so far. */
  tallyOf(sweep: number, pass: number): Tally | undefined {
    return this.sweeps.get(sweep)?.get(pass);
  }

  /** Rows that the sweep showed in more than one state. */
  differing(sweep: number): readonly string[] {
    return [...(this.#shown.get(sweep)?.differing ?? [])];
  }

  /** Ids of which one names two things, or that share a name. */
  collisions(sweep: number): readonly string[] {
    return [...(this.#shown.get(sweep)?.collided ?? [])];
  }

  /** True when the sweep shows all that the one before showed. */
  holdsAllOfBefore(sweep: number): boolean {
    const before = this.#shown.get(sweep - 1);
    return before !== undefined && this.#shown.get(sweep)?.carried === before.seen;
  }

  /** True when the sweep shows the same rows as the one before. */
  isAsBefore(sweep: number): boolean {
    const now = this.#shown.get(sweep);
    return this.holdsAllOfBefore(sweep) && now?.seen === now?.carried;
  }

  /** Notes of rows that earlier sweeps showed, and neither this one nor the page in hand. */
  unseenIn<Row>(sweep: number, { fresh }: Draft<Row, N>): readonly N[] {
    const inHand = new Set(fresh.map(({ note }) => note.id));
    const pages = new Map<string, Set<string>>();
    for (const [id, { round, page }] of this.#entries) {
      if (this.#sweepOf(round) === sweep || inHand.has(id)) continue;
      pages.set(page, (pages.get(page) ?? new Set()).add(id));
    }
    return [...pages].flatMap(([page, ids]) => {
      return this.#options.codec.unpack(this.#read(page).notes).filter(({ id }) => ids.has(id));
    });
  }

  /** Ids in the last sweep for which `test` holds; told their mark and the pass that showed them last. */
  idsWhere(test: (mark: number, pass: string) => boolean): readonly string[] {
    const ids: string[] = [];
    for (const [id, { mark, round }] of this.#entries) {
      const pass = this.#options.passes[round % this.#options.passes.length] ?? "";
      if (this.#sweepOf(round) === this.#sweep && test(mark, pass)) ids.push(id);
    }
    return ids;
  }

  /** How many different rows the last sweep has shown. */
  get size(): number {
    return this.#shown.get(this.#sweep)?.seen ?? 0;
  }

  /** True when the last sweep shows the id. */
  has(id: string): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && this.#sweepOf(entry.round) === this.#sweep;
  }

  /** The id that the last sweep shows under a name. */
  idOf(name: string): string | undefined {
    const id = this.#idByName.get(name);
    return id !== undefined && this.has(id) ? id : undefined;
  }

  /** The newest note of an id. */
  noteOf(id: string): N | undefined {
    const entry = this.#entries.get(id);
    return entry && this.notesOn(entry.page).find((note) => note.id === id);
  }

  /** Session keys of the pages of the last sweep, in order. */
  pages(): readonly string[] {
    return this.#keys(`${this.#prefix}${String(Math.max(0, this.#sweep)).padStart(3, "0")}/`);
  }

  /** The notes of a page that no later page replaced. */
  notesOn(page: string): readonly N[] {
    const notes = this.#options.codec.unpack(this.#read(page).notes);
    return notes.filter(({ id }) => this.#entries.get(id)?.page === page);
  }

  #restore(page: string, stored: StoredPage): void {
    const [sweep = "0", pass = "0", last = ""] = page.split("/");
    if (last.startsWith("~")) this.#singles++;
    const place = { sweep: Number(sweep), pass: Number(pass), page };
    this.#admit(place, this.#options.codec.unpack(stored.notes), stored);
  }

  #admit(place: Place, notes: readonly N[], { tally, same, differing, collided }: StoredPage): void {
    const { observer, passes, codec } = this.#options;
    const { sweep, pass, page } = place;
    if (sweep !== this.#sweep) {
      this.#sweep = sweep;
      observer.begins();
    }
    const round = this.#roundOf(place);
    const shown = this.#shown.get(sweep) ?? { seen: 0, carried: 0, differing: new Set(), collided: new Set() };
    this.#shown.set(sweep, shown);
    const name = passes[pass] ?? "";
    for (const note of notes) {
      const known = this.#entries.get(note.id);
      this.#see(shown, known, sweep);
      this.#entries.set(note.id, {
        name: note.name,
        identity: codec.identity(note) || (known?.identity ?? 0),
        print: codec.print(note),
        mark: codec.mark(note),
        round,
        page,
      });
      if (note.name !== "") this.#idByName.set(note.name, note.id);
      observer.note(note, name);
    }
    for (const id of same) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      if (entry.round !== round) observer.again(entry.mark, name);
      entry.round = round;
    }
    for (const id of differing) shown.differing.add(id);
    for (const id of collided) shown.collided.add(id);
    if (!tally) return;
    const tallies = this.sweeps.get(sweep) ?? new Map<number, Tally>();
    this.sweeps.set(sweep, tallies.set(pass, tally));
  }

  #see(shown: Shown, entry: Entry | undefined, sweep: number): void {
    const last = entry && this.#sweepOf(entry.round);
    if (last === sweep) return;
    shown.seen++;
    if (last === sweep - 1) shown.carried++;
  }

  /** One id, and another name or another address: a missing one is no other. */
  #collides(known: N | Entry, note: N): boolean {
    const [one, other] = [
      "print" in known ? known.identity : this.#options.codec.identity(known as N),
      this.#options.codec.identity(note),
    ];
    if (one !== 0 && other !== 0 && one !== other) return true;
    return known.name !== "" && note.name !== "" && known.name.toLowerCase() !== note.name.toLowerCase();
  }

  #printOf(known: N | Entry | undefined): number | undefined {
    if (known === undefined) return undefined;
    return "print" in known ? known.print : this.#options.codec.print(known as N);
  }

  #isNameTaken({ id, name }: N, onPage: ReadonlyMap<string, string>, sweep: number): boolean {
    if (name === "") return false;
    const owner = onPage.get(name) ?? this.#idByName.get(name);
    if (owner === undefined || owner === id) return false;
    if (onPage.has(name)) return true;
    const entry = this.#entries.get(owner);
    return entry !== undefined && entry.name === name && this.#sweepOf(entry.round) === sweep;
  }

  #roundOf({ sweep, pass }: Pick<Place, "sweep" | "pass">): number {
    return sweep * this.#options.passes.length + pass;
  }

  #sweepOf(round: number): number {
    return Math.floor(round / this.#options.passes.length);
  }

  get #wholeKey(): string {
    return `${this.#options.name}-whole`;
  }

  get #prefix(): string {
    return `${this.#options.name}/`;
  }

  #keys(prefix: string): readonly string[] {
    return this.#options.session.keys(prefix).map((key) => key.slice(this.#prefix.length));
  }

  #read(page: string): StoredPage {
    const bytes = this.#options.session.get(this.#prefix + page);
    // Only `#write` writes under this prefix.
    return JSON.parse(Buffer.from(bytes ?? []).toString("utf8")) as StoredPage;
  }

  #write(page: string, stored: StoredPage): void {
    this.#options.session.set(this.#prefix + page, Buffer.from(JSON.stringify(stored), "utf8"));
  }
}

/**
 * FNV-1a over UTF-16 units and the length, 32 bits, never 0. `start` is the hash of what comes before: the length tells
 * one text from two.
 */
export function hashOf(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ text.length, 0x01000193);
  return hash === 0 ? 1 : hash;
}
