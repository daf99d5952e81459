/**
 * The way of a connector into ConductorOne, tried on this machine: the stand-in hands out a sync at the first hello and
 * then at intervals, tells what ConductorOne would show, and keeps the uploaded files.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Clock, systemClock } from "../../src/sdk/clock.ts";
import { type StandInC1, startStandInC1 } from "./stand-in.ts";

/** What the command line says about it. */
export interface JourneyOptions {
  /** Seconds between syncs. */
  readonly everySeconds: number;
  /** Where uploads are kept. */
  readonly uploadDirectory: string;
  readonly clock?: Clock;
}

/** What a connector needs to take part. */
export interface JourneyReport {
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM file with the certificate authority to trust. */
  readonly caFile: string;
  readonly uploadDirectory: string;
}

/** A stand-in that is running. */
export interface Journey extends AsyncDisposable {
  readonly report: JourneyReport;
  readonly c1: StandInC1;
}

/** Starts it. `say` gets a line for everything that ConductorOne would show. */
export async function startJourney(options: JourneyOptions, say: (line: string) => void): Promise<Journey> {
  const { everySeconds, clock = systemClock } = options;
  const uploadDirectory = resolve(options.uploadDirectory);
  const directory = await mkdtemp(join(tmpdir(), "sandbox-c1-"));
  const caFile = join(directory, "ca.pem");
  const stop = new AbortController();
  const c1 = await startStandInC1({
    uploadDirectory,
    clock,
    onLabel: (label, detail) => say(`${label}: ${detail}`),
    onUpload: ({ path, bytes }) => say(`Received ${path} (${bytes} bytes)`),
  });
  await writeFile(caFile, c1.certificates.authority);
  let isScheduled = false;
  c1.onCall(({ method, hostId }) => {
    if (method !== "Hello" || isScheduled) return;
    isScheduled = true;
    say(`Hello from ${hostId}`);
    void handOutSyncs(c1, { everyMs: everySeconds * 1000, clock, signal: stop.signal });
  });
  return {
    c1,
    report: { host: c1.host, ...c1.tokens.credentials, caFile, uploadDirectory },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await c1[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What to type in another terminal. */
export function journeyHelp({ host, clientId, clientSecret, caFile, uploadDirectory }: JourneyReport): string {
  return `ConductorOne, a stand-in, at ${host}; uploads are kept in ${uploadDirectory}

Connect to it in another terminal, with the variables above
  export BATON_CLIENT_ID=${clientId}
  export BATON_CLIENT_SECRET=${clientSecret}
  export BATON_C1_API_HOST=${host}
  export NODE_EXTRA_CA_CERTS=${caFile}
  baton-cloudsmith

What ConductorOne would show follows here.
`;
}

interface Schedule {
  readonly everyMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The next sync waits for the one before, as in ConductorOne. */
async function handOutSyncs(c1: StandInC1, { everyMs, clock, signal }: Schedule): Promise<void> {
  try {
    for (;;) {
      if (c1.board.waiting + c1.board.out.length === 0) c1.addTask({ taskType: { case: "syncFull", value: {} } });
      await clock.sleep(everyMs, signal);
    }
  } catch {
    // Told to stop; there is nothing to put away.
  }
}
