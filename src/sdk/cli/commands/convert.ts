/** `convert IN OUT`: the newest finished sync of a c1z, in a new file of the other format. */
import { formatOf } from "../../c1z/container/container.ts";
import { convertC1z } from "../../c1z/write/convert.ts";
import type { Flag } from "../../config/field.ts";
import { silentLogger } from "../../log.ts";
import { requirePath } from "../../object-store/object-address.ts";
import type { Invocation } from "../app.ts";
import { loadStandardConfig } from "../command-setup.ts";
import { usageError } from "../parse-argv.ts";
import { storageEngineOf } from "../sync-options.ts";
import { escapeControls } from "../terminal-text.ts";
import { boundYoungGeneration } from "../young-generation.ts";

/** Writes a new file; the old one stays. --storage-engine asks for a format whatever IN has. */
export async function runConvert(invocation: Invocation<Flag<"bool", "json">>): Promise<number> {
  const { io, options, flags } = invocation;
  const [from, to, ...more] = flags.operands;
  if (from === undefined || to === undefined || more.length > 0) throw usageError("convert takes two files");
  requirePath(from, "convert");
  requirePath(to, "convert");
  boundYoungGeneration();
  const config = await loadStandardConfig(invocation);
  const tempDir = config.string("c1z-temp-dir") || undefined;
  const { storageEngine = (await formatOf(from)) === "v3" ? "sqlite" : "pebble" } = storageEngineOf(config);
  const converted = await convertC1z({
    from,
    to,
    engine: storageEngine,
    tempDir,
    clock: io.clock,
    logger: silentLogger,
  });
  const { syncId, stats, bytes } = converted;
  const counts = `${stats.resources} resources, ${stats.entitlements} entitlements, ${stats.grants} grants`;
  const text = `${escapeControls(to)}: sync ${escapeControls(syncId)}, ${counts}, ${bytes} bytes, ${storageEngine}`;
  io.stdout.write(`${options.bool("json") ? JSON.stringify({ ...converted, storageEngine }) : text}\n`);
  return 0;
}
