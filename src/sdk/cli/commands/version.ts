/** `version`, and what `--version` prints. */
import type { Command, ConnectorApp } from "../app.ts";

/** Prints the version. */
export const versionCommand: Command = {
  name: "version",
  summary: "Print the version",
  settings: "standard",
  async run({ app, io }) {
    io.stdout.write(versionText(app));
    return 0;
  },
};

/** The line that every Baton connector prints, with its newline. */
export function versionText({ name, version }: Pick<ConnectorApp, "name" | "version">): string {
  return `${name} version ${version}\n`;
}
