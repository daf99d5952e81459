/**
 * A real HTTP server on 127.0.0.1 that answers as Cloudsmith does for one synthetic organization: what the sandbox
 * command serves and what tests sync from. Must not know the connector.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../src/sdk/clock.ts";
import { BatonError, Status } from "../src/sdk/errors.ts";
import type { Answer } from "./endpoints/answer.ts";
import { Responder, withRateHeaders } from "./endpoints/responder.ts";
import { destructiveGet } from "./endpoints/routes.ts";
import { deliver, type Wait } from "./faults/delivery.ts";
import { spoil } from "./faults/fault-answers.ts";
import { type Fault, FaultPlan } from "./faults/faults.ts";
import { readRequest, type SandboxRequest } from "./incoming.ts";
import { type KeyName, KeyRing, type Keys } from "./keys.ts";
import { OrganizationEditor } from "./organization/editor.ts";
import type { Member, Organization, Service } from "./organization/model.ts";
import { createOrganization, type OrganizationOptions } from "./organization/organization.ts";
import { createRandom } from "./random.ts";
import { defaultRateLimit, RateLimiter, type RateLimitOptions } from "./rate-limit.ts";
import { type Counters, type LoggedRequest, RequestLog } from "./request-log.ts";
import { defaultSwitches, type Switches } from "./switches.ts";

/** May give an answer in place of the sandbox's own, or change the organization before it answers. */
export type RequestHook = (request: SandboxRequest) => Answer | undefined | Promise<Answer | undefined>;

/** How to start; the switches can be given here and changed later. With `newTeamMs` the last team is a new one. */
export interface SandboxOptions extends Partial<Switches> {
  /** An organization, or what to make one from. Default: 120 members, 12 teams, seed 1. */
  readonly organization?: Organization | OrganizationOptions;
  /** Port to listen on; default 0, any free one. */
  readonly port?: number;
  /** Budget of each key; default 1,000,000 requests an hour. */
  readonly rateLimit?: RateLimitOptions;
  readonly faults?: readonly Fault[];
  /** Renders lists once and serves slices of them, so that a benchmark measures its client. Default false. */
  readonly prepare?: boolean;
  /** Time and waiting; default the real ones. */
  readonly clock?: Clock;
}

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** Base address with `/v1`; the same without `/v1` works as well. */
  readonly baseUrl: string;
  readonly port: number;
  /** As it is now; change it through `edit`. */
  readonly organization: Organization;
  readonly keys: Keys;
  /** All requests since the start or the last `resetLog`, in order of arrival. */
  readonly requests: readonly LoggedRequest[];
  readonly counters: Counters;
  /** Behaviour; assign to change it. */
  readonly switches: Switches;
  readonly edit: OrganizationEditor;
  /** Orders a fault. */
  addFault(fault: Fault): void;
  /** Cancels ordered faults; what fired stays counted. */
  clearFaults(): void;
  /** Asks `hook` before each request; returns what takes it off again. The first hook with an answer wins. */
  onRequest(hook: RequestHook): () => void;
  /** Whose key it is; undefined when the organization had nobody of that role at the start. */
  holder(name: KeyName): Member | Service | undefined;
  /** Makes a key bad from now on. */
  revokeKey(name: KeyName): void;
  /** Uses up budget of a key, as another client of the same key would. */
  spendRateLimit(name: KeyName, requests: number): void;
  /** Forgets the requests and counts so far, but not the faults that fired. */
  resetLog(): void;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox.
 *
 * @throws BatonError `SANDBOX-PORT` when the port cannot be listened on, `SANDBOX-OPTION` for an impossible organization
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = new SandboxServer(options);
  await sandbox.listen(options.port ?? 0);
  return sandbox;
}

class SandboxServer implements Sandbox {
  readonly organization: Organization;
  readonly keys: Keys;
  readonly switches: Switches;
  readonly edit: OrganizationEditor;
  #port = 0;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #keyRing: KeyRing;
  readonly #limiter: RateLimiter;
  readonly #responder: Responder;
  readonly #faults: FaultPlan;
  readonly #log = new RequestLog();
  readonly #hooks = new Set<RequestHook>();

