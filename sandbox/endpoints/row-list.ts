/**
 * Lists that can give any page as JSON bytes: rendered on demand, or once beforehand, so that a benchmark measures
 * its client. Both give the same bytes.
 */

/** A list of rows to page through. */
export interface RowList {
  readonly length: number;
  /** The rows from `from` up to, not including, `to`, as a JSON array. */
  body(from: number, to: number): Buffer;
}

/** Renders a page when it is asked for. */
export function rowsOnDemand<T>(rows: readonly T[], render: (row: T) => unknown): RowList {
  return {
    length: rows.length,
    body: (from, to) => Buffer.from(JSON.stringify(rows.slice(from, to).map(render))),
  };
}

const ROWS_PER_CHUNK = 1000;

/** Renders all rows at once into one buffer, of which a page of any size is one slice. */
export function rowsPrepared<T>(rows: readonly T[], render: (row: T) => unknown): RowList {
  // Where each row starts; each is followed by a comma, so that a slice of rows is joined already.
  const starts = new Float64Array(rows.length + 1);
  const chunks: Buffer[] = [];
  let at = 0;
  for (let first = 0; first < rows.length; first += ROWS_PER_CHUNK) {
    let text = "";
    rows.slice(first, first + ROWS_PER_CHUNK).forEach((row, offset) => {
      const json = JSON.stringify(render(row));
      at += Buffer.byteLength(json) + 1;
      starts[first + offset + 1] = at;
      text += `${json},`;
    });
    chunks.push(Buffer.from(text));
  }
  const bytes = Buffer.concat(chunks);
  return {
    length: rows.length,
    body(from, to) {
      const start = starts[from] ?? at;
      const end = starts[Math.min(to, rows.length)] ?? at;
      if (end <= start) return Buffer.from("[]");
      return Buffer.concat([Buffer.from("["), bytes.subarray(start, end - 1), Buffer.from("]")]);
    },
  };
}
