/** `inspect FILE`: verifies a .c1z and prints what it holds and what is wrong where. */
import type { V3Sync } from "../../c1z/container/v3-manifest.ts";
import type { Inspection } from "../../c1z/inspect/inspect.ts";
import type { InspectProblem } from "../../c1z/inspect/inspect-problems.ts";
import type { Flag } from "../../config/field.ts";
import type { CheckResult } from "../../contracts/connector.ts";
import { Status } from "../../errors.ts";
import { requirePath } from "../../object-store/object-address.ts";
import type { Invocation } from "../app.ts";
import { loadStandardConfig } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { usesColor } from "../run-output.ts";
import { escapeControls } from "../terminal-text.ts";
import { checksAsText } from "./check-list.ts";

/** Prints on standard output. The exit code is 0 for a sound file, 15 (data loss) for a damaged one. */
export async function runInspect(invocation: Invocation<Flag<"bool", "json">>): Promise<number> {
  const { io, options, flags } = invocation;
  const [path, ...more] = flags.operands;
  if (path === undefined || more.length > 0) throw usageError("inspect takes one file");
  requirePath(path, "inspect");
  const config = await loadStandardConfig(invocation);
  const tempDir = config.string("c1z-temp-dir") || undefined;
  const { inspectC1z } = await import("../../c1z/inspect/inspect.ts");
  const found = await inspectC1z(path, { tempDir });
  const color = io.stdout.isTty && usesColor(io.env);
  io.stdout.write(options.bool("json") ? `${JSON.stringify(found, undefined, 2)}\n` : asText(found, color));
  return found.sound ? 0 : Status.dataLoss;
}

function asText(found: Inspection, color: boolean): string {
  const { path, bytes, format, syncs, manifest } = found;
  const lines = [
    `${escapeControls(path)}: ${bytes} bytes, ${formatNames[format]}`,
    ...syncs.map(({ id, type, startedAt, endedAt }) => {
      const end = endedAt === undefined ? "unfinished" : `finished ${endedAt}`;
      return escapeControls(`  ${type} sync ${id}, begun ${startedAt}, ${end}`);
    }),
    ...(manifest ? [`  engine ${escapeControls(manifest.engine)}`, ...manifest.syncs.map(describeV3)] : []),
    "",
  ];
  const checks = found.checks.map(({ id, title, outcome }): CheckResult => {
    const own = found.problems.filter(({ check }) => check === id);
    return { id, title, outcome, detail: own.map(describe).join("; ") };
  });
  return `${lines.join("\n")}\n${checksAsText(checks, color)}${verdict(found)}\n`;
}

function verdict({ sound }: Inspection): string {
  return sound ? "The file is sound." : "The file is damaged.";
}

const formatNames = {
  v1: "version 1 (SQLite)",
  v3: "version 3 (Pebble)",
  unknown: "no .c1z file",
} as const satisfies Record<Inspection["format"], string>;

function describe({ where, what, count, examples }: InspectProblem): string {
  const times = count === 1 ? "" : `${count} times: `;
  const [example] = examples;
  return `${where}: ${times}${what}${example === undefined ? "" : ` (${example})`}`;
}

function describeV3({ type, id, endedAt, stats }: V3Sync): string {
  const end = endedAt ? `finished ${new Date(endedAt.seconds * 1000).toISOString()}` : "unfinished";
  const { resources, entitlements, grants } = stats;
  const counts = `${resources} resources, ${entitlements} entitlements, ${grants} grants`;
  return escapeControls(`  ${type} sync ${id}, ${end}, ${counts}`);
}
