/**
 * `npm run sbom`: prints what an installed package consists of, as CycloneDX 1.6 JSON, from package-lock.json.
 * Not `npm sbom --omit=dev`: that leaves out packages which are needed at run time and by development tools alike.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const root = join(import.meta.dirname, "..");

const locked = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  link: z.boolean().optional(),
});
const lockFile = z.object({ name: z.string(), version: z.string(), packages: z.record(z.string(), locked) });

/** The bill of materials of the lock file with this text; the same text gives the same bill. */
export function billOfMaterials(lockText: string): object {
  const lock = lockFile.parse(JSON.parse(lockText));
  const components = Object.entries(lock.packages)
    .filter(([path, entry]) => path.startsWith("node_modules/") && isNeeded(entry))
    .map(([path, entry]) => componentOf(path.slice(path.lastIndexOf("node_modules/") + 13), entry));
  const reference = `pkg:npm/${lock.name}@${lock.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": reference, purl: reference, name: lock.name, version: lock.version },
    },
    components,
  };
}

function isNeeded({ dev, optional, devOptional, link }: z.infer<typeof locked>): boolean {
  return !(dev || optional || devOptional || link);
}

function componentOf(name: string, { version = "", integrity, resolved, license }: z.infer<typeof locked>): object {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const [, digest] = /^sha512-(.+)$/.exec(integrity ?? "") ?? [];
  return {
    type: "library",
    "bom-ref": purl,
    purl,
    name,
    version,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    ...(digest !== undefined && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }],
    }),
    ...(resolved !== undefined && { externalReferences: [{ type: "distribution", url: resolved }] }),
  };
}

if (import.meta.main) {
  const bill = billOfMaterials(readFileSync(join(root, "package-lock.json"), "utf8"));
  process.stdout.write(`${JSON.stringify(bill, undefined, 2)}\n`);
}
