/**
 * What the sweeps of one list have shown: who was seen when, in which state, under which names. Kept page by page in the
 * sync's session as plain JSON, so that a resumed run knows what was read before. Decides nothing.
 */
import type { SessionStore } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { Note, NoteCodec } from "./notes.ts";
import type { PageResult } from "./page-walk.ts";
import type { AskedQuestion } from "./questions.ts";

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
export interface Tally extends AskedQuestion {
  /** Whether the sweep adds to what the one before showed: then `distinct` and `added` do, too. */
  readonly goesOn: boolean;
  readonly startedAtMs: number;
  /** As the first page said it that said anything. */
  readonly announced: number | undefined;
  /** Whether every page said so. */
  readonly isSteady: boolean;
  /** On pages. */
  readonly rows: number;
  /** Rows found by themselves. */
  readonly found: number;
  readonly distinct: number;
  /** Of them, those that no pass before had shown. */
  readonly added: number;
  /** Rows that stood twice in one answer, by id: a fault of the data, as one answer is of one moment. */
  readonly twice: readonly string[];
  /** Whether each page began where the one before ended. */
  readonly joins: boolean;
  /** True when the answer itself does not say for certain that the list ends where it did. */
  readonly endsInDoubt: boolean;
  readonly lastId: string;
  /** Rows of the first page. */
  readonly opening: number;
}

/** A page before it is remembered. */
export interface Draft<Row, N> {
  readonly place: Place;
  /** New or newer rows, each id once. */
  readonly fresh: readonly { readonly row: Row; readonly note: N }[];
  /** Ids that an earlier page showed in the same state. */
  readonly same: readonly string[];
  readonly differing: readonly string[];
  readonly collided: readonly string[];
  readonly counts: Pick<Tally, "rows" | "distinct" | "added" | "twice">;
}

interface Place {
  readonly sweep: number;
  readonly goesOn: boolean;
  readonly pass: number;
  /** The session key. */
  readonly page: string;
}

/** What of a row is compared. */
interface State {
  readonly name: string;
  readonly identity: number;
  readonly print: number;
}

interface Entry extends State {
  readonly id: string;
  readonly mark: number;
  /** In which it was last shown. */
  sweep: number;
  /** A bit for each pass that showed it in the sweeps that count. */
  passes: number;
  /** Where its newest note is. */
  readonly page: string;
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
  readonly renumbered: Set<string>;
}

interface MemoryOptions<N extends Note> {
  /** Prefix of the session keys. */
  readonly name: string;
  readonly passes: readonly string[];
  readonly session: SessionStore;
  readonly codec: NoteCodec<N>;
  readonly observer?: ListObserver<N>;
}

/** The memory of one list. */
export class ListMemory<N extends Note> {
  readonly #options: MemoryOptions<N>;
  readonly #entries = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();
  readonly #shown = new Map<number, Shown>();
  /** By sweep and pass: the sum of its pages so far. */
  readonly sweeps = new Map<number, Map<number, Tally>>();
  #sweep = -1;
  /** The first of the sweeps that count together. */
  #since = 0;
  #size = 0;
  #singles = 0;

