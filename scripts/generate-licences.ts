/**
 * `npm run generate:licences`: writes docs/licences.md, the licence of every package that an installed program consists
 * of, from package-lock.json, of those whose code is built into the console's page, from what its sources import, and of
 * those that only image and executable bring along, from the image's own lock file.
 * test/deploy/dependencies.test.ts fails when the page is not up to date.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const path = join(root, "docs", "licences.md");

const locked = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  peer: z.boolean().optional(),
  link: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.object({ packages: z.record(z.string(), locked) });

/** A package of the lock file; `path` is where it lies, such as `node_modules/zod`. */
export interface LockedPackage extends z.infer<typeof locked> {
  readonly path: string;
  readonly name: string;
}

/** All packages of a lock file, by default the project's. */
export function lockedPackages(lock: string = "package-lock.json"): readonly LockedPackage[] {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, lock), "utf8")));
  return Object.entries(packages)
    .filter(([at, { link }]) => at.startsWith("node_modules/") && link !== true)
    .map(([at, entry]) => ({ ...entry, path: at, name: at.slice(at.lastIndexOf("node_modules/") + 13) }));
}

/** Packages that are installed with the program. */
export function runtimePackages(all: readonly LockedPackage[] = lockedPackages()): readonly LockedPackage[] {
  return all.filter(({ dev, optional, devOptional }) => !(dev || optional || devOptional));
}

/** Packages whose code is in the console's page, with those that they import in turn. */
export function builtInPackages(all: readonly LockedPackage[] = lockedPackages()): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  const add = (name: string): void => {
    const entry = all.find((one) => one.path === `node_modules/${name}`);
    if (!entry || found.has(name)) return;
    found.set(name, entry);
    for (const next of Object.keys(entry.dependencies ?? {})) add(next);
  };
  for (const name of importedByPage()) add(name);
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Packages that image and executable bring along, and that others install when they use them. */
export function broughtAlongPackages(): readonly LockedPackage[] {
  return lockedPackages("deploy/container/package-lock.json");
}

/** Names of packages in the imports of the page's sources, tests left out. */
function importedByPage(): readonly string[] {
  const files = globSync("src/console/ui/**/*.{ts,tsx}", { cwd: root }).filter((file) => !file.includes(".test."));
  const specifiers = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import) "([^".][^"]*)"/g)].map(
      ([, name = ""]) => name,
    ),
  );
  const names = specifiers
    .filter((name) => !name.startsWith("node:"))
    .map((name) => {
      const parts = name.split("/");
      return name.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
    });
  return [...new Set(names)];
}

/** The page as it should be now. */
export function renderLicences(): string {
  const all = lockedPackages();
  const table = (packages: readonly LockedPackage[]): string =>
    ["| Package | Version | Licence |", "| --- | --- | --- |"]
      .concat(packages.map(({ name, version = "", license = "not said" }) => `| ${name} | ${version} | ${license} |`))
      .join("\n");
  return `# Licences

The connector itself is under the [Apache License 2.0](../LICENSE). It uses the work of others; each package brings the
text of its licence. \`npm run sbom\` prints the first two lists with hashes, as CycloneDX, and
\`npm run sbom -- executable\` all three. This page is written by \`npm run generate:licences\`.

## Installed with the program

${table(runtimePackages(all))}

## Built into the console's page

${table(builtInPackages(all))}

## Brought along by image and executable

Both also have [Node](https://github.com/nodejs/node/blob/main/LICENSE) in them, and the image what its base image has.

${table(broughtAlongPackages())}
`;
}

if (import.meta.main) writeFileSync(path, renderLicences());
