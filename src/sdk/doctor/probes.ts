/**
 * A question of `doctor`, and those about the machine, the process, the file that is written and the places around it.
 * Changes nothing but a file of its own, which it removes.
 */

import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { readLockHolder } from "../c1z/container/file-lock.ts";
import { checkReplaceable } from "../c1z/container/save.ts";
import type { Inspection } from "../c1z/inspect/inspect.ts";
import { scratchParent } from "../c1z/scratch/scratch.ts";
import { type Check, type Finding, pass, skip } from "../checks.ts";
import type { Clock } from "../clock.ts";
import { Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import type { Network } from "../net/network.ts";
import { formatAddress, parseObjectAddress } from "../object-store/object-address.ts";
import { S3Object } from "../object-store/s3-object.ts";

const oldestMajor = 24;
const mebibyte = 1024 * 1024;
/** Measured: a sync of 45,000 members stays below. */
const memoryWantedMib = 256;

/** Node, memory and the variables that change how connections are checked. */
export function machineProbes(env: Readonly<Record<string, string | undefined>>): readonly Probe[] {
  return [
    { id: "node", title: "Node is new enough", run: async () => checkNode() },
    { id: "memory", title: "Memory is enough", run: async () => checkMemory() },
    {
      id: "environment",
      title: "Nothing in the environment weakens connections",
      run: async () => checkEnvironment(env),
    },
  ];
}

function checkNode(): ReturnType<typeof pass> {
  const { version, platform, arch } = process;
  const what = `${version} on ${platform} ${arch}`;
  if (Number(process.versions.node.split(".")[0]) >= oldestMajor) return pass(`${what}.`);
  return fail(`${what} is too old.`, `Install Node ${oldestMajor} or newer from https://nodejs.org.`);
}

function checkMemory(): ReturnType<typeof pass> {
  // 0 or larger than the machine: no limit is set.
  const limit = process.constrainedMemory();
  const mib = Math.floor(Math.min(totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY) / mebibyte);
  if (mib >= memoryWantedMib) return pass(`${mib} MiB may be used.`);
  return warn(
    `Only ${mib} MiB may be used.`,
    `Give the process at least ${memoryWantedMib} MiB for large organizations.`,
  );
}

function checkEnvironment(env: Readonly<Record<string, string | undefined>>): ReturnType<typeof pass> {
  const { NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS, NODE_OPTIONS } = env;
  if (NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    return fail(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off: anybody on the way can read the key.",
      "Unset it. For a private certificate authority set NODE_EXTRA_CA_CERTS to its certificate.",
    );
  }
  const set = Object.entries({ NODE_EXTRA_CA_CERTS, NODE_OPTIONS }).filter(([, value]) => value);
  return pass(set.length > 0 ? `${set.map(([name]) => name).join(" and ")} set.` : "No variable of the kind is set.");
}

/** One question. */
export type Probe = Check;

/** No probe takes longer than this, milliseconds. */
export const probeTimeoutMs = 10_000;

/** It works, but not as it should. */
export function warn(detail: string, fix: string): Finding {
  return { outcome: "warn", detail, fix, code: "DOCTOR-WARNING" };
}

/** It cannot work. */
export function fail(detail: string, fix: string, status: Status = Status.failedPrecondition): Finding {
  return { outcome: "fail", detail, fix, code: "DOCTOR-FAILED", status };
}

/** What the probes need to know. */
export interface FileProbeOptions {
  /** Absolute path of the file that a sync writes. */
  readonly path: string;
  readonly tempDir: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Inspects the file, in a process of its own where there can be one. */
  inspect(path: string): Promise<Pick<Inspection, "sound" | "problems" | "syncs">>;
}

/** A file takes about ten times its size when it is unpacked, and the new one lies beside the old for a moment. */
const unpackedFactor = 12;
const leastMib = 256;

/** Place of the file, scratch space, modes, lock and health of the file. */
export function fileProbes(options: FileProbeOptions): readonly Probe[] {
  return [
    { id: "directory", title: "The file can be written where it is to lie", run: () => checkDirectory(options) },
    scratchProbe(options),
    { id: "modes", title: "Nobody else can read the file", run: async () => checkModes(options) },
    { id: "lock", title: "No other run is writing the file", run: async () => checkLock(options) },
    { id: "file", title: "The file is sound", run: () => checkFile(options) },
  ];
}

/** Scratch space, which every sync needs. */
export function scratchProbe(options: Omit<FileProbeOptions, "inspect">): Probe {
  return { id: "scratch", title: "There is room for scratch files", run: async () => checkScratch(options) };
}

async function checkDirectory({ path }: FileProbeOptions): Promise<Finding> {
  await checkReplaceable(path);
  return checkSpace(dirname(path), sizeOf(path) * 2);
}

function checkScratch({ path, tempDir, env }: Omit<FileProbeOptions, "inspect">): Finding {
  const parent = scratchParent(tempDir, env);
  const directory = mkdtempSync(join(parent, "c1z-"));
  try {
    writeFileSync(join(directory, "probe"), "x");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return checkSpace(parent, sizeOf(path) * unpackedFactor);
}

function checkSpace(directory: string, wantedBytes: number): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const freeMib = Math.floor((bavail * bsize) / mebibyte);
  const wantedMib = Math.max(leastMib, Math.ceil(wantedBytes / mebibyte));
  const detail = `${freeMib} MiB are free in ${directory}.`;
  if (freeMib >= wantedMib) return pass(detail);
  return warn(detail, `Have at least ${wantedMib} MiB free there, or name another place (--file, --c1z-temp-dir).`);
}

function checkModes({ path }: FileProbeOptions): Finding {
  const places = [path, `${path}.run.json`].filter((one) => existsSync(one));
  if (places.length === 0) return skip("There is no file yet; it will be for its owner alone (0600).");
  if (process.platform === "win32") return skip("Modes mean nothing on this system.");
  const open = places.filter((one) => (statSync(one).mode & 0o077) !== 0);
  if (open.length === 0) return pass("Files are for their owner alone.");
  return warn(`${open.join(" and ")} can be read by other users of this machine.`, `chmod 600 ${open.join(" ")}`);
}

function checkLock({ path }: FileProbeOptions): Finding {
  const holder = readLockHolder(path);
  if (holder === undefined) return pass("There is no lock.");
  if (!holder.isHeld) return pass("A killed run left its lock; the next run takes it over.");
  return warn(`${holder.description} holds the lock.`, "Wait until that run has ended.");
}

async function checkFile({ path, inspect }: FileProbeOptions): Promise<Finding> {
  if (sizeOf(path) === 0) return skip("There is no file yet.");
  const { sound, problems, syncs } = await inspect(path);
  const [worst] = problems.toSorted((a, b) => (a.severity < b.severity ? -1 : 1));
  const more = "Run the command inspect on it for the whole list.";
  if (!sound)
    return fail(
      `${worst?.where}: ${worst?.what}.`,
      `${more} Then restore it from a copy, or sync into a new file.`,
      Status.dataLoss,
    );
  if (worst) return warn(`${worst.where}: ${worst.what}.`, more);
  const finished = syncs.filter(({ endedAt }) => endedAt !== undefined).length;
  return pass(`It holds ${finished} finished ${finished === 1 ? "sync" : "syncs"}, every row of which can be read.`);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What the probe needs to know. */
interface ObjectProbeOptions {
  /** The address as it was given. */
  readonly address: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly network: Network;
  readonly clock: Clock;
}

/** Library, credentials, storage and bucket. Whether the object may be written is not tried. */
export function objectProbe({ address: text, env, network, clock }: ObjectProbeOptions): Probe {
  return {
    id: "object",
    title: "The object can be read where it is to lie",
    async run() {
      const address = parseObjectAddress(text);
      if (address === undefined) throw new TypeError(`${text} is no address`);
      using object = await S3Object.open({ address, env, network, clock, logger: silentLogger });
      const bytes = await object.size();
      const name = formatAddress(address);
      return pass(bytes === undefined ? `There is no ${name} yet.` : `${name} has ${bytes} bytes.`);
    },
  };
}