  constructor(options: MemoryOptions<N>) {
    this.#options = options;
    for (const page of this.#keys(this.#prefix)) this.#restore(page, this.#read(page));
  }

  /** Compares a page with what is known; changes nothing. */
  draft<Row>(place: Place, page: PageResult<Row>, noteOf: (row: Row) => N): Draft<Row, N> {
    const onPage = new Map<string, number>();
    const fresh: ({ row: Row; note: N } | undefined)[] = [];
    const [same, differing, collided, twice]: [string[], string[], string[], string[]] = [[], [], [], []];
    const counts = { rows: 0, distinct: 0, added: 0, twice };
    const since = this.#sinceOf(place);
    const look = (row: Row, isOverlap: boolean): void => {
      const note = noteOf(row);
      const { id } = note;
      const entry = this.#entries.get(id);
      const known = entry && entry.sweep >= since ? entry : undefined;
      const isInPass = known !== undefined && (known.passes & bitOf(place.pass)) !== 0;
      if (!(isOverlap && isInPass)) counts.rows++;
      const before = onPage.get(id);
      if (before !== undefined) twice.push(id);
      else if (!isInPass) counts.distinct++;
      if (before === undefined && !known) counts.added++;
      const earlier = before === undefined ? undefined : fresh[before]?.note;
      const other = earlier ? this.#stateOf(earlier) : known;
      if (other) {
        const state = this.#stateOf(note);
        if (this.#collides(other, state)) collided.push(id);
        if (other.print === state.print) {
          if (before !== undefined) return;
          same.push(id);
          onPage.set(id, fresh.push(undefined) - 1);
          return;
        }
        differing.push(id);
        if (before !== undefined) fresh[before] = undefined;
      }
      onPage.set(id, fresh.push({ row, note }) - 1);
    };
    for (const row of page.repeated) look(row, true);
    for (const row of page.items) look(row, false);
    return { place, fresh: fresh.filter((one) => one !== undefined), same, differing, collided, counts };
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
    const isNew = !this.has(note.id);
    const tally = before && {
      ...before,
      found: before.found + 1,
      distinct: before.distinct + 1,
      added: before.added + Number(isNew),
    };
    this.#amend(sweep, pass, [note], tally ?? null);
  }

  /** Replaces what the list says of these. */
  correct(notes: readonly N[]): void {
    this.#amend(this.#sweep, this.#options.passes.length - 1, notes, null);
  }

  #amend(sweep: number, pass: number, notes: readonly N[], tally: Tally | null): void {
    // Behind every page of the sweep.
    const page = `${String(sweep).padStart(3, "0")}/${pass}/~${String(this.#singles++).padStart(9, "0")}`;
    const stored = { tally, notes: this.#options.codec.pack(notes), same: [], differing: [], collided: [] };
    this.#write(page, stored);
    this.#admit({ sweep, goesOn: true, pass, page }, notes, stored);
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

  /** The newest sweep; -1 before the first. */
  get lastSweep(): number {
    return this.#sweep;
  }

  /** The sum of the pages of a pass so far. */
  tallyOf(sweep: number, pass: number): Tally | undefined {
    return this.sweeps.get(sweep)?.get(pass);
  }

  /** The first of the sweeps that count together; the last one, unless it went on. */
  get since(): number {
    return this.#since;
  }

  /** Rows that the sweep showed in more than one state, or in another than the one with which it went on. */
  differing(sweep: number): readonly string[] {
    return [...(this.#shown.get(sweep)?.differing ?? [])];
  }

  /** Ids of which one names two things, or that share a name. */
  collisions(sweep: number): readonly string[] {
    return [...(this.#shown.get(sweep)?.collided ?? [])];
  }

  /** Names under which the sweep shows another id than those before it. */
  renumbered(sweep: number): readonly string[] {
    return [...(this.#shown.get(sweep)?.renumbered ?? [])];
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

  /**
   * Notes of rows that earlier sweeps showed, and neither this one nor the page in hand: `void` rows of sweeps that do not
   * count any more, `kept` ones of those with which this one goes on.
   */
  unseenIn<Row>({ place, fresh, same }: Draft<Row, N>, which: "void" | "kept"): readonly N[] {
    const inHand = new Set([...fresh.map(({ note }) => note.id), ...same]);
    const since = this.#sinceOf(place);
    const pages = new Map<string, Set<string>>();
    for (const [id, { sweep: last, page }] of this.#entries) {
      const isWanted = which === "void" ? last < since : last >= since && last < place.sweep;
      if (isWanted && !inHand.has(id)) pages.set(page, (pages.get(page) ?? new Set()).add(id));
    }
    return [...pages].flatMap(([page, ids]) => {
      return this.#options.codec.unpack(this.#read(page).notes).filter(({ id }) => ids.has(id));
    });
  }

  /** Ids in the list for which `test` holds; told their mark and the last of the passes that show them. */
  idsWhere(test: (mark: number, pass: string) => boolean): readonly string[] {
    return [...this.#entries.values()]
      .filter((entry) => this.#counts(entry) && test(entry.mark, this.#options.passes[lastOf(entry.passes)] ?? ""))
      .map(({ id }) => id);
  }

  /** How many different rows the sweeps that count have shown. */
  get size(): number {
    return this.#size;
  }

  /** True when the sweeps that count show the id. */
  has(id: string): boolean {
    return this.#counts(this.#entries.get(id));
  }

  /** The id that the sweeps that count show under a name. */
  idOf(name: string): string | undefined {
    const entry = this.#byName.get(name);
    return this.#counts(entry) ? entry?.id : undefined;
  }

  /** The only id that the last sweep shows under the name in whatever case; looks through all names. */
  idLike(name: string): string | undefined {
    const lower = name.toLowerCase();
    const ids = new Set<string>();
    for (const [known, { id, sweep }] of this.#byName) {
      if (known.length === name.length && sweep === this.#sweep && known.toLowerCase() === lower) ids.add(id);
    }
    const [only, ...others] = ids;
    return others.length === 0 ? only : undefined;
  }

  /** The newest note of an id. */
  noteOf(id: string): N | undefined {
    const entry = this.#entries.get(id);
    return entry && this.#notesOn(entry.page).find((note) => note.id === id);
  }

  /** Session keys of the pages of the sweeps that count, in order. */
  #pages(): readonly string[] {
    const sweeps = Array.from({ length: this.#sweep + 1 - this.#since }, (_, index) => this.#since + index);
    return sweeps.flatMap((sweep) => this.#keys(`${this.#prefix}${String(sweep).padStart(3, "0")}/`));
  }

  /** The notes of the page that `token` names, "" for the first, and the token of the next; "" after the last. */
  notesAt(token: string): { readonly notes: readonly N[]; readonly nextToken: string } {
    const keys = this.#pages();
    const key = token || keys[0];
    if (key === undefined) return { notes: [], nextToken: "" };
    return { notes: this.#notesOn(key), nextToken: keys[keys.indexOf(key) + 1] ?? "" };
  }

  /** All notes. */
  notes(): readonly N[] {
    return this.#pages().flatMap((page) => this.#notesOn(page));
  }

  /** The notes of a page that no later page replaced. */
  #notesOn(page: string): readonly N[] {
    const notes = this.#options.codec.unpack(this.#read(page).notes);
    return notes.filter(({ id }) => this.#entries.get(id)?.page === page);
  }

  #restore(page: string, stored: StoredPage): void {
    const [sweep = "0", pass = "0", last = ""] = page.split("/");
    if (last.startsWith("~")) this.#singles++;
    const goesOn = stored.tally?.goesOn ?? true;
    const place = { sweep: Number(sweep), goesOn, pass: Number(pass), page };
    this.#admit(place, this.#options.codec.unpack(stored.notes), stored);
  }

  #admit(place: Place, notes: readonly N[], { tally, same, differing, collided }: StoredPage): void {
    const { observer, passes } = this.#options;
    const { sweep, pass } = place;
    if (sweep !== this.#sweep && !place.goesOn) {
      this.#since = sweep;
      this.#size = 0;
      observer?.begins();
    }
    this.#sweep = sweep;
    const shown = this.#shown.get(sweep) ?? { seen: 0, carried: 0, ...emptySets() };
    this.#shown.set(sweep, shown);
    const name = passes[pass] ?? "";
    for (const note of notes) {
      const known = this.#entries.get(note.id);
      this.#count(shown, known, sweep);
      const bearer = this.#giveName(this.#enter(note, known, place));
      if (this.#counts(bearer)) shown.collided.add(note.id);
      else if (bearer) shown.renumbered.add(note.name);
      observer?.note(note, name);
    }
    for (const id of same) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      this.#count(shown, entry, sweep);
      const bit = bitOf(pass);
      if ((entry.passes & bit) === 0) observer?.again(entry.mark, name);
      entry.passes |= bit;
      entry.sweep = sweep;
    }
    for (const id of differing) shown.differing.add(id);
    for (const id of collided) shown.collided.add(id);
    if (!tally) return;
    const tallies = this.sweeps.get(sweep) ?? new Map<number, Tally>();
    this.sweeps.set(sweep, tallies.set(pass, tally));
  }

  #sinceOf({ sweep, goesOn }: Place): number {
    return goesOn ? this.#since : sweep;
  }

  #counts(entry: Entry | undefined): boolean {
    return entry !== undefined && entry.sweep >= this.#since;
  }

  #count(shown: Shown, known: Entry | undefined, sweep: number): void {
    if (known?.sweep !== sweep) shown.seen++;
    if (known?.sweep === sweep - 1) shown.carried++;
    if (!this.#counts(known)) this.#size++;
  }

  #stateOf(note: N): State {
    const { codec } = this.#options;
    return { name: note.name, identity: codec.identity(note), print: codec.print(note) };
  }

  /** An id has one entry for ever, so that names may hold it, too. */
  #enter(note: N, known: Entry | undefined, { sweep, pass, page }: Place): Entry {
    const { id, name } = note;
    const { codec } = this.#options;
    const print = codec.print(note);
    const identity = codec.identity(note) || (known?.identity ?? 0);
    const mark = codec.mark(note);
    const passes = bitOf(pass) | (known && this.#counts(known) ? known.passes : 0);
    if (known) return Object.assign(known, { name, identity, print, mark, sweep, passes, page });
    const entry: Entry = { id, name, identity, print, mark, sweep, passes, page };
    this.#entries.set(id, entry);
    return entry;
  }

  /** One id, and another name or another address: a missing one is no other. */
  #collides(known: State, { name, identity }: State): boolean {
    if (identity !== 0 && known.identity !== 0 && identity !== known.identity) return true;
    return known.name !== "" && name !== "" && known.name.toLowerCase() !== name.toLowerCase();
  }

  /** Gives the name to its newest bearer; the one before, unless that has got another name. */
  #giveName(entry: Entry): Entry | undefined {
    const { name } = entry;
    if (name === "") return undefined;
    const before = this.#byName.get(name);
    this.#byName.set(name, entry);
    return before !== entry && before?.name === name ? before : undefined;
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
    if (!bytes) throw noPage(page);
    // Only `#write` writes under this prefix.
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as StoredPage;
  }

  #write(page: string, stored: StoredPage): void {
    this.#options.session.set(this.#prefix + page, Buffer.from(JSON.stringify(stored), "utf8"));
  }
}

function emptySets(): Pick<Shown, "differing" | "collided" | "renumbered"> {
  return { differing: new Set(), collided: new Set(), renumbered: new Set() };
}

function bitOf(pass: number): number {
  return 1 << pass;
}

function lastOf(passes: number): number {
  return 31 - Math.clz32(passes);
}

/** The error `BATON-PAGE-TOKEN`: nothing is known of a page that was asked for. */
export function noPage(token: string): BatonError {
  return new BatonError({
    code: "BATON-PAGE-TOKEN",
    status: Status.invalidArgument,
    message: `'${token}' is not a page of this list, or what was read of it is gone.`,
    effect: "Nothing more of the list was read.",
    hint: "Begin the sync again.",
    fatal: true,
  });
}
