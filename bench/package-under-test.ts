/**
 * What is measured: the package as npm would install it. Built from the sources into a directory of its own, so that
 * the launcher finds no sources beside it and later edits do not reach a run under way.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const root = join(import.meta.dirname, "..");

/** A program that syncs: an installed package, or another connector to compare it with. */
export interface PackageUnderTest {
  /** Short name for tables; "" for the only one. */
  readonly name: string;
  /** The program and what comes before its own arguments. */
  readonly command: readonly [program: string, ...argv: string[]];
  /** True for a connector that is not ours: it knows the settings of its SDK and nothing else. */
  readonly isPeer?: boolean;
}

/** A package that was built here; disposing removes it. */
export interface BuiltPackage extends PackageUnderTest, Disposable {}

/**
 * Builds the sources of this repository.
 * @throws Error when the compiler refuses them.
 */
export function buildPackage(): BuiltPackage {
  const directory = mkdtempSync(join(tmpdir(), "bench-package-"));
  const argv = [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"];
  const tsc = spawnSync(process.execPath, [...argv, "--outDir", join(directory, "dist")], {
    cwd: root,
    stdio: "inherit",
  });
  const dispose = (): void => rmSync(directory, { recursive: true, force: true });
  if (tsc.status !== 0) {
    dispose();
    throw new Error("the sources do not compile");
  }
  for (const part of ["bin", "package.json"]) cpSync(join(root, part), join(directory, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  return { name: "", command: commandOf(launcherIn(directory)), [Symbol.dispose]: dispose };
}

/**
 * A package that lies in `directory` already, as built earlier or installed by npm.
 * @throws Error when there is none.
 */
export function existingPackage(name: string, directory: string): PackageUnderTest {
  const launcher = launcherIn(resolve(directory));
  if (!existsSync(launcher)) throw new Error(`${directory} holds no bin/baton-cloudsmith`);
  return { name, command: commandOf(launcher) };
}

/**
 * Another connector: a program that takes --file and the same variables, such as one made with the Go SDK.
 * @throws Error when there is none.
 */
export function peerProgram(path: string): PackageUnderTest {
  const program = resolve(path);
  if (!existsSync(program)) throw new Error(`${path} is not there`);
  return { name: basename(program), command: [program], isPeer: true };
}

function commandOf(launcher: string): PackageUnderTest["command"] {
  return [process.execPath, launcher];
}

function launcherIn(directory: string): string {
  return join(directory, "bin", "baton-cloudsmith");
}
