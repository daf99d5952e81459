/** What is measured: the package as npm would install it, or another connector to compare it with. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { buildPackage } from "../scripts/bundle-program.ts";

/** A program that syncs: an installed package, or another connector to compare it with. */
export interface PackageUnderTest {
  /** Short name for tables; "" for the only one. */
  readonly name: string;
  /** The program and what comes before its own arguments. */
  readonly command: readonly [program: string, ...argv: string[]];
  /** True for a connector that is not ours: it knows the settings of its SDK and nothing else. */
  readonly isPeer?: boolean;
}

/** The program of the sources of this repository, built; disposing removes it. */
export async function ownPackage(): Promise<PackageUnderTest & Disposable> {
  const built = await buildPackage();
  return { name: "", command: commandOf(built.launcher), [Symbol.dispose]: () => built[Symbol.dispose]() };
}

/**
 * A package that lies in `directory` already, as built earlier or installed by npm.
 * @throws Error when there is none.
 */
export function existingPackage(name: string, directory: string): PackageUnderTest {
  const launcher = join(resolve(directory), "bin", "baton-cloudsmith");
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
