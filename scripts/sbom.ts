/**
 * `npm run sbom [-- executable]`: prints what the package consists of, or the executable, as CycloneDX 1.6 JSON, from the
 * lock files. Not `npm sbom --omit=dev`: that leaves out packages which are needed at run time and by development tools
 * alike.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { broughtAlongPackages, builtInPackages, type LockedPackage, runtimePackages } from "./generate-licences.ts";

const root = join(import.meta.dirname, "..");
const about = z
  .object({ name: z.string(), version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** What a bill can be of: the package, or the executable, which holds this Node and the libraries for S3 and telemetry. */
export type Shipped = "package" | "executable";

/** The bill of materials; the same lock files give the same bill. */
export function billOfMaterials(of: Shipped): object {
  const packages = [...runtimePackages(), ...builtInPackages(), ...(of === "executable" ? broughtAlongPackages() : [])];
  const components = new Map(packages.map((one) => [`${one.name}@${one.version}`, componentOf(one)]));
  const node = { type: "platform", "bom-ref": "node", name: "node", version: process.versions.node };
  const reference = `pkg:npm/${about.name}@${about.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": reference, purl: reference, ...about } },
    components: [...components.values(), ...(of === "executable" ? [node] : [])],
  };
}

function componentOf({ name, version = "", integrity, resolved, license }: LockedPackage): object {
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
  const [asked = "package"] = process.argv.slice(2);
  const of = asked === "package" || asked === "executable" ? asked : undefined;
  if (of === undefined) throw new Error(`no bill of ${asked}: package or executable`);
  process.stdout.write(`${JSON.stringify(billOfMaterials(of), undefined, 2)}\n`);
}
