/** Starts all parts of the console, says where it is, waits for the signal to stop, and ends them in good order. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { homedir } from "node:os";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import type { ConsoleOptions } from "./command-options.ts";
import { EventHub } from "./event-hub.ts";
import { openBrowser } from "./open-browser.ts";
import { thisProgram } from "./runs/program.ts";
import { openWorkshop } from "./runs/workshop.ts";
import { createApp } from "./server/app.ts";
import { EventStreams } from "./server/event-stream.ts";
import {
  LaunchLinks,
  launchLink,
  readRunningConsole,
  removeRunningConsole,
  writeRunningConsole,
} from "./server/launch-links.ts";
import { listen } from "./server/listen.ts";
import { connectorRoutes } from "./server/routes/connector-routes.ts";
import { fileRoutes } from "./server/routes/file-routes.ts";
import { runRoutes } from "./server/routes/run-routes.ts";
import { sourceRoutes } from "./server/routes/source-routes.ts";
import { Sessions } from "./server/sessions.ts";
import { Sources } from "./sources/sources.ts";
import { defaultDataDirectory } from "./store/data-directory.ts";

/** Runs the console to its end, which is the first signal. */
export async function serveConsole(options: ConsoleOptions, io: CliIo, version: string): Promise<void> {
  const { clock } = io;
  const dataDir = dataDirOf(options, io);
  const hub = new EventHub();
  const workshop = await openWorkshop({
    dataDir,
    hub,
    clock,
    version,
    env: io.env,
    storeKeyFile: options.storeKeyFile,
    program: thisProgram(),
  });
  const { audit, keyStorage } = workshop;
  const streams = new EventStreams(hub, clock);
  const links = new LaunchLinks(clock);
  const tls = options.tls && {
    cert: readFileSync(options.tls.certFile, "utf8"),
    key: readFileSync(options.tls.keyFile, "utf8"),
  };
  const sources = new Sources({ dataDir, kept: workshop, clock });
  const app = createApp({
    audit,
    facts: { version, dataDir, keyStorage, isSecure: tls !== undefined },
    links,
    sessions: new Sessions(clock),
    streams,
    routes: [
      connectorRoutes(workshop),
      runRoutes(workshop),
      sourceRoutes({ sources, audit, version }),
      fileRoutes({ sources, audit }),
    ],
  });
  const { host, port, names } = options;
  const server = await listen({ host, port, names, app, ...(tls && { tls }) });
  const running = { origin: server.origin, secret: links.secret };
  writeRunningConsole(dataDir, running);
  if (options.startsSample) await workshop.startSample();
  announce({ link: launchLink(running, clock), dataDir, options }, io);
  await firstSignal(io);
  removeRunningConsole(dataDir);
  streams.close();
  await server.close();
  await sources.close();
  await workshop.close();
}

/** A new link into the console that runs on this data directory. @throws BatonError `CONSOLE-NOT-RUNNING` */
export async function linkIntoRunningConsole(options: ConsoleOptions, io: CliIo): Promise<string> {
  const { clock } = io;
  const dataDir = dataDirOf(options, io);
  const running = readRunningConsole(dataDir);
  if (!running || !(await answers(running.origin))) throw notRunning(dataDir);
  return launchLink(running, clock);
}

/** Whether somebody listens there: a console that was killed leaves its file behind. */
async function answers(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
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

async function firstSignal(io: CliIo): Promise<void> {
  let release = (): void => undefined;
  await new Promise<void>((resolve) => {
    release = io.onSignal(() => resolve());
  });
  release();
}

function dataDirOf({ dataDir }: ConsoleOptions, { env }: CliIo): string {
  return dataDir ?? defaultDataDirectory({ env, platform: process.platform, home: homedir() });
}
