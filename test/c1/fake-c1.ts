/** A stand-in for ConductorOne with scripted faults, and a service that works for it, for the tests of service mode. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import { type StandInC1, startStandInC1 } from "../../sandbox/c1/stand-in.ts";
import { runService } from "../../src/sdk/c1/service.ts";
import type { ServiceOptions } from "../../src/sdk/c1/service-context.ts";
import type { Clock } from "../../src/sdk/clock.ts";
import type { LogFields, Logger } from "../../src/sdk/log.ts";
import { Network } from "../../src/sdk/net/network.ts";
import type { Task_SyncFullTaskSchema } from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { SecretRedactor } from "../../src/sdk/secret-redactor.ts";
import { eventually } from "../support/eventually.ts";
import { exampleConnector } from "../support/example-connector.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** Options of a sync task. */
export type SyncOptions = MessageInitShape<typeof Task_SyncFullTaskSchema>;

/** A line that the service logged. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A service under test. */
export interface TestService {
  readonly lines: readonly Line[];
  /** Settles when the service ends. */
  readonly done: Promise<void>;
  /** Tells it to stop and waits for its end. */
  stop(): Promise<void>;
}

/** A fault: answers calls of one method with an error, `times` times. */
export interface Fault {
  readonly method: string;
  readonly code: Code;
  readonly times: number;
  /** Calls before the first one that fails; default 0. */
  readonly after?: number;
}

/** The stand-in with what tests need around it. */
export class FakeC1 implements AsyncDisposable {
  readonly directory: string;
  readonly c1: StandInC1;
  readonly clock: Clock;
  readonly caFile: string;
  readonly #services = new Set<TestService>();
  readonly #faults: Fault[] = [];

  constructor(directory: string, c1: StandInC1, clock: Clock) {
    this.directory = directory;
    this.c1 = c1;
    this.clock = clock;
    this.caFile = join(directory, "ca.pem");
    writeFileSync(this.caFile, c1.certificates.authority);
    c1.onCall(({ method }) => {
      const number = this.count(method);
      const due = ({ after = 0, times }: Fault): boolean => number > after && number <= after + times;
      const fault = this.#faults.find((ordered) => ordered.method === method && due(ordered));
      if (fault) throw new ConnectError("scripted", fault.code);
    });
  }

  /** Starts one; it polls at once, and time passes as in the clock. */
  static async start(clock: Clock = new VirtualClock(Date.now())): Promise<FakeC1> {
    const directory = mkdtempSync(join(tmpdir(), "fake-c1-"));
    const c1 = await startStandInC1({ uploadDirectory: join(directory, "uploads"), clock });
    return new FakeC1(directory, c1, clock);
  }

  /** Starts a service; everything can be replaced. */
  service(changes: Partial<ServiceOptions> = {}): TestService {
    const { c1, clock, directory, caFile } = this;
    const stop = new AbortController();
    const lines: Line[] = [];
    const { env, syncs, ...rest } = changes;
    const variables = { SSL_CERT_FILE: caFile, BATON_HOST_ID: "host-1", ...env };
    const redactor = new SecretRedactor();
    const done = runService({
      ...c1.tokens.credentials,
      product: { name: "baton-example", version: "1.2.3" },
      createConnector: async () => exampleConnector(),
      syncs: {
        syncResourceTypes: [],
        skipEntitlementsAndGrants: false,
        skipFullSync: false,
        workers: undefined,
        tempDir: directory,
        ...syncs,
      },
      taskConcurrency: 3,
      health: undefined,
      env: variables,
      network: Network.read(variables, redactor),
      logDebugTo: () => () => undefined,
      logger: linesLogger(lines),
      clock,
      redactor,
      signal: stop.signal,
      ...rest,
    });
    // A caller that wants to know how it ended awaits `done`; until then nobody needs to be told.
    done.catch(() => undefined);
    const service: TestService = {
      lines,
      done,
      async stop() {
        stop.abort(new Error("told to stop"));
        await done;
      },
    };
    this.#services.add(service);
    return service;
  }

  /** Orders a fault. */
  fault(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** Lets C1 be away for so long by the clock. */
  async away(ms: number): Promise<void> {
    this.c1.isAway = true;
    await this.clock.sleep(ms);
    this.c1.isAway = false;
  }

  /** Queues a full sync. */
  addSync(options: SyncOptions = {}, rest: { readonly id?: string; readonly debug?: boolean } = {}): string {
    return this.c1.addTask({ taskType: { case: "syncFull", value: { storageEngine: "sqlite", ...options } }, ...rest });
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.c1.calls.filter((call) => call.method === method).length;
  }

  /** Lets the world go on until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    const heard = (): string =>
      ["a state of C1, whose last calls were", ...this.c1.calls.slice(-10).map(({ method }) => method)].join(" ");
    await eventually(condition, { what: heard, everyMs: 0 });
  }

  /** Waits until so many tasks are finished. */
  async untilFinished(count: number): Promise<void> {
    await this.until(() => this.c1.finished.length >= count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services) await service.stop().catch(() => undefined);
    await this.c1[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function linesLogger(lines: Line[]): Logger {
  const at =
    (level: string): Logger["info"] =>
    (message, fields = {}) =>
      void lines.push({ level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
