/** `npm run check:rules [-- DIR]`: fails, naming each, when a file breaks a rule of the house (scripts/rules/). */
import { join } from "node:path";
import { circles } from "./rules/circles.ts";
import { folderWidth } from "./rules/folder-width.ts";
import { importDirections } from "./rules/import-directions.ts";
import { plainWords } from "./rules/plain-words.ts";
import { productNames } from "./rules/product-names.ts";
import { readSourceFiles } from "./rules/source-files.ts";
import { textAsInterface } from "./rules/text-as-interface.ts";

const files = readSourceFiles(process.argv[2] ?? join(import.meta.dirname, ".."));
const rules = { importDirections, circles, folderWidth, productNames, textAsInterface, plainWords };
let count = 0;
for (const [rule, check] of Object.entries(rules)) {
  for (const { file, problem } of check(files)) {
    process.stderr.write(`${rule}: ${file} ${problem}\n`);
    count++;
  }
}
process.stdout.write(`${files.length} files, ${count} violations\n`);
process.exitCode = count > 0 || files.length === 0 ? 1 : 0;
