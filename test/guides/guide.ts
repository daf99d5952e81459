/** What a guide is. */

/** One way to run the product, as a page describes it. */
export interface Guide {
  readonly name: string;
  /** Commands that the machine must have. */
  readonly needs: readonly string[];
  /** Must be root. */
  readonly asRoot?: boolean;
  /** Names of the blocks that it runs, in their order. */
  readonly blocks: readonly string[];
  /** Takes less than three minutes together with the other quick ones. */
  readonly quick?: boolean;
  /** Follows the guide; `commands` are those of the blocks. Throws when something is not as the page says. */
  run(commands: readonly string[], scratch: string): Promise<void>;
}

/** A guide went well as far as this machine can follow it; the message says what it lacks. */
export class Skipped extends Error {}
