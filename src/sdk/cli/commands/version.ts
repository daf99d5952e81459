/** `version`, and what `--version` prints. */
import type { ConnectorApp } from "../app.ts";
import type { CommandRun } from "../invocation.ts";

/** Prints the version. */
export const runVersion: CommandRun = async ({ app, io }) => {
  io.stdout.write(versionText(app));
  return 0;
};

/** The line that every Baton connector prints, with its newline. */
export function versionText({ name, version }: Pick<ConnectorApp, "name" | "version">): string {
  return `${name} version ${version}\n`;
}
