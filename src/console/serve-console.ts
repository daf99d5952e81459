/** Starts all parts of the console, says where it is, waits for the signal to stop, and ends them in good order. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { readSigningKey } from "../evidence/keys.ts";
import { thisProgram } from "../sdk/c1z/process/this-program.ts";
import { type CliIo, listenForInterrupt } from "../sdk/cli/cli-io.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import { userName } from "../sdk/cli/system-io.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import type { ConsoleOptions } from "./command-options.ts";
import { openConnectors } from "./connectors/open-connectors.ts";
import { EventHub } from "./event-hub.ts";
import { Reviews } from "./reviews/reviews.ts";
import { createApp } from "./server/app.ts";
import { keptCookieName } from "./server/cookie-name.ts";
import { EventStreams } from "./server/event-stream.ts";
import {
  LaunchLinks,
  launchLink,
  type RunningConsole,
  readRunningConsole,
  removeRunningConsole,
  writeRunningConsole,
} from "./server/launch-links.ts";
import { listen } from "./server/listen.ts";
import { attentionRoutes } from "./server/routes/attention-routes.ts";
import { backUpRoutes } from "./server/routes/back-up-routes.ts";
import { connectorRoutes } from "./server/routes/connector-routes.ts";
import { fileRoutes } from "./server/routes/file-routes.ts";
import { notificationRoutes } from "./server/routes/notification-routes.ts";
import { personRoutes } from "./server/routes/person-routes.ts";
import { reviewRoutes } from "./server/routes/review-routes.ts";
import { runRoutes } from "./server/routes/run-routes.ts";
import { sourceRoutes } from "./server/routes/source-routes.ts";
import { askedBy, Sessions } from "./server/sessions.ts";
import { SignIns } from "./server/sign-ins.ts";
import { Sources } from "./sources/sources.ts";
import { restoreBackup, writeBackup } from "./store/backup.ts";
import { defaultDataDirectory, userHome } from "./store/data-directory.ts";

/** Runs the console to its end, which is the first signal. A second one does not wait for anything. */
export async function serveConsole(options: ConsoleOptions, io: CliIo, version: string): Promise<void> {
  const { clock } = io;
  // Better now than when somebody wants the evidence.
  if (options.evidenceKeyFile !== undefined) readSigningKey(options.evidenceKeyFile);
  const stop = listenForStop(io);
  const dataDir = dataDirOf(options, io);
  const tls = options.tls && { cert: readPem(options.tls.certFile), key: readPem(options.tls.keyFile) };
  await using parts = new AsyncDisposableStack();
  const hub = new EventHub();
  const { storeKeyFile, keysInMemory, host, port, names } = options;
  const program = thisProgram();
  const connectors = await openConnectors({
    dataDir,
    hub,
    clock,
    env: io.env,
    storeKeyFile,
    keysInMemory,
    program,
  });
  parts.defer(() => connectors.close());
  const sources = new Sources({ dataDir, kept: connectors.archive, clock, program, env: io.env });
  parts.defer(() => sources.close());
  parts.defer(sources.follow(hub));
  const [streams, links] = [new EventStreams(hub, clock), new LaunchLinks(clock)];
  const { audit } = connectors;
  const { persons } = connectors;
  const reviews = new Reviews({ folder: connectors.reviewsFolder, sources, kept: connectors.archive, clock, hub });
  parts.defer(() => reviews.close());
  const signIns = new SignIns({
    links,
    audit,
    clock,
    ownName: userName() || "owner",
    personOf: (token) => persons.redeem(token, clock.nowMs()),
  });
  parts.defer(() => signIns.close());
  const sessions = new Sessions(clock, keptCookieName(dataDir));
  const app = createApp({
    audit,
    facts: { version, dataDir, keyStorage: connectors.keyStorage, isSecure: tls !== undefined },
    signIns,
    streams,
    sessions,
    routes: [
      connectorRoutes(connectors),
      runRoutes(connectors),
      notificationRoutes(connectors),
      sourceRoutes({
        sources,
        audit,
        version,
        reviews,
        evidenceKeyFile: options.evidenceKeyFile,
        goneIn: (runId) => connectors.archive.run(runId).drop?.gone ?? [],
      }),
      reviewRoutes({ reviews, sources, audit }),
      personRoutes({ persons, sessions, audit, clock, isSecure: tls !== undefined }),
      attentionRoutes({ connectors, sources, clock }),
      fileRoutes({ sources, audit }),
      backUpRoutes(connectors, sources),
    ],
  });
  const server = await listen({ host, port, names, app, askedBy: askedBy(sessions), ...(tls && { tls }) });
  parts.defer(() => server.close());
  parts.defer(() => streams.close());
  const running = { origin: server.origin, secret: links.secret, host };
  writeRunningConsole(dataDir, running);
  parts.defer(() => removeRunningConsole(dataDir));
  if (options.startsSample) await connectors.startSample();
  announce({ link: launchLink(running, clock), dataDir, options }, io);
  await stop;
}

