/** `capabilities`: what the connector can do, as JSON. Needs neither configuration nor network. */

import { capabilitiesJson } from "../capabilities-json.ts";
import type { CommandRun } from "../invocation.ts";

/** Prints the capabilities. */
export const runCapabilities: CommandRun = async ({ app, io }) => {
  io.stdout.write(capabilitiesJson(await app.capabilitiesSyncers()));
  return 0;
};
