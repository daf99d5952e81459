/** Downloads: a review or people in one of the forms of the command `report`, and the evidence pack. */
import { notComparedKeys } from "../../cloudsmith/profile-keys.ts";
import { readSigningKey } from "../../evidence/keys.ts";
import { writeEvidence } from "../../evidence/pack.ts";
import type { Sink } from "../../reports/output-file.ts";
import { renderCsv } from "../../reports/render/csv.ts";
import { renderJson } from "../../reports/render/json.ts";
import { renderXlsx } from "../../reports/render/xlsx.ts";
import { type Answer, columnsOf, counted, type Report, type Row, type Rows, timeText } from "../../reports/report.ts";
import { readRunRecord, runOf } from "../../reports/run-result.ts";
import { readHead } from "../../reviews/review-file.ts";
import { ksuidSeconds } from "../../sdk/c1z/container/ksuid.ts";
import type { ExportFormat, PersonRow } from "../contract/sources.ts";
import { inSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import type { Since } from "./reviews.ts";
import type { PeopleQuery } from "./roster.ts";

/** How an export is written. */
export interface ExportForm {
  readonly format: ExportFormat;
  /** Begins a CSV with a byte order mark, for Excel. */
  readonly byteOrderMark: boolean;
}

/** Media type by form. */
export const exportTypes: Readonly<Record<ExportFormat | "zip", string>> = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  json: "application/json",
  zip: "application/zip",
};

/** Writes an answer, the same bytes as the command does. */
export async function exportAnswer(answer: Answer, { format, byteOrderMark }: ExportForm, sink: Sink): Promise<void> {
  if (format === "xlsx") await renderXlsx(answer, sink);
  else if (format === "csv") await inSlices(renderCsv(answer, { byteOrderMark }), sink);
  else await inSlices(renderJson(answer), sink);
}

const peopleReport: Report = {
  name: "people",
  title: "People",
  summary: "People who fit what was asked for",
  columns: columnsOf({
    ...{ name: "Name", login: "Login", email: "E-mail", status: "Status", roles: "Roles", teams: "Teams" },
    ...{ teamRole: "Role in the team", twoFactor: "Two-factor", visibility: "Visibility" },
    ...{ lastLogin: "Last login", joined: "Joined", type: "Type", id: "Id" },
  }),
  rows: () => {
    throw new TypeError("people are asked of a roster");
  },
};

/** Everybody who fits, as an answer to be exported. */
export async function peopleAnswer(open: OpenSource, query: PeopleQuery): Promise<Answer> {
  const people = (await open.roster()).select(query);
  return {
    report: peopleReport,
    sync: open.view.sync,
    since: undefined,
    run: runOf(readRunRecord(open.identity.path), open.view.sync),
    asOfSeconds: undefined,
    about: undefined,
    rows: peopleRows(people),
  };
}

function* peopleRows(people: readonly PersonRow[]): Rows {
  for (const person of people) yield personCells(person);
  return { counts: [counted("people", people.length)], notices: [] };
}

function personCells(row: PersonRow): Row {
  const [email, login, visibility] = [row.email, row.login, row.visibility].map((value) => value ?? undefined);
  const [lastLogin, joined] = [row.lastLoginMs, row.joinedMs].map((ms) =>
    timeText(ms === null ? undefined : ms / 1000),
  );
  return [
    ...[row.name, login, email, row.status, row.roles, row.teamCount, row.teamRole],
    ...[row.twoFactor, visibility, lastLogin, joined, row.type, row.id],
  ];
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
  const earlier = since?.kind === "file" ? since.open.identity.path : since?.id;
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