/** Writes or restores a back-up. @returns what was done, in words. @throws BatonError `CONSOLE-BACKUP` */
export function backUpOrRestore(options: ConsoleOptions, io: CliIo): string {
  const dataDir = dataDirOf(options, io);
  const { backup, restore } = options;
  if (backup !== undefined && restore !== undefined) throw usageError("--backup and --restore exclude each other");
  if (backup !== undefined) {
    writeBackup(dataDir, backup);
    return `${dataDir} is backed up in ${backup}. Keys that the console sealed with a key of its own are not in it.`;
  }
  restoreBackup(restore ?? "", dataDir);
  return `${restore} is restored in ${dataDir}. Where a connector says so, enter its key again.`;
}

/** A new link into the console that runs on this data directory. @throws BatonError `CONSOLE-NOT-RUNNING` */
export async function linkIntoRunningConsole(options: ConsoleOptions, io: CliIo): Promise<string> {
  const { clock } = io;
  const dataDir = dataDirOf(options, io);
  const running = readRunningConsole(dataDir);
  if (!running || !(await answers(running))) throw notRunning(dataDir);
  return launchLink(running, clock);
}

/** Whether somebody listens there: a console that was killed leaves its file behind. */
async function answers({ origin, host }: RunningConsole): Promise<boolean> {
  const { port, protocol } = new URL(origin);
  // Every address is this machine's as well; its own name may lead elsewhere.
  const own = new Map([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ]);
  const usualPort = protocol === "https:" ? 443 : 80;
  const socket = createConnection({ host: own.get(host) ?? host, port: Number(port) || usualPort });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function notRunning(dataDir: string): BatonError {
  return new BatonError({
    code: "CONSOLE-NOT-RUNNING",
    status: Status.failedPrecondition,
    message: `No console runs on ${dataDir}.`,
    effect: "There is nothing to sign in to.",
    hint: "Start one with `baton-cloudsmith console`; with --data-dir if it is to be another directory.",
  });
}

function announce(
  { link, dataDir, options }: { readonly link: string; readonly dataDir: string; readonly options: ConsoleOptions },
  io: CliIo,
): void {
  if (options.isRemote && !options.tls) {
    io.stderr.write(
      "! Other machines can connect, and without --tls-cert the network reads along: session included.\n",
    );
  }
  io.stdout.write(`The console is at
  ${link}
The link is good once and for five minutes; \`baton-cloudsmith console --link\` prints a new one.
Kept in ${dataDir}. Stop it with Ctrl+C.
`);
  if (options.opensBrowser && io.stdout.isTty) openBrowser(link);
}

/** Ends with the first signal; the second one ends the process. */
async function listenForStop(io: CliIo): Promise<void> {
  const { signal } = listenForInterrupt(io, {
    effect: "Runs under way go on where they were at the next start.",
    hint: "Start the console again.",
  });
  if (!signal.aborted) await once(signal, "abort");
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (caught) {
    const { code = "unknown error" } = caught as NodeJS.ErrnoException;
    throw usageError(`${path} cannot be read (${code})`, "Give --tls-cert and --tls-key paths of PEM files.");
  }
}

function dataDirOf({ dataDir }: ConsoleOptions, { env }: CliIo): string {
  return dataDir ?? defaultDataDirectory({ env, platform: process.platform, home: userHome() });
}

const openers: Readonly<Record<string, readonly [file: string, ...args: string[]]>> = {
  darwin: ["open"],
  // `start` takes the first quoted text for a title; rundll32 takes the address as it is.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Starts the opener of this system and forgets it. */
function openBrowser(address: string): void {
  const [file, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(file, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
