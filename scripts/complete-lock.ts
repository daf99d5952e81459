/**
 * `npm run complete:lock`: puts into package-lock.json the optional packages for other machines that npm left out.
 * npm drops them silently when the registry that it was run with does not have them, and `npm ci` refuses such a lock
 * file. Their hashes are not known; npm takes them from the registry on the machines that they are for.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const lockPath = join(import.meta.dirname, "..", "package-lock.json");

/** A package in a lock file of version 3; fields that matter here. */
export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By path such as `node_modules/name`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The optional dependencies that no entry stands for, ready to be added. */
export function missingOptionalPackages(packages: LockedPackages): LockedPackages {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      if (places.some((place) => place in packages)) continue;
      missing[`node_modules/${name}`] = { version, ...(dev === true && { dev }), optional: true, ...platformOf(name) };
    }
  }
  return missing;
}

const cpuNames: Readonly<Record<string, string>> = { aarch64: "arm64", armv7: "arm" };

/** Which machines a package is for, from the words in its name: `@scope/tool-linux-x64-musl`. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = words.find((word) => /^(?:aix|android|darwin|freebsd|linux|openharmony|sunos|win32)$/.test(word));
  const cpu = words.find((word) => /^(?:aarch64|arm|arm64|armv7|ia32|ppc64|riscv64|s390x|x64)$/.test(word));
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  const isGnuOrMusl = os === "linux" && words.some((word) => /^(?:gnu|musl)/.test(word));
  return {
    ...(os !== undefined && { os: [os] }),
    ...(cpu !== undefined && { cpu: [cpuNames[cpu] ?? cpu] }),
    ...(isGnuOrMusl && { libc: [libc] }),
  };
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(lockPath, "utf8")) as { packages: LockedPackages }; // npm wrote it
  const packages = { ...lock.packages, ...missingOptionalPackages(lock.packages) };
  // npm sorts by English rules; written otherwise, its next install would move every line.
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
}
