/**
 * Bounds what the answers of one client hold together: those on their way and those that wait for their reader. Knows
 * sizes and turns, nothing of HTTP.
 */

/** What one answer holds of the budget. */
export interface Share {
  /**
   * Counts `bytes` that have arrived. False: they are over the budget, and the sender must wait until `onRoom` is called.
   */
  add(bytes: number): boolean;
  /** All has arrived; what was counted stays so until {@link end}. */
  whole(): void;
  /** Gives back what it holds. Further calls change nothing. */
  end(): void;
}

/** Who waits for an answer. */
export interface ShareOptions {
  /** Resolves when the reader can do nothing else any more before it has this answer; undefined: that is so now. */
  readonly turn: Promise<void> | undefined;
  /** More may be taken now, after `add` said that it may not. */
  readonly onRoom: () => void;
}

interface Held extends Share {
  readonly onRoom: () => void;
  isWaiting: boolean;
}

/**
 * Shares the budget out. What is fetched ahead waits while it is used up, and so does what is needed, but for the answer
 * that was needed first: nothing waits for that one, so that the reader always goes on.
 */
export class ByteBudget {
  readonly #most: number;
  #held = 0;
  /** Answers on their way, in order of their start. */
  readonly #arriving = new Set<Held>();
  /** Those of them that are needed, in the order in which they came to be so. */
  readonly #needed = new Set<Held>();

  /** @param mostBytes what all answers hold together, apart from the one that is needed first. */
  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** Begins an answer. */
  open({ turn, onRoom }: ShareOptions): Share {
    let bytes = 0;
    const share: Held = {
      onRoom,
      isWaiting: false,
      add: (more) => {
        bytes += more;
        this.#held += more;
        share.isWaiting = !this.#mayGoOn(share);
        return !share.isWaiting;
      },
      whole: () => this.#leave(share),
      end: () => {
        this.#held -= bytes;
        bytes = 0;
        this.#leave(share);
      },
    };
    this.#arriving.add(share);
    if (turn === undefined) this.#needed.add(share);
    else void turn.then(() => this.#need(share));
    return share;
  }

  #mayGoOn(share: Held): boolean {
    const [first] = this.#needed;
    return this.#held <= this.#most || share === first;
  }

  #need(share: Held): void {
    if (!this.#arriving.has(share)) return;
    this.#needed.add(share);
    this.#goOn();
  }

  #leave(share: Held): void {
    this.#arriving.delete(share);
    this.#needed.delete(share);
    this.#goOn();
  }

  /** Lets go on whom nothing stands in the way of any more; those that are needed first. */
  #goOn(): void {
    for (const share of new Set([...this.#needed, ...this.#arriving])) {
      if (!share.isWaiting || !this.#mayGoOn(share)) continue;
      share.isWaiting = false;
      share.onRoom();
    }
  }
}
