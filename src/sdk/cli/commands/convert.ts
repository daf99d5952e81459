/** `convert IN OUT`: the newest finished sync of a c1z, in a new file of the other format. */
import { requirePath } from "../../object-store/object-address.ts";
import { type Command, type Invocation, ownFlag } from "../app.ts";
import { escapeControls } from "../log-line.ts";
import { usageError } from "../parse-argv.ts";

/** Writes a new file; the old one stays. --storage-engine asks for a format whatever IN has. */
export const convertCommand: Command = {
  name: "convert",
  summary: "Write a .c1z file in the other format, version 3 or version 1",
  operands: "IN OUT",
  settings: "standard",
  options: [{ kind: "bool", name: "json", description: "Print the result as JSON", ...ownFlag }],
  readsForeignFiles: true,
  run: runConvert,
};

async function runConvert(invocation: Invocation): Promise<number> {
  const { io, options, flags } = invocation;
  const [from, to, ...more] = flags.operands;
  if (from === undefined || to === undefined || more.length > 0) throw usageError("convert takes two files");
  requirePath(from, "convert");
  requirePath(to, "convert");
  const { loadStandardConfig } = await import("../load-config.ts");
  const { storageEngineOf } = await import("../sync-options.ts");
  const { formatOf } = await import("../../c1z/container/container.ts");
  const { convertC1z } = await import("../../c1z/write/convert.ts");
  const { silentLogger } = await import("../../log.ts");
  const config = await loadStandardConfig(invocation);
  const tempDir = config.string("c1z-temp-dir");
  const { storageEngine = (await formatOf(from)) === "v3" ? "sqlite" : "pebble" } = storageEngineOf(config);
  const common = { from, to, engine: storageEngine, clock: io.clock, logger: silentLogger };
  const converted = await convertC1z(tempDir === "" ? common : { ...common, tempDir });
  const { syncId, stats, bytes } = converted;
  const counts = `${stats.resources} resources, ${stats.entitlements} entitlements, ${stats.grants} grants`;
  const text = `${escapeControls(to)}: sync ${escapeControls(syncId)}, ${counts}, ${bytes} bytes, ${storageEngine}`;
  io.stdout.write(`${options.bool("json") ? JSON.stringify({ ...converted, storageEngine }) : text}\n`);
  return 0;
}
