/** Tells somebody by a webhook: keeps where and in which form, and sends from a process of its own. Never throws on its own. */

import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { Clock } from "../../sdk/clock.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { Notifications, WebhookForm } from "../contract/console.ts";
import { webhookForms } from "../contract/console.ts";
import type { NotificationsInput } from "../contract/inputs.ts";
import type { RunDetail } from "../contract/runs.ts";
import { describeFailure } from "../failures/describe-failure.ts";
import { repeat } from "../repeat.ts";
import type { RunArchive } from "../runs/run-archive.ts";
import { nextMoments } from "../runs/schedule.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import { jobEnvironment } from "../worker/job-environment.ts";
import { lostProcess, startWorker, type WorkerProcess } from "../worker/worker-process.ts";
import { type Notice, type NoticeKind, noticeBody, noticeOf } from "./notice.ts";

/** Longest time that a notification may take, milliseconds. */
const sendWithinMs = 20_000;
/** How often it is looked whether a connector is stale, milliseconds. */
const lookEveryMs = 600_000;
/** Good syncs may be missed for so long however often they are to come, milliseconds. */
const leastStaleMs = 2 * 86_400_000;
/** The secret and the fact are the console's own, of no connector. */
const owner = "console";
const destination = "webhook";
const formName = "webhook-form";

/** What it works with. */
export interface NotifierParts {
  readonly store: Store;
  readonly archive: RunArchive;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly program: ProgramCommand;
}

const lost = { code: "CONSOLE-WEBHOOK", effect: "It was not sent.", hint: "Test again." };

/** The notifications of a console. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #stopLooking: () => Promise<void>;
  readonly #sending = new Set<WorkerProcess>();
  /** Connectors that are known to be stale, by their last good run. */
  readonly #stale = new Map<string, string>();
  #last: Notifications["last"] = null;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#stopLooking = repeat(parts.clock, lookEveryMs, () => this.#lookForStale());
  }

  settings(): Notifications {
    const url = this.#url();
    return { form: this.#form(), host: url ? (URL.parse(url)?.host ?? "") : "", last: this.#last };
  }

  /** @throws BatonError `CONSOLE-WEBHOOK` for an address that cannot be sent to. */
  save({ form, url }: NotificationsInput): Notifications {
    const { secrets, facts } = this.#parts.store;
    if (url?.trim() === "") secrets.forget(owner, "webhook-url");
    else if (url !== undefined) secrets.set(owner, "webhook-url", checkedUrl(url.trim()), destination);
    facts.set(formName, form);
    return this.settings();
  }

  /** Sends a notice that says that it is a test. */
  async test(): Promise<Notifications> {
    if (!this.#url()) throw badWebhook("There is no address yet.", "Enter the address of a webhook first.");
    await this.#send({ kind: "test", connector: null, run: null, atMs: this.#parts.clock.nowMs() });
    return this.settings();
  }

  /** Told when a run has ended. */
  runEnded(connector: ConnectorRecord): void {
    this.#stale.delete(connector.id);
    const kind = noticeOf(this.#parts.store.runs.results(connector.id, 50));
    if (kind) void this.#tell(connector, kind);
  }

  async close(): Promise<void> {
    for (const worker of this.#sending) worker.stop(0);
    await this.#stopLooking();
  }

  #lookForStale(): void {
    for (const connector of this.#parts.store.connectors.list())
      if (this.#isNewlyStale(connector)) void this.#tell(connector, "stale");
  }

  /** One that should sync by itself, and has not had a good run for twice as long as that takes. */
  #isNewlyStale(connector: ConnectorRecord): boolean {
    const { id, schedule, isPaused } = connector;
    if (schedule.kind === "manual" || isPaused) return false;
    const lastGood = this.#parts.archive.lastGoodRun(connector);
    if (!lastGood?.endedAtMs || this.#stale.get(id) === lastGood.runId) return false;
    const [, second] = nextMoments(schedule, lastGood.endedAtMs, 2);
    const dueMs = Math.max(second ?? 0, lastGood.endedAtMs + leastStaleMs);
    if (this.#parts.clock.nowMs() < dueMs) return false;
    this.#stale.set(id, lastGood.runId);
    return true;
  }

  async #tell(connector: ConnectorRecord, kind: NoticeKind): Promise<void> {
    const run = this.#parts.store.runs.lastEnded(connector.id);
    const { id, name, settings } = connector;
    await this.#send({
      kind,
      connector: { id, name, orgSlug: settings.orgSlug },
      run: run ? toldOf(run) : null,
      atMs: this.#parts.clock.nowMs(),
    });
  }

  /** What goes wrong is shown beside the settings: a sync does not fail for it. */
  async #send(notice: Notice): Promise<void> {
    const url = this.#url();
    if (!url) return;
    const { program, env, clock } = this.#parts;
    const body = noticeBody(notice, this.#form());
    const worker = startWorker({
      program,
      env: jobEnvironment(env, { caFile: "", proxy: "" }),
      job: { kind: "notify", url, body, withinMs: sendWithinMs },
      onMessage: () => {},
    });
    this.#sending.add(worker);
    const end = await worker.ended;
    this.#sending.delete(worker);
    const error = end.kind === "lost" ? lostProcess("the notification", end.how, lost) : end.error;
    this.#last = { atMs: clock.nowMs(), failure: error && describeFailure({ error }) };
  }

  #url(): string | undefined {
    try {
      return this.#parts.store.secrets.get(owner, "webhook-url", destination);
    } catch {
      // Sealed with a key that this console was not started with: as good as none, and asked for again.
      return undefined;
    }
  }

  #form(): WebhookForm {
    const kept = this.#parts.store.facts.get(formName);
    return webhookForms.find((form) => form === kept) ?? "json";
  }
}

function toldOf({ runId, result, errorCode, errorTitle, endedAtMs }: RunDetail): Notice["run"] {
  return { runId, result, errorCode, errorTitle, endedAtMs };
}

/** An address over a secure connection, or of this machine. */
function checkedUrl(text: string): string {
  const url = URL.parse(text);
  const isHere = url !== null && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  const isGood = url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isHere));
  if (isGood && url.username === "" && url.password === "") return url.href;
  throw badWebhook(
    "This is no address of a webhook.",
    "Give an address that begins with https:// and holds no password.",
  );
}

function badWebhook(message: string, hint: string): BatonError {
  return new BatonError({
    code: "CONSOLE-WEBHOOK",
    status: Status.invalidArgument,
    message,
    effect: "Nothing was sent and nothing was changed.",
    hint,
  });
}
