/** `capabilities`: what the connector can do, as JSON. Needs neither configuration nor network. */

import { capabilitiesJson } from "../capabilities-json.ts";
import type { CommandRun } from "../invocation.ts";

/** Prints the capabilities. */
export const runCapabilities: CommandRun = async ({ app, io }) => {
  const syncers = await app.capabilitiesSyncers();
  io.stdout.write(capabilitiesJson(syncers.map(({ resourceType }) => resourceType)));
  return 0;
};
