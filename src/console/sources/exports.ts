/** Downloads: a review or people in one of the forms of the command `report`, and the evidence pack. */
import { notComparedKeys } from "../../cloudsmith/config.ts";
import { readSigningKey } from "../../evidence/keys.ts";
import { writeEvidence } from "../../evidence/pack.ts";
import type { Sink } from "../../reports/output-file.ts";
import { renderCsv } from "../../reports/render/csv.ts";
import { renderJson } from "../../reports/render/json.ts";
import { renderXlsx } from "../../reports/render/xlsx.ts";
import type { Answer } from "../../reports/report.ts";
import { readHead } from "../../reviews/review-file.ts";
import { ksuidSeconds } from "../../sdk/c1z/container/ksuid.ts";
import type { ExportFormat } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import type { Since } from "./reviews.ts";

/** Media type by form. */
export const exportTypes: Readonly<Record<ExportFormat | "zip" | "backup", string>> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  zip: "application/zip",
  backup: "application/vnd.sqlite3",
};

/** Writes an answer, the same bytes as the command does. */
export async function exportAnswer(answer: Answer, format: ExportFormat, sink: Sink): Promise<void> {
  if (format === "xlsx") await renderXlsx(answer, sink);
  else if (format === "csv") await inSlices(renderCsv(answer), sink);
  else await inSlices(renderJson(answer), sink);
}

/** What a pack is made with. */
export interface EvidenceTaken {
  readonly version: string;
  /** Files of reviews; those of this sync and of earlier ones are taken along. */
  readonly reviews: readonly string[];
  /** Of an Ed25519 key; undefined: the pack says that it is unsigned. */
  readonly keyFile: string | undefined;
}

/** Writes the evidence pack, the same bytes as the command does. */
export async function exportEvidence(open: OpenSource, since: Since | undefined, taken: EvidenceTaken, sink: Sink) {
  const { version, reviews, keyFile } = taken;
  const earlier = since?.kind === "sync" ? since.id : since?.open.identity.path;
  const request = { file: open.identity.path, notCompared: notComparedKeys, madeBy: `baton-cloudsmith ${version}` };
  const ends = ksuidSeconds(open.view.sync?.id ?? "") ?? 0;
  const isOfItsPast = (path: string): boolean =>
    (ksuidSeconds(readHead(path)?.sync.id ?? "") ?? Number.POSITIVE_INFINITY) <= ends;
  await writeEvidence(
    {
      ...request,
      reviews: reviews.filter(isOfItsPast),
      key: keyFile === undefined ? undefined : readSigningKey(keyFile),
      ...(earlier !== undefined && { since: earlier }),
    },
    sink,
  );
}
