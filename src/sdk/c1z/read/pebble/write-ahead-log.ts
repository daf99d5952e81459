/** What a write-ahead log holds that no table has yet. Files of Baton writers have empty ones. */
import { entryKinds } from "./block-rows.ts";
import { ByteCursor, PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";
import { logRecords } from "./record-log.ts";
import type { LooseEntry } from "./sorted-run.ts";
import type { RangeDeletion } from "./sorted-table.ts";

const batchHeaderBytes = 12;

/** Entries and range deletions of a log. */
export interface LogContent {
  readonly entries: LooseEntry[];
  readonly ranges: RangeDeletion[];
}

/** Adds what the log `bytes` holds to `content`. */
export function readWriteAheadLog(bytes: Buffer, logNumber: number, content: LogContent): void {
  for (const batch of logRecords(bytes, { logNumber })) {
    if (batch.length < batchHeaderBytes) throw new PebbleFormatError("a batch of its log is too short");
    const first = Number(batch.readBigUInt64LE(0));
    let sequence = first;
    const cursor = new ByteCursor(batch, batchHeaderBytes);
    while (!cursor.isAtEnd) {
      const kind = cursor.byte();
      const key = cursor.bytes();
      // A note for readers of the log has no number of its own.
      if (kind === entryKinds.logData) continue;
      if (kind === entryKinds.rangeDelete) content.ranges.push({ start: key, end: cursor.bytes(), sequence });
      else content.entries.push({ key, kind, sequence, value: bytesBehind(kind, cursor) });
      sequence++;
    }
    if (sequence - first !== batch.readUInt32LE(8)) throw new PebbleFormatError("a batch of its log is not whole");
  }
}

function bytesBehind(kind: number, cursor: ByteCursor): Buffer {
  if (kind === entryKinds.delete || kind === entryKinds.singleDelete) return Buffer.alloc(0);
  if (kind === entryKinds.set || kind === entryKinds.deleteSized) return cursor.bytes();
  throw new PebbleUnsupportedError(`log entries of kind ${kind}`);
}
