/** What C1 is told of the program and the machine in Hello, and the id by which it knows this instance. */
import { readFileSync } from "node:fs";
import { hostname, machine, platform, release } from "node:os";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Longest host id and OS fact that C1 takes, in characters (connectorapi: baton.proto). */
const longestText = 256;

/** BATON_HOST_ID, else the machine's name; several instances of one client id need different ones. */
export function hostId(env: Environment): string {
  const { BATON_HOST_ID } = env;
  return (BATON_HOST_ID || hostname() || "baton-sdk").slice(0, longestText);
}

/** C1 registers a connector only if none of these is empty (Baton SDK: Hello). */
export function osInfo(): Readonly<Record<OsFact, string>> {
  const os = platform();
  const kernelVersion = release() || "unknown";
  const { id, family, version } = distribution(readOsRelease());
  const facts = {
    hostname: hostname() || "unknown",
    os,
    platform: id || os,
    platformVersion: version || kernelVersion,
    platformFamily: family || id || os,
    kernelVersion,
    kernelArch: machine() || "unknown",
    virtualizationSystem: "none",
  };
  for (const [name, text] of Object.entries(facts)) Object.assign(facts, { [name]: text.slice(0, longestText) });
  return facts;
}

/** A distribution of Linux by its own words (freedesktop: os-release); the family is the one that it is made from. */
export function distribution(osRelease: string): Readonly<Record<"id" | "family" | "version", string>> {
  const fieldOf = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, "m").exec(osRelease)?.[1]?.trim() ?? "";
  const [family = ""] = fieldOf("ID_LIKE").split(/\s+/);
  return { id: fieldOf("ID"), family, version: fieldOf("VERSION_ID") };
}

/** "" where there is none, as outside of Linux. */
function readOsRelease(): string {
  try {
    return platform() === "linux" ? readFileSync("/etc/os-release", "utf8") : "";
  } catch {
    return "";
  }
}

type OsFact =
  | "hostname"
  | "os"
  | "platform"
  | "platformVersion"
  | "platformFamily"
  | "kernelVersion"
  | "kernelArch"
  | "virtualizationSystem";

/** Language, package and version; `name` as in package.json. */
export function buildInfo(name: string, version: string): Readonly<Record<BuildFact, string>> {
  return { langVersion: `node${process.versions.node}`, package: name, packageVersion: version };
}

type BuildFact = "langVersion" | "package" | "packageVersion";
