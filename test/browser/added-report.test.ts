/** A report that is one more in the list, and nothing else: the page, its downloads and the command line have it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { checkoutLauncher, runProgram, scratchDirectory } from "../e2e/program.ts";
import { settled, startSite } from "./console-page.ts";

const rooms = pathToFileURL(join(import.meta.dirname, "..", "..", "src", "reports")).href;
/** What somebody would write into one file below `questions/`. */
const added = `
import { accountColumns, accountIdColumns, column } from "${rooms}/columns.ts";
import { barsByColumns } from "${rooms}/screen/chart.ts";
import { reports } from "${rooms}/catalogue.ts";
import { Holdings } from "${rooms}/holdings.ts";
import { counted, defineReport } from "${rooms}/report.ts";

const accountOf = (account) => account;
function* initials({ view }) {
  let count = 0;
  for (const account of new Holdings(view).accounts()) {
    count++;
    yield account;
  }
  return { counts: [counted("people", count)], notices: [] };
}
reports.push(defineReport({
  name: "initials",
  title: "People by initial",
  summary: "Everybody by the first letter of the login",
  isReview: true,
  columns: [
    ...accountColumns(accountOf),
    column("initial", "Initial", "word", ({ facts }) => facts.login?.slice(0, 1) ?? ""),
    ...accountIdColumns(accountOf),
  ],
  screen: ["name", "initial", "status"],
  headline: ({ count }) => ({ figure: String(count("people")), sentence: "people have an initial", tone: "good" }),
  chart: (charted) => ({ title: "By initial", scale: "count", bars: barsByColumns(charted, "initial", "status") }),
  items: initials,
}));
`;

test("a report that is added is on the command line and on the page, with figure, chart, filter, table and downloads", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "added.mjs");
  writeFileSync(file, added);
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(file).href}` };
  await using site = await startSite({
    env,
    program: [checkoutLauncher, "console"],
    sandbox: { organization: { members: 90, teams: 3 }, prepare: true },
  });
  const { page, visit, sandbox } = site;
  const id = await site.addConnector();
  const { currentFile } = await site.reaches(id, "Connected");
  assert.ok(currentFile);
  const letters = sandbox.organization.members.map(({ user }) => user.slice(0, 1));
  const command = await runProgram(["report", "initials", "-f", currentFile, "--output", "json"], {
    cwd: scratch.path,
    env,
    program: checkoutLauncher,
  });
  const { rows } = JSON.parse(command.stdout) as { rows: { initial: string }[] };
  assert.deepEqual(rows.map(({ initial }) => initial).toSorted(), letters.toSorted());

  await visit(`/connectors/${id}/reviews`);
  await page.getByRole("link", { name: "People by initial" }).click();
  await page.getByText(`${letters.length} people have an initial`).waitFor();
  await settled(page);
  assert.deepEqual(await page.getByRole("columnheader").allInnerTexts(), ["Name", "Initial", "Status"]);
  const [letter = ""] = letters;
  const held = letters.filter((one) => one === letter).length;
  await page.getByText(/^Chart/).click();
  assert.ok((await page.locator(".bars li").count()) > 1);
  await page.getByLabel("Initial", { exact: true }).selectOption(`=${letter}`);
  await page.locator(".long-card p.number", { hasText: `${held} of ${letters.length} rows` }).waitFor();
  const answer = await site.get<string>(`/api/sources/connector:${id}/reviews/initials/export?format=json`);
  assert.deepEqual(answer, JSON.parse(command.stdout));
  assert.deepEqual(site.troubles, []);
});
