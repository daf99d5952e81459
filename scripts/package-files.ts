/** Which files the published package may and must hold. Pure. */

/** What no user of the package needs, and why it would be a mistake. */
const forbidden: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/\.test\./, "is a test"],
  [/(?<!\.d)\.ts$/, "is a source: Node does not run TypeScript below node_modules"],
  [/^dist\/(?:sandbox|src\/console)\//, "is in the program, and no export leads to it"],
  [/^(?:src|sandbox|scripts|test|bench|tools|types)\//, "is not built"],
  [/^\.|\.c1z$|\.tsbuildinfo$/, "is for work on the package"],
];

const required: readonly string[] = [
  "package.json",
  "README.md",
  "LICENSE",
  "bin/baton-cloudsmith",
  "bin/package.json",
  "bin/start-program.cjs",
  "config_schema.json",
  "baton_capabilities.json",
  "dist/program.cjs",
  "dist/callers.json",
  "dist/inspection-thread-main.cjs",
  "dist/write-thread-main.cjs",
  "dist/health-thread-main.cjs",
  "dist/src/cloudsmith/index.js",
  "dist/src/sdk/c1z/inspect/inspection-thread-main.js",
  "dist/src/sdk/c1z/scratch/write-thread-main.js",
  "dist/src/sdk/health/health-thread-main.js",
  "dist/src/cloudsmith/index.d.ts",
  "dist/src/sdk/index.js",
  "dist/src/sdk/index.d.ts",
  "dist/src/sdk/testing/index.js",
  "dist-console/index.html",
  "dist-console/index.html.gz",
  "dist-console/assets/icon.svg",
];

/** What is wrong with the list, one sentence each; `paths` are relative to the package. */
export function packageFileProblems(paths: readonly string[]): readonly string[] {
  const present = new Set(paths);
  const superfluous = paths.flatMap((path) => {
    const rule = forbidden.find(([pattern]) => pattern.test(path));
    return rule ? [`${path} ${rule[1]}`] : [];
  });
  const missing = required.filter((path) => !present.has(path)).map((path) => `${path} is missing`);
  return [...superfluous, ...missing];
}
