/** Tables as Markdown, columns aligned, so that they read the same on a terminal and on a page; sections of pages. */

/** The first row is the heading; numbers are for the caller to format. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [heading = []] = rows;
  const widths = heading.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(heading), rule, ...rows.slice(1).map(line)].join("\n");
}

/** The page with the section, which begins with `heading`, in the place of the one that was there, else behind everything. */
export function withSection(page: string, heading: string, section: string): string {
  const start = page.indexOf(`${heading}\n`);
  if (start === -1) return `${page.trimEnd()}\n\n${section}\n`;
  const next = page.indexOf("\n## ", start + 1);
  return `${page.slice(0, start)}${section}\n${next === -1 ? "" : page.slice(next)}`;
}

/** The section of that heading; undefined when a page has none. */
export function sectionOf(page: string, heading: string): string | undefined {
  const start = page.indexOf(`${heading}\n`);
  if (start === -1) return undefined;
  const next = page.indexOf("\n## ", start + 1);
  return page.slice(start, next === -1 ? undefined : next).trimEnd();
}
