/** `doctor`: everything that can keep a sync from working, asked one by one, and a report of it to send along. */
import { writeFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import { parseCredentials } from "../../c1/credentials.ts";
import { fileError } from "../../c1z/container/file-errors.ts";
import { readTextBeside } from "../../c1z/container/whole-file.ts";
import { type Finding, failure, pass, runChecks, skip } from "../../checks.ts";
import type { Clock } from "../../clock.ts";
import type { Flag } from "../../config/field.ts";
import { describeSource } from "../../config/resolve.ts";
import { forApp, type StandardConfig } from "../../config/standard-fields.ts";
import type { CheckResult } from "../../contracts/connector.ts";
import { runRecordPath } from "../../contracts/run-record.ts";
import { doctorBundle } from "../../doctor/bundle.ts";
import { networkProbes } from "../../doctor/network-probes.ts";
import {
  fileProbes,
  machineProbes,
  objectProbe,
  type Probe,
  probeTimeoutMs,
  scratchProbe,
} from "../../doctor/probes.ts";
import { BatonError, errnoOf, Status } from "../../errors.ts";
import { type JsonObject, parseJsonObject } from "../../json-object.ts";
import { silentLogger } from "../../log.ts";
import type { Network } from "../../net/network.ts";
import { schemeOf } from "../../object-store/object-address.ts";
import type { Invocation } from "../app.ts";
import { listenForInterrupt } from "../cli-io.ts";
import { connectorContext, loadConfig, loadStandardConfig, networkOf } from "../command-setup.ts";
import { usesColor } from "../run-output.ts";
import { checksAsJson, checksAsText, exitCodeOf } from "./check-list.ts";
import { inspectApart } from "./read-file.ts";

/** Prints on standard output. The exit code is the status of the first failed check. */
export async function runDoctor(
  invocation: Invocation<Flag<"bool", "json"> | Flag<"string", "bundle">>,
): Promise<number> {
  const { io, options, redactor } = invocation;
  const interrupt = listenForInterrupt(io, {
    effect: "The checks are not complete. Nothing was changed.",
    hint: "Run the command again.",
  });
  try {
    const config = await tryConfig(invocation);
    const file = (config.whole ?? config.standard).string("file");
    const path = schemeOf(file) === undefined ? resolve(io.cwd, file) : file;
    const url = await endpointOf(invocation, config);
    const probes = plainProbes(invocation, config, { path, url });
    const plain = await runChecks(probes, undefined, { signal: interrupt.signal, timeoutMs: probeTimeoutMs });
    const isCutOff = plain.some(({ id, outcome }) => id === "tcp" && outcome === "fail");
    const connector = isCutOff ? [unreachable] : await checkConnector(invocation, config, interrupt.signal);
    interrupt.signal.throwIfAborted();
    const checks = [...plain, ...connector];
    const color = io.stdout.isTty && usesColor(io.env);
    io.stdout.write(redactor.redact(options.bool("json") ? checksAsJson(checks) : checksAsText(checks, color)));
    const target = options.string("bundle");
    if (target !== "") {
      writeBundle(invocation, resolve(io.cwd, target), bundleText(invocation, config, { path, url, checks, plain }));
    }
    return exitCodeOf(checks);
  } finally {
    interrupt.release();
  }
}

/** A connector tries again and again, which is right for a sync; here somebody waits. */
const connectorLimitMs = 30_000;
const connectorTitle = "The connector's own checks";
const unreachable: CheckResult = { id: "connector", title: connectorTitle, ...skip("The host cannot be reached.") };

/** The configuration, or why there is none: that is a finding, and most other questions can still be asked. */
interface FoundConfig {
  readonly whole: StandardConfig | undefined;
  readonly standard: StandardConfig;
  readonly error: unknown;
}

async function tryConfig(invocation: Invocation): Promise<FoundConfig> {
  const standard = await loadStandardConfig(invocation, false);
  try {
    return { whole: await loadConfig(invocation), standard, error: undefined };
  } catch (error) {
    return { whole: undefined, standard, error };
  }
}

/** The address that the connector's requests go to, as far as it is known. */
async function endpointOf({ app }: Invocation, { whole }: FoundConfig): Promise<URL | null> {
  const endpoint = whole && (await app.endpoint?.(forApp(whole)));
  return endpoint === undefined ? null : URL.parse(endpoint);
}

interface Looked {
  readonly path: string;
  readonly url: URL | null;
}

function plainProbes(invocation: Invocation, { standard, error }: FoundConfig, { path, url }: Looked): Probe[] {
  const { io } = invocation;
  const { env, clock } = io;
  const way = findNetwork(invocation);
  const network = "network" in way ? way.network : undefined;
  const tempDir = standard.string("c1z-temp-dir") || undefined;
  const configuration: Probe = {
    id: "configuration",
    title: "The settings are complete",
    run: async () => (error === undefined ? pass("Every setting can be read.") : failure(error)),
  };
  return [
    ...machineProbes(env),
    configuration,
    { id: "network", title: "Proxies and certificates can be used", run: async () => networkFinding(way) },
    ...(url && network ? networkProbes({ url, network, clock }) : []),
    ...conductorOneProbes(standard, network && { network, clock }),
    ...(schemeOf(path) === undefined
      ? fileProbes({ path, tempDir, env, inspect: (file) => inspectApart(io, file, tempDir) })
      : [
          scratchProbe({ path, tempDir, env }),
          ...(network ? [objectProbe({ address: path, env, network, clock })] : []),
        ]),
  ];
}

type FoundNetwork = { readonly network: Network } | { readonly error: unknown };

/** The way out, or why there is none. */
function findNetwork(invocation: Invocation): FoundNetwork {
  try {
    return { network: networkOf(invocation) };
  } catch (error) {
    return { error };
  }
}

function networkFinding(way: FoundNetwork): Finding {
  return "error" in way ? failure(way.error) : pass("The variables for them can be read.");
}

function conductorOneProbes(
  config: StandardConfig,
  around: { readonly network: Network; readonly clock: Clock } | undefined,
): readonly Probe[] {
  if (!around) return [];
  const title = "ConductorOne can be reached";
  const clientId = config.string("client-id");
  if (clientId === "") {
    return [{ id: "c1", title, run: async () => skip("No client id is set: there is no service mode.") }];
  }
  try {
    const { tokenHost } = parseCredentials(clientId, config.string("client-secret"));
    return networkProbes({ url: new URL(`https://${tokenHost}`), prefix: "c1-", ...around });
  } catch (caught) {
    return [{ id: "c1", title, run: async () => failure(caught) }];
  }
}

/** The connector's own checks: key, organization, role, roster. */
async function checkConnector(
  invocation: Invocation,
  { whole }: FoundConfig,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  if (!whole) return [{ id: "connector", title: connectorTitle, ...skip("The settings are not complete.") }];
  try {
    const context = { ...connectorContext(invocation, whole, silentLogger), isAwaited: true };
    const connector = await invocation.app.createConnector(forApp(whole), context);
    return await connector.check({ signal: AbortSignal.any([signal, AbortSignal.timeout(connectorLimitMs)]) });
  } catch (caught) {
    return [{ id: "connector", title: connectorTitle, ...failure(caught) }];
  }
}

interface Outcome extends Looked {
  readonly checks: readonly CheckResult[];
  readonly plain: readonly CheckResult[];
}

function bundleText({ app, io }: Invocation, config: FoundConfig, { path, url, checks, plain }: Outcome): string {
  const settings = (config.whole ?? config.standard).all().filter(({ source }) => source.kind !== "default");
  const texts = settings.flatMap(({ value }) => (typeof value === "string" && value !== "" ? [value] : []));
  return doctorBundle({
    program: { name: app.name, version: app.version },
    createdAtMs: io.clock.nowMs(),
    checks,
    plainChecks: new Set(plain.map(({ id }) => id)),
    settings: settings.map(({ field, source }) => ({ name: field.name, source: describeSource(source) })),
    identifying: [...texts, path, io.cwd, hostname(), ...ownNames(), ...(url ? [url.hostname] : [])],
    lastRun: readRecord(runRecordPath(path)),
  });
}

/** In a container a user may have neither name nor home. */
function ownNames(): readonly string[] {
  return [homedir, () => userInfo().username].flatMap((ask) => {
    try {
      return [ask()];
    } catch {
      // The system knows no such user, so that there is no name to hide.
      return [];
    }
  });
}

function readRecord(path: string): JsonObject | undefined {
  try {
    return parseJsonObject(readTextBeside(path) ?? "");
  } catch {
    // It cannot be read, so that it says nothing.
    return undefined;
  }
}

function writeBundle({ io, redactor }: Invocation, target: string, text: string): void {
  try {
    writeFileSync(target, redactor.redact(text), { mode: 0o600, flag: "wx" });
  } catch (caught) {
    if (errnoOf(caught) !== "EEXIST") throw fileError(caught, `write ${target}`, "The report was not written.");
    throw new BatonError({
      code: "DOCTOR-BUNDLE-EXISTS",
      status: Status.alreadyExists,
      message: `${target} is there already.`,
      effect: "The report was not written; nothing was replaced.",
      hint: "Give the name of a new file.",
    });
  }
  io.stderr.write(`wrote ${target}; look at it before you send it\n`);
}
