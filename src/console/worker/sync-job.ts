/** A sync as the command line makes it, with its progress told to the console, and its file counted at the end. */
import { organizationType } from "../../cloudsmith/types.ts";
import { summarizeRoster } from "../../reports/roster-summary.ts";
import { openC1z } from "../../sdk/c1z/read/reader.ts";
import { storageEngineOf } from "../../sdk/cli/sync-options.ts";
import { syncInto } from "../../sdk/cli/sync-target.ts";
import type { Connector } from "../../sdk/contracts/connector.ts";
import { toBatonError } from "../../sdk/errors.ts";
import type { SyncProgress } from "../../sdk/sync/events.ts";
import { writeRunRecord } from "../../sdk/sync/write-run-record.ts";
import type { RunTotals } from "../contract/runs.ts";
import { connectorOf, type JobContext } from "./job-context.ts";
import type { SyncJob } from "./messages.ts";

/** Between two messages on progress, milliseconds: often enough for the eye, rarely enough for the channel. */
const tellEveryMs = 250;

/** Syncs. @throws BatonError as a sync of the command line does. */
export async function runSyncJob(job: SyncJob, context: JobContext): Promise<void> {
  const { config, io, logger, signal, tell, version } = context;
  const store = { path: job.file, tempDir: job.tempDir, skipCleanup: false, ...storageEngineOf(config) };
  const progress = new ProgressTeller(context);
  try {
    const outcome = await syncInto({
      createConnector: async () => {
        const connector = connectorOf(context);
        progress.follow(connector);
        return connector;
      },
      config,
      context: context.connector,
      io,
      store,
      target: {
        path: job.file,
        logger,
        settle: (end) => writeRunRecord(end, { ...store, connector: { name: "baton-cloudsmith", version } }),
      },
      signal,
      observer: (now) => progress.note(now),
      acceptChanges: job.acceptChanges,
    });
    progress.stop();
    tell({ type: "counted", ...(await readBack(outcome.path, job.tempDir)) });
  } catch (caught) {
    const error = toBatonError(caught);
    logger.error("the sync ended with an error", { error: error.message, code: error.code });
    throw caught;
  } finally {
    progress.stop();
  }
}

/** Read back from the file: what is shown is what was written. */
async function readBack(path: string, tempDir: string): Promise<{ totals: RunTotals; organization: string }> {
  using reader = await openC1z(path, { tempDir });
  const view = reader.view();
  const { accounts, resources, entitlements, grants } = summarizeRoster(view);
  const [organization] = view.resources({ resourceTypeId: organizationType.id });
  const { team: teams = 0 } = resources;
  const totals = {
    members: accounts.total,
    activeMembers: accounts.enabled,
    inactiveMembers: accounts.total - accounts.enabled,
    teams,
    entitlements,
    grants,
  };
  return { totals, organization: organization?.displayName ?? "" };
}

/** Tells the latest progress every quarter of a second, also while nothing comes: then it is the waiting that is told. */
class ProgressTeller {
  readonly #tell: JobContext["tell"];
  readonly #timer: NodeJS.Timeout;
  #connector: Connector | undefined;
  #latest: SyncProgress | undefined;
  #told = "";

  constructor({ tell }: JobContext) {
    this.#tell = tell;
    this.#timer = setInterval(() => this.#send(), tellEveryMs);
  }

  follow(connector: Connector): void {
    this.#connector = connector;
  }

  note(progress: SyncProgress): void {
    const isNewPhase = progress.phase !== this.#latest?.phase;
    this.#latest = progress;
    if (isNewPhase) this.#send();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#send();
  }

  #send(): void {
    if (!this.#latest) return;
    const { phase, resources, entitlements, grants } = this.#latest;
    const progress = { phase, resources, entitlements, grants, connector: this.#connector?.stats?.() ?? null };
    const text = JSON.stringify(progress);
    if (text === this.#told) return;
    this.#told = text;
    this.#tell({ type: "progress", progress });
  }
}
