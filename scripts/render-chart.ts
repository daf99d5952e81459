/**
 * `npm run render:chart`: renders the Helm chart with the example's values into deploy/helm/example-rendered.yaml, under a
 * line that says what it was made from. Needs helm, which tests then do not.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const helmDirectory = join(import.meta.dirname, "..", "deploy", "helm");
const chart = join(helmDirectory, "baton-cloudsmith");
const values = join(helmDirectory, "example-values.yaml");

/** The file with the rendered example. */
export const renderedExample: string = join(helmDirectory, "example-rendered.yaml");

/** Arguments of helm that render the example. */
export const renderArguments: readonly string[] = [
  ...["template", "example", chart],
  ...["--namespace", "baton", "--kube-version", "1.31.0", "-f", values],
];

/** The first line of the rendered example: a hash of all that it is made from. */
export function renderedHeader(): string {
  const hash = createHash("sha256").update(readFileSync(values));
  for (const name of globSync("**/*.*", { cwd: chart }).toSorted()) {
    hash.update(name).update(readFileSync(join(chart, name)));
  }
  return `# Rendered by npm run render:chart from ${hash.digest("hex")}`;
}

if (import.meta.main) {
  const run = spawnSync("helm", renderArguments, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.error ? "helm is not on PATH" : run.stderr);
  writeFileSync(renderedExample, `${renderedHeader()}\n${run.stdout}`);
}
