/** A connectors in this process over a data directory of its own, whose runs are real processes of the real program. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../../sandbox/server.ts";
import type { Connectors } from "../../src/console/connectors/connectors.ts";
import { openConnectors } from "../../src/console/connectors/open-connectors.ts";
import type { ConnectorDetail, TestState } from "../../src/console/contract/connectors.ts";
import type { ConsoleEvent } from "../../src/console/contract/events.ts";
import type { SettingsInput } from "../../src/console/contract/inputs.ts";
import type { RunDetail, RunProgress } from "../../src/console/contract/runs.ts";
import { EventHub } from "../../src/console/event-hub.ts";
import type { ProgramCommand } from "../../src/sdk/c1z/process/this-program.ts";
import { type Clock, systemClock } from "../../src/sdk/clock.ts";
import { launcher } from "../e2e/program.ts";

/** What a test may want otherwise. */
export interface TestConnectorsOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Default the launcher. */
  readonly program?: ProgramCommand;
  readonly keysInMemory?: boolean;
  /** A directory that is there already and stays. */
  readonly dataDir?: string;
}

/** A connectors with what tests ask of it. */
export interface TestConnectors extends AsyncDisposable {
  readonly connectors: Connectors;
  readonly hub: EventHub;
  readonly dataDir: string;
  /** Everything that the page was told so far. */
  readonly events: readonly ConsoleEvent[];
  /** Resolves with the first event that fits, of those to come. */
  next<T extends ConsoleEvent["type"]>(
    type: T,
    fits?: (event: Extract<ConsoleEvent, { type: T }>) => boolean,
  ): Promise<Extract<ConsoleEvent, { type: T }>>;
  /** Adds a connector to the sandbox's organization, complete but for `input`, and lets its first sync end. */
  connect(sandbox: Sandbox, input?: SettingsInput): Promise<ConnectorDetail>;
  /** Lets the sync of the connector end, and returns what is kept of it. */
  ended(id: string): Promise<RunDetail>;
  /** Syncs and lets it end. */
  sync(id: string): Promise<RunDetail>;
  /** Tests settings and lets the test end. */
  test(id: string, input?: SettingsInput): Promise<TestState>;
  /** Resolves with the progress at which `fits` is first true. */
  progress(id: string, fits: (progress: RunProgress) => boolean): Promise<RunProgress>;
}

/** Opens one. */
export async function openTestConnectors(options: TestConnectorsOptions = {}): Promise<TestConnectors> {
  const home = mkdtempSync(join(tmpdir(), "connectors-"));
  const dataDir = options.dataDir ?? join(home, "data");
  const hub = new EventHub();
  const events: ConsoleEvent[] = [];
  hub.subscribe((event) => events.push(event));
  const connectors = await openConnectors({
    dataDir,
    hub,
    clock: options.clock ?? systemClock,
    env: { HOME: home, PATH: "/usr/bin:/bin", ...options.env },
    storeKeyFile: undefined,
    keysInMemory: options.keysInMemory ?? false,
    program: options.program ?? { file: process.execPath, args: [launcher] },
  });
  const next: TestConnectors["next"] = (type, fits = () => true) =>
    new Promise((resolve) => {
      const off = hub.subscribe((event) => {
        // The type was just compared, which the compiler does not follow through a generic.
        if (event.type !== type || !fits(event as Extract<ConsoleEvent, { type: typeof type }>)) return;
        off();
        resolve(event as Extract<ConsoleEvent, { type: typeof type }>);
      });
    });
  const ended = async (id: string): Promise<RunDetail> => {
    while (connectors.detail(id).progress) {
      await next("connector", ({ connector }) => connector.id === id && connector.progress === null);
    }
    const { lastRun } = connectors.detail(id);
    assert.ok(lastRun, "a run has ended");
    return connectors.archive.run(lastRun.runId);
  };
  return {
    connectors,
    hub,
    dataDir,
    events,
    next,
    ended,
    async connect(sandbox, input = {}) {
      const { id } = connectors.create({ mode: "once", owner: "Ada" });
      const { runId } = await connectors.saveSettings(id, settingsOf(sandbox, input));
      if (runId !== null) await ended(id);
      return connectors.detail(id);
    },
    async sync(id) {
      connectors.startSync(id);
      return await ended(id);
    },
    async test(id, input = {}) {
      const started = await connectors.startTest(id, input);
      for (;;) {
        const now = connectors.test(id);
        if (now?.testId === started.testId && now.isDone) return now;
        await next("test", ({ test }) => test.testId === started.testId);
      }
    },
    async progress(id, fits) {
      const now = connectors.detail(id).progress;
      if (now && fits(now)) return now;
      const { progress } = await next("progress", (event) => event.progress.connectorId === id && fits(event.progress));
      return progress;
    },
    async [Symbol.asyncDispose]() {
      await connectors.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a form for the sandbox's organization holds. */
export function settingsOf({ organization, baseUrl, keys }: Sandbox, input: SettingsInput = {}): SettingsInput {
  return { orgSlug: organization.slug, baseUrl, apiKey: keys.service, ...input };
}
