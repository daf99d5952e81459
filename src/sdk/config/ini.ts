/** Reads simple INI files (Python's configparser): sections, `key = value`, comments. */

/** Values by section and key, both in lower case; what stands before the first section has the section "". */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const [, header] = /^\[([^\]]*)\]$/.exec(line) ?? [];
    if (header !== undefined) {
      current = header.trim().toLowerCase();
      continue;
    }
    const [, key = "", value = ""] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
    if (key === "") continue;
    const section = sections.get(current) ?? new Map<string, string>();
    section.set(key.trim().toLowerCase(), value.trim());
    sections.set(current, section);
  }
  return sections;
}