  constructor(options: SandboxOptions) {
    const { organization: given = {}, prepare = false } = options;
    const organization = "revision" in given ? given : createOrganization(given);
    this.organization = organization;
    this.switches = readSwitches(options);
    this.#clock = options.clock ?? systemClock;
    const nowMs = (): number => this.#clock.nowMs();
    this.edit = new OrganizationEditor(organization, nowMs);
    const lastTeam = organization.teams.at(-1);
    if (options.newTeamMs !== undefined && lastTeam) lastTeam.madeAtMs = nowMs();
    this.#keyRing = new KeyRing(organization, nowMs());
    this.keys = this.#keyRing.keys;
    this.#limiter = new RateLimiter(options.rateLimit ?? defaultRateLimit, this.#clock);
    this.#faults = new FaultPlan(organization.seed);
    for (const fault of options.faults ?? []) this.#faults.add(fault);
    this.#responder = new Responder({
      organization,
      keyRing: this.#keyRing,
      limiter: this.#limiter,
      switches: this.switches,
      prepare,
      random: createRandom(organization.seed, "order"),
      baseUrl: () => this.baseUrl,
      nowMs,
    });
    if (prepare) this.#responder.prepareLists();
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    // A client may sit on an idle connection through a long pause; hanging up on it is a fault to order, not a habit.
    this.#server.keepAliveTimeout = 0;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  get port(): number {
    return this.#port;
  }

  get requests(): readonly LoggedRequest[] {
    return this.#log.entries;
  }

  get counters(): Counters {
    const { refusedMethods, destructiveGets, maxInFlight } = this.#log;
    return { refusedMethods, destructiveGets, maxInFlight, faultsFired: this.#faults.fired };
  }

  async listen(port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    await promise.catch((cause: unknown) => {
      throw portError(port, cause);
    });
    const address = this.#server.address();
    this.#port = typeof address === "object" && address ? address.port : port;
  }

  addFault(fault: Fault): void {
    this.#faults.add(fault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  onRequest(hook: RequestHook): () => void {
    this.#hooks.add(hook);
    return () => {
      this.#hooks.delete(hook);
    };
  }

  holder(name: KeyName): Member | Service | undefined {
    return this.#keyRing.holder(name);
  }

  revokeKey(name: KeyName): void {
    this.#keyRing.revoke(name);
  }

  spendRateLimit(name: KeyName, requests: number): void {
    this.#limiter.spend(name, requests);
  }

  resetLog(): void {
    this.#log.reset();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = readRequest(message);
    const caller = this.#responder.identify(request.headers);
    const fault = this.#faults.next(request);
    const entry = this.#log.open({
      method: request.method,
      path: request.path,
      query: request.queryText,
      caller: "key" in caller ? caller.key : caller.kind,
      status: 0,
      fault: fault && (fault.name ?? fault.kind),
      startedAtMs: this.#clock.nowMs(),
    });
    const hangUp = new AbortController();
    response.once("close", () => {
      this.#log.close();
      hangUp.abort();
    });
    try {
      const wait = this.#waiter(hangUp.signal);
      if (this.#isNeverServed(request)) await wait(undefined);
      const answer = await this.#answer(request, fault);
      if (this.switches.latencyMs > 0) await wait(this.switches.latencyMs);
      await deliver(response, answer, fault, wait);
    } catch (error) {
      if (hangUp.signal.aborted || response.headersSent) return; // the client left before it had all
      // A hook that throws fails the request it was asked about, not the process.
      response.writeHead(500, { "Content-Type": "text/plain" }).end(`The sandbox failed: ${String(error)}`);
    } finally {
      entry.status = response.headersSent ? response.statusCode : 0;
    }
  }

  async #answer(request: SandboxRequest, fault: Fault | undefined): Promise<Answer> {
    if (request.method !== "GET") this.#log.refusedMethods++;
    else if (destructiveGet.test(request.path)) this.#log.destructiveGets++;
    const hooked = await this.#askHooks(request);
    // Only now: a hook may have changed who the caller is.
    const caller = this.#responder.identify(request.headers);
    const rate = this.#responder.spend(caller);
    const answer = hooked ?? this.#responder.answer(request, caller, rate);
    if (!fault) return withRateHeaders(answer, rate);
    const pageAt = (offset: number): Answer => {
      const query = new URLSearchParams(request.query);
      query.set("page", String(request.page + offset));
      return this.#responder.answer({ ...request, query }, caller, rate);
    };
    return withRateHeaders(spoil(answer, fault, pageAt), rate);
  }

  #isNeverServed({ query }: SandboxRequest): boolean {
    const { largePages } = this.switches;
    return largePages?.end === "silence" && Number(query.get("page_size")) > largePages.over;
  }

  async #askHooks(request: SandboxRequest): Promise<Answer | undefined> {
    for (const hook of this.#hooks) {
      const answer = await hook(request);
      if (answer) return answer;
    }
    return undefined;
  }

  #waiter(signal: AbortSignal): Wait {
    return (ms) => (ms === undefined ? untilAborted(signal) : this.#clock.sleep(ms, signal));
  }
}

/** Never resolves; rejects once the signal aborts. */
function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

function readSwitches(options: SandboxOptions): Switches {
  const d = defaultSwitches;
  return {
    isActiveSemantics: options.isActiveSemantics ?? d.isActiveSemantics,
    membersCarryTeams: options.membersCarryTeams ?? d.membersCarryTeams,
    filterMemberTeams: options.filterMemberTeams ?? d.filterMemberTeams,
    redactedEmails: options.redactedEmails ?? d.redactedEmails,
    paginationHeaders: options.paginationHeaders ?? d.paginationHeaders,
    latencyMs: options.latencyMs ?? d.latencyMs,
    ignorePageSize: options.ignorePageSize ?? d.ignorePageSize,
    unstableSort: options.unstableSort ?? d.unstableSort,
    tiesTurn: options.tiesTurn ?? d.tiesTurn,
    ignoreUserKind: options.ignoreUserKind ?? d.ignoreUserKind,
    summaryRows: options.summaryRows ?? d.summaryRows,
    largePages: options.largePages ?? d.largePages,
    newTeamMs: options.newTeamMs ?? d.newTeamMs,
    keyRule: options.keyRule ?? d.keyRule,
    wrongKey: options.wrongKey ?? d.wrongKey,
  };
}

function portError(port: number, cause: unknown): BatonError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BatonError({
    code: "SANDBOX-PORT",
    status: Status.failedPrecondition,
    message: `The sandbox cannot listen on port ${port} of 127.0.0.1: ${reason}.`,
    effect: "The sandbox did not start.",
    hint: "Choose another port, or 0 for any free one.",
    cause,
  });
}
