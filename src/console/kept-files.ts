/** Where the files of connectors, runs and opened files are: what questions about a source need of the console's store. */

/** What names of kept rows end with, in the folder of answers. */
export const rowsExtension = ".ndjson.zst";

/** A file that can be asked. */
export interface KeptFile {
  readonly path: string;
  /** For people: the organization and when, or the file's name. */
  readonly title: string;
  /** What names of downloads begin with: the organization's slug and the day of the sync, or the file's own name. */
  readonly fileName: string;
  /** Folder for what was worked out of the file, which goes with it; absent for a file that was opened. */
  readonly answers?: string;
  /** Files of the runs before, newest first: what a file is compared with that holds one sync. */
  readonly before?: readonly string[];
  /** Of the connector that it is a file of; absent for a file that was opened. */
  readonly connectorId?: string;
}

/** Finds the files behind `connector:ID` and `run:ID`. */
export interface KeptFiles {
  /** The current file of a connector; undefined when there is none. */
  currentFile(connectorId: string): KeptFile | undefined;
  /** The file kept of a run; undefined when there is none, or none any more. */
  runFile(runId: string): KeptFile | undefined;
}
