/** A question of `doctor`, and those about the machine and the process. */
import { totalmem } from "node:os";
import { type Check, type Finding, pass } from "../checks.ts";
import { Status } from "../errors.ts";

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
