/** What a layer measured alone is. */

/** One layer of the way from JSON to the file and back. */
export interface Layer {
  /** Short, for the command line of the process that runs it. */
  readonly name: string;
  readonly title: string;
  /** What is counted: members, grants. */
  readonly unit: string;
  /** Makes the input for an organization of so many members with ten teams each; its time does not count. */
  prepare(members: number): PreparedLayer | Promise<PreparedLayer>;
}

/** A layer with its input. */
export interface PreparedLayer {
  /** Rows that one run takes, of the layer's unit. */
  readonly rows: number;
  /** Bytes that one run takes, where that says something. */
  readonly bytes?: number;
  /** The measured work, may be done many times. Awaited; a number that it gives counts as its milliseconds. */
  run(): unknown;
  /** Undoes a run; its time does not count. */
  reset?(): void;
  /** Ends what keeps the process from ending. */
  end?(): Promise<void>;
}

/** What a layer took; of several runs in one process of its own. */
export interface LayerResult {
  readonly name: string;
  readonly rows: number;
  readonly bytes?: number;
  /** Milliseconds of each run. */
  readonly runMs: readonly number[];
  /** Peak memory of the process, input included, bytes. */
  readonly peakBytes: number;
}
