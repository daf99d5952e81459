/** The name of a console's cookie: by chance, and kept, so that a restart replaces the old cookie and adds none. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const form = /^baton-console-[0-9a-f]{16}$/;

/** The name that belongs to a data directory; made when there is none yet. */
export function keptCookieName(dataDir: string): string {
  const path = join(dataDir, "cookie-name");
  const kept = readName(path);
  if (kept !== undefined) return kept;
  const name = `baton-console-${randomBytes(8).toString("hex")}`;
  writeFileSync(path, name, { mode: 0o600 });
  return name;
}

function readName(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return form.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
