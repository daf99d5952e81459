/** `npm run bench:console`: measures the console, prints a table, and with --write keeps it in bench/RESULTS.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { withSection } from "../markdown-table.ts";
import { machine } from "../results-file.ts";
import { measureLoad } from "./load.ts";
import { measureConsole } from "./measure.ts";
import { parseConsoleBenchOptions } from "./options.ts";
import { consoleHeading, consoleSection } from "./table.ts";

const options = parseConsoleBenchOptions(process.argv.slice(2));
const { members, teams, logLines, users, seconds, isLoadOnly, write } = options;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const measured = [...(isLoadOnly ? [] : await measureConsole(options, say)), ...(await measureLoad(options, say))];
const about = [
  `\`npm run bench:console -- --write\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${machine()}, load`,
  `${loadavg()[0]?.toFixed(1) ?? ""} at the end. The real command with a synced organization of ${members} members in ${teams} teams and`,
  `${logLines} log lines; questions over HTTP, a connection each; the page in Chromium. Load: ${users} users for ${seconds} s, a page each second. On a machine that others use as well, times grow with`,
  "the load; processor time does so much less.",
];
const section = consoleSection(measured, about);
process.stdout.write(`${section}\n`);
if (write) {
  const path = join(import.meta.dirname, "..", "RESULTS.md");
  writeFileSync(path, withSection(readFileSync(path, "utf8"), consoleHeading, section));
}
