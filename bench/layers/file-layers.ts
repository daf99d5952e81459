/** From rows to the file and back, with the real writer and the real reader. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Organization } from "../../sandbox/model.ts";
import { openC1z } from "../../src/sdk/c1z/reader.ts";
import type { Layer } from "./layer.ts";
import {
  countGrants,
  entitlementsOf,
  holdersOf,
  memberPages,
  organizationOf,
  recordsOf,
  resourceOf,
  teamsOf,
} from "./organization-data.ts";
import { benchDirectory, type SampleRows, writeSample } from "./sample-file.ts";

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

function sampleRows(organization: Organization): SampleRows {
  const users = memberPages(organization).flatMap((page) => recordsOf(page).map(resourceOf));
  return {
    resources: [...users, ...teamsOf(organization)],
    entitlements: entitlementsOf(organization),
    holders: holdersOf(organization),
  };
}

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
