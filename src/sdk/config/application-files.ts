/** Where another program of this user keeps its files. */
import { join } from "node:path";

/**
 * Places of a file of a program that is written with Python's click, the likeliest first (click: application directories);
 * none for a user without a home directory.
 */
export function applicationFiles(
  program: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { HOME, USERPROFILE, XDG_CONFIG_HOME, APPDATA } = env;
  const home = HOME || USERPROFILE;
  if (!home) return [];
  const directories = new Map<NodeJS.Platform, string>([
    ["darwin", join(home, "Library", "Application Support")],
    ["win32", APPDATA || join(home, "AppData", "Roaming")],
  ]);
  const directory = directories.get(process.platform) ?? (XDG_CONFIG_HOME || join(home, ".config"));
  return [join(directory, program, file), join(home, `.${program}`, file)];
}
