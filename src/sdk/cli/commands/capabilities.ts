/** `capabilities`: what the connector can do, as JSON. Needs neither configuration nor network. */

import { capabilitiesJson } from "../../proto/to-metadata.ts";
import type { CommandRun } from "../invocation.ts";

/** Prints the capabilities. */
export const runCapabilities: CommandRun = async ({ app, io }) => {
  io.stdout.write(capabilitiesJson(await app.capabilitiesSyncers()));
  return 0;
};
