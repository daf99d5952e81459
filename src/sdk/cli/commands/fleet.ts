/** Prints the fleet as a table or as JSON. */
import { resolve } from "node:path";
import type { Flag } from "../../config/field.ts";
import { BatonError, Status } from "../../errors.ts";
import {
  type FleetRow,
  type FoundRecord,
  fleetRows,
  isRecordName,
  longestRecordBytes,
  recordsIn,
} from "../../fleet/fleet.ts";
import { parsePrefixAddress } from "../../object-store/object-address.ts";
import { fleetExitCode } from "../../sync/verdict.ts";
import type { Invocation } from "../app.ts";
import { networkOf } from "../command-setup.ts";
import { displayWidth, padEndToWidth } from "../display-width.ts";
import { escapeControls } from "../log-line.ts";
import { usageError } from "../parse-argv.ts";

const hourSeconds = 3600;

/**
 * Reads all records and judges them.
 * @throws BatonError `FLEET-DIRECTORY`, `FLEET-EMPTY`, BATON-S3 codes, BATON-USAGE.
 */
export async function runFleet(
  invocation: Invocation<Flag<"bool", "json"> | Flag<"int", "stale-after">>,
): Promise<number> {
  const { io, options, flags } = invocation;
  const [place, ...more] = flags.operands;
  if (place === undefined || more.length > 0) throw usageError("fleet takes one directory or s3://BUCKET/PREFIX");
  const records = await findRecords(place, invocation);
  if (records.length === 0) throw noRecords(place);
  const nowMs = io.clock.nowMs();
  const staleAfterHours = options.int("stale-after");
  const rows = fleetRows(records, { nowMs, staleAfterSeconds: staleAfterHours * hourSeconds });
  const attention = rows.filter(({ concerns }) => concerns.length > 0).length;
  const json = { checkedAt: new Date(nowMs).toISOString(), staleAfterHours, total: rows.length, attention, rows };
  io.stdout.write(options.bool("json") ? `${JSON.stringify(json, undefined, 2)}\n` : asText(rows, attention));
  return attention > 0 ? fleetExitCode : 0;
}

async function findRecords(place: string, invocation: Invocation): Promise<readonly FoundRecord[]> {
  const { io } = invocation;
  const prefix = parsePrefixAddress(place);
  if (!prefix) return await recordsIn(resolve(io.cwd, place));
  const { readTexts } = await import("../../object-store/s3-texts.ts");
  const network = networkOf(invocation);
  return await readTexts({
    place: prefix,
    env: io.env,
    network,
    clock: io.clock,
    isWanted: isRecordName,
    longestBytes: longestRecordBytes,
  });
}

function noRecords(place: string): BatonError {
  return new BatonError({
    code: "FLEET-EMPTY",
    status: Status.notFound,
    message: `There is no run record (NAME.run.json) in ${place}.`,
    effect: "Nothing is known of any target.",
    hint: "Name the directory or prefix that the files are synced into.",
  });
}

const head = ["TARGET", "STATE", "LAST GOOD SYNC", "AGE", "LAST RUN", "ROWS", "GRANTS", "KEY", "WARNINGS"] as const;

function asText(rows: readonly FleetRow[], attention: number): string {
  const cells = rows.map(cellsOf).map((line) => line.map(escapeControls));
  const table = [[...head], ...cells];
  const widths = head.map((_, column) => Math.max(...table.map((line) => displayWidth(line[column] ?? ""))));
  const lines = table.map((line) =>
    line
      .map((cell, column) => padEndToWidth(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const closing = attention === 0 ? "all are fresh and whole" : `${attention} need attention`;
  return `${lines.join("\n")}\n\n${rows.length} ${rows.length === 1 ? "target" : "targets"}, ${closing}\n`;
}

function cellsOf(row: FleetRow): readonly string[] {
  const { target, concerns, lastSyncAt, ageSeconds, result, resources, grants, keyRole, warnings, error } = row;
  const counts = resources && Object.entries(resources).map(([type, count]) => `${count} ${type}`);
  return [
    target,
    concerns.length === 0 ? "ok" : concerns.join(", "),
    lastSyncAt?.replace(/\.\d+Z$/, "Z") ?? "-",
    ageSeconds === null ? "-" : ageInWords(ageSeconds),
    result ?? "-",
    counts?.join(", ") ?? "-",
    grants === null ? "-" : String(grants),
    keyRole ?? "-",
    [...(error === null ? [] : [error]), ...warnings].join(", "),
  ];
}

function ageInWords(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (days >= 2) return `${days} d`;
  return hours >= 1 ? `${hours} h` : `${minutes} min`;
}
