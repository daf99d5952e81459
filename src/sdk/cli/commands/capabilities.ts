/** `capabilities`: what the connector can do, as JSON. Needs neither configuration nor network. */
import type { Command } from "../app.ts";

/** Prints the capabilities. */
export const capabilitiesCommand: Command = {
  name: "capabilities",
  summary: "Print what the connector can do, as JSON",
  settings: "connector",
  async run({ app, io }) {
    const { capabilitiesJson } = await import("../../proto/to-message.ts");
    io.stdout.write(capabilitiesJson(await app.capabilitiesSyncers()));
    return 0;
  },
};
