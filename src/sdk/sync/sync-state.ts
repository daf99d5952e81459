/**
 * What is left to do of a sync, as a stack of actions, and its JSON form (c1z: sync_runs.sync_token). The form is
 * the one of the Go SDK, member names and order included, so that either can take up what the other left.
 */
import { BatonError, Status } from "../errors.ts";

/** Steps that the stack can hold (names as stored). */
export type Operation =
  | "init"
  | "list-resource-types"
  | "list-resources"
  | "list-static-entitlements"
  | "list-entitlements"
  | "list-grants"
  | "grant-expansion"
  | "targeted-resource-sync";

const operations: ReadonlySet<string> = new Set<Operation>([
  "init",
  "list-resource-types",
  "list-resources",
  "list-static-entitlements",
  "list-entitlements",
  "list-grants",
  "grant-expansion",
  "targeted-resource-sync",
]);

/** One thing to do. An action without a resource type is the planner of its operation. */
export interface Action {
  /** Ten decimal digits, ascending in the order of creation. */
  readonly id: string;
  readonly operation: Operation;
  readonly pageToken: string;
  readonly resourceTypeId: string;
  readonly resourceId: string;
  readonly parentResourceTypeId: string;
  readonly parentResourceId: string;
  /** Begun by a cursor that a connector enqueued. */
  readonly spawned: boolean;
}

/** What a new action is made of; text left out is "". */
export type ActionInit = Pick<Action, "operation"> & Partial<Omit<Action, "id" | "operation">>;

/** Flags that belong to the sync and must survive a resume. */
export interface SyncFlags {
  needsExpansion: boolean;
  shouldSkipEntitlementsAndGrants: boolean;
  /** Only in a targeted sync. */
  shouldSkipGrants: boolean;
}

interface StoredAction {
  readonly id: string;
  readonly operation: string;
  readonly page_token?: string;
  readonly resource_type_id?: string;
  readonly resource_id?: string;
  readonly parent_resource_type_id?: string;
  readonly parent_resource_id?: string;
  readonly spawned?: boolean;
}

interface StoredState {
  readonly actions_map?: Readonly<Record<string, StoredAction>>;
  readonly action_order?: readonly string[];
  readonly current_action_id?: number;
  readonly needs_expansion?: boolean;
  readonly should_skip_entitlements_and_grants?: boolean;
  readonly should_skip_grants?: boolean;
  readonly completed_actions_count?: number;
  readonly version?: number;
}

/** The stack of actions of one sync. */
export class SyncState {
  readonly flags: SyncFlags = {
    needsExpansion: false,
    shouldSkipEntitlementsAndGrants: false,
    shouldSkipGrants: false,
  };
  /** Bottom to top; what runs is always near the top. */
  readonly #stack: Action[] = [];
  #nextId = 0;
  #completed = 0;

  /** The state of a sync that has not begun: one `init` action. */
  static initial(): SyncState {
    const state = new SyncState();
    state.push({ operation: "init" });
    return state;
  }

  /**
   * Reads a stored token; "" is the initial state.
   * @throws BatonError `BATON-TOKEN` when the token is not one that this engine can go on from.
   */
  static parse(token: string): SyncState {
    if (token === "") return SyncState.initial();
    const stored = parseStored(token);
    const state = new SyncState();
    state.flags.needsExpansion = stored.needs_expansion ?? false;
    state.flags.shouldSkipEntitlementsAndGrants = stored.should_skip_entitlements_and_grants ?? false;
    state.flags.shouldSkipGrants = stored.should_skip_grants ?? false;
    state.#completed = stored.completed_actions_count ?? 0;
    state.#nextId = stored.current_action_id ?? 0;
    for (const id of stored.action_order ?? []) {
      const action = stored.actions_map?.[id];
      if (!action) throw unusableToken(`action ${id} is missing`);
      state.#stack.push(fromStored(action));
    }
    if (state.isDone) state.push({ operation: "init" });
    return state;
  }

  /** Actions finished so far, over all runs of this sync. */
  get completed(): number {
    return this.#completed;
  }

  /** True when nothing is left to do. */
  get isDone(): boolean {
    return this.#stack.length === 0;
  }

