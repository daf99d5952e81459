/** From rows to the file and back, with the real writer and the real reader. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import type { Layer } from "./layer.ts";
import { countGrants, organizationOf } from "./organization-data.ts";
import { benchDirectory, sampleRows, writeSample } from "./sample-file.ts";

/** Writing, then reading. */
export const fileLayers: readonly Layer[] = [
  {
    name: "rows-to-file",
    title: "rows to file: insert, index, check, compress",
    unit: "grants",
    prepare(members) {
      const rows = sampleRows(organizationOf(members));
      const path = join(benchDirectory(), "sample.c1z");
      return {
        rows: countGrants(rows.holders),
        run: () => writeSample(path, rows),
        reset: () => rmSync(path),
      };
    },
  },
  {
    name: "file-to-rows",
    title: "file to rows: unpack, read every grant",
    unit: "grants",
    async prepare(members) {
      const rows = sampleRows(organizationOf(members));
      const path = join(benchDirectory(), "sample.c1z");
      await writeSample(path, rows);
      const count = countGrants(rows.holders);
      return { rows: count, run: () => readAll(path, count) };
    },
  },
];

async function readAll(path: string, expected: number): Promise<void> {
  const reader = await openC1z(path);
  try {
    let count = 0;
    for (const _grant of reader.view().grants()) count++;
    if (count !== expected) throw new Error(`${count} grants read, ${expected} written`);
  } finally {
    reader.close();
  }
}