  /** Puts an action on top. */
  push(init: ActionInit): Action {
    const action: Action = {
      id: String(this.#nextId++).padStart(10, "0"),
      operation: init.operation,
      pageToken: init.pageToken ?? "",
      resourceTypeId: init.resourceTypeId ?? "",
      resourceId: init.resourceId ?? "",
      parentResourceTypeId: init.parentResourceTypeId ?? "",
      parentResourceId: init.parentResourceId ?? "",
      spawned: init.spawned ?? false,
    };
    this.#stack.push(action);
    return action;
  }

  /** The topmost action. */
  top(): Action | undefined {
    return this.#stack.at(-1);
  }

  /** The topmost action that is not `taken`, as long as all above it have its operation: what may run side by side. */
  next(taken: ReadonlySet<string>): Action | undefined {
    const operation = this.top()?.operation;
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const action = this.#stack[i];
      if (action?.operation !== operation) return undefined;
      if (action && !taken.has(action.id)) return action;
    }
    return undefined;
  }

  /** The action of that id, as it is now; undefined once it is finished. */
  find(id: string): Action | undefined {
    return this.#stack[this.#indexOf(id)];
  }

  /** Remembers the page that an action reads next. */
  setPageToken(id: string, pageToken: string): void {
    const index = this.#indexOf(id);
    const action = this.#stack[index];
    if (action) this.#stack[index] = { ...action, pageToken };
  }

  /** Takes a finished action off. */
  finish(id: string): void {
    const index = this.#indexOf(id);
    if (index < 0) return;
    this.#stack.splice(index, 1);
    this.#completed++;
  }

  #indexOf(id: string): number {
    return this.#stack.findLastIndex((action) => action.id === id);
  }

  /** The token to store. */
  serialize(): string {
    const actions = this.#stack;
    return JSON.stringify({
      ...(actions.length > 0 && {
        actions_map: Object.fromEntries(actions.map((action) => [action.id, toStored(action)])),
        action_order: actions.map((action) => action.id),
      }),
      current_action_id: this.#nextId,
      ...(this.flags.needsExpansion && { needs_expansion: true }),
      ...(this.flags.shouldSkipEntitlementsAndGrants && { should_skip_entitlements_and_grants: true }),
      ...(this.flags.shouldSkipGrants && { should_skip_grants: true }),
      ...(this.#completed > 0 && { completed_actions_count: this.#completed }),
      ingest_quality: {},
      version: actions.some((action) => action.spawned) ? 2 : 1,
    });
  }
}

function parseStored(token: string): StoredState {
  let stored: unknown;
  try {
    stored = JSON.parse(token);
  } catch (cause) {
    throw unusableToken("it is not JSON", cause);
  }
  if (typeof stored !== "object" || stored === null) throw unusableToken("it is not an object");
  const state: StoredState = stored;
  if (state.version !== 1 && state.version !== 2) throw unusableToken(`its version is ${String(state.version)}`);
  return state;
}

function fromStored(stored: StoredAction): Action {
  if (!isOperation(stored.operation)) throw unusableToken(`it holds the step ${stored.operation}`);
  return {
    id: stored.id,
    operation: stored.operation,
    pageToken: stored.page_token ?? "",
    resourceTypeId: stored.resource_type_id ?? "",
    resourceId: stored.resource_id ?? "",
    parentResourceTypeId: stored.parent_resource_type_id ?? "",
    parentResourceId: stored.parent_resource_id ?? "",
    spawned: stored.spawned ?? false,
  };
}

function isOperation(text: string): text is Operation {
  return operations.has(text);
}

function toStored(action: Action): StoredAction {
  // An expansion's page belongs to a graph that is not kept: it always begins anew.
  const pageToken = action.operation === "grant-expansion" ? "" : action.pageToken;
  return {
    id: action.id,
    operation: action.operation,
    ...(pageToken !== "" && { page_token: pageToken }),
    ...(action.resourceTypeId !== "" && { resource_type_id: action.resourceTypeId }),
    ...(action.resourceId !== "" && { resource_id: action.resourceId }),
    ...(action.parentResourceTypeId !== "" && { parent_resource_type_id: action.parentResourceTypeId }),
    ...(action.parentResourceId !== "" && { parent_resource_id: action.parentResourceId }),
    ...(action.spawned && { spawned: true }),
  };
}

function unusableToken(reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "BATON-TOKEN",
    status: Status.failedPrecondition,
    message: `The unfinished sync in the file cannot be taken up again: ${reason}.`,
    effect: "Nothing was read or written.",
    hint: "Write to another file with --file, or let the tool that began this sync finish it.",
    cause,
  });
}
