/** Setting a connector up: what this machine offers, tests of what was entered, saving it, and the sample. */
import { apiKeyFingerprint, apiKeyTail } from "../../cloudsmith/api-key.ts";
import type { CheckResult } from "../../sdk/contracts/connector.ts";
import type { ConnectorDetail, KeyFacts, SettingsInput, SettingsSaved, TestState } from "../contract/connectors.ts";
import { RunningError } from "../failures/running-error.ts";
import type { RunArchive } from "../runs/run-archive.ts";
import type { RunFiles } from "../runs/run-files.ts";
import type { ServiceSupervisor } from "../runs/service-supervisor.ts";
import type { SyncRunner } from "../runs/sync-runner.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import type { ConnectionTests } from "./connection-tests.ts";
import { type AccessParts, accessOf, c1AccessOf } from "./connector-access.ts";
import type { ConnectorRegistry } from "./connector-registry.ts";
import { hasKey } from "./connector-views.ts";
import type { SampleOrganization } from "./sample-organization.ts";
import { emptySettings, readSettings } from "./settings-input.ts";

/** What the desk works with. */
export interface DeskParts {
  readonly store: Store;
  readonly registry: ConnectorRegistry;
  readonly archive: RunArchive;
  readonly files: RunFiles;
  readonly runner: SyncRunner;
  readonly tests: ConnectionTests;
  readonly services: ServiceSupervisor;
  readonly sample: SampleOrganization;
  readonly access: AccessParts;
}

/** Sets connectors up. */
export class SetUpDesk {
  readonly #parts: DeskParts;
  /** Whose a key is, by its fingerprint, as tests have found out. */
  readonly #keyOwners = new Map<string, KeyFacts["owner"]>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Keeps the settings, and starts the first sync where they are complete. @throws RunningError while one runs. */
  async save(id: string, input: SettingsInput): Promise<SettingsSaved> {
    const { registry, runner, store, services } = this.#parts;
    const progress = runner.progress(id);
    if (progress) throw new RunningError(progress.runId);
    const { record, apiKey, c1ClientSecret, notices } = this.#read(id, input);
    const { secrets } = store;
    if (apiKey !== undefined) secrets.set(id, "api-key", apiKey, record.settings.baseUrl);
    else if (record.key?.source !== "entered") secrets.forget(id, "api-key");
    if (c1ClientSecret !== undefined) secrets.set(id, "c1-client-secret", c1ClientSecret, record.settings.c1ClientId);
    const owner = record.key && (this.#keyOwners.get(record.key.fingerprint) ?? record.key.owner);
    const saved = { ...record, key: record.key && { ...record.key, owner } };
    registry.update(id, saved);
    await services.restart(id);
    const startsSync = saved.mode !== "service" && saved.settings.orgSlug !== "" && hasKey(saved, store);
    const runId = startsSync ? runner.start(id, { startedBy: "setup" }) : null;
    return { connector: registry.detail(id), notices, runId };
  }

  /** Begins a test of the kept settings with the input over them; nothing of the input is kept. */
  async test(id: string, input: SettingsInput): Promise<TestState> {
    const { access, archive, registry, tests } = this.#parts;
    const { record, apiKey } = this.#read(id, input);
    const { settings, keyFingerprint, env } = await accessOf(record, access, apiKey);
    const test = tests.start({
      connectorId: id,
      job: { kind: "check", settings },
      env,
      about: archive.factsFor(record),
      onEnd: (state, results) => this.#testEnded(id, keyFingerprint, state, results),
    });
    registry.publish(id);
    return test;
  }

  /** Begins a test of the link to C1. */
  async testC1(id: string): Promise<TestState> {
    const { access, archive, registry, tests } = this.#parts;
    const connector = registry.find(id);
    const c1 = c1AccessOf(connector, access);
    const { settings, env } = await accessOf(connector, access);
    return tests.start({
      connectorId: id,
      job: { kind: "c1-check", settings, c1 },
      env,
      about: archive.factsFor(connector),
      onEnd: () => registry.publish(id),
    });
  }

  /** The sample's connector, made when there is none yet, and synced when it has no file. */
  async startSample(): Promise<ConnectorDetail> {
    const { files, registry, runner, sample, store } = this.#parts;
    const { orgSlug, baseUrl, name, apiKey, owner } = await sample.access();
    const key = {
      source: "sample" as const,
      sourceName: "the sample organization",
      lastFour: apiKeyTail(apiKey) ?? "",
      fingerprint: apiKeyFingerprint(apiKey),
      owner,
    };
    const existing = store.connectors.list().find(({ isSample }) => isSample);
    const { id } = existing ?? registry.insert({ mode: "once", owner: "", isSample: true, name, key });
    registry.update(id, { settings: { ...emptySettings, orgSlug, baseUrl } });
    if (!files.current(id) && !runner.progress(id)) runner.start(id, { startedBy: "setup" });
    return registry.detail(id);
  }

  /** Nothing that is kept goes to another place because of what is entered now: then it is asked for again. */
  #read(id: string, input: SettingsInput): ReturnType<typeof readSettings> {
    const { access, registry, store } = this.#parts;
    const read = readSettings(registry.find(id), input, access.env);
    const { baseUrl, c1ClientId } = read.record.settings;
    const { secrets } = store;
    if (read.apiKey === undefined && read.record.key?.source === "entered")
      secrets.refuseElsewhere(id, "api-key", baseUrl);
    if (read.c1ClientSecret === undefined) secrets.refuseElsewhere(id, "c1-client-secret", c1ClientId);
    return read;
  }

  #testEnded(id: string, fingerprint: string, test: TestState, results: readonly CheckResult[]): void {
    const { registry, store } = this.#parts;
    if (test.keyOwner) this.#keyOwners.set(fingerprint, test.keyOwner);
    const connector = store.connectors.get(id);
    if (connector?.key?.fingerprint !== fingerprint) {
      registry.publish(id);
      return;
    }
    registry.update(id, {
      ...(test.keyOwner && { key: { ...connector.key, owner: test.keyOwner } }),
      ...nameIn(results, connector),
    });
  }
}

/** The organization's own name, as soon as a test has seen it. */
function nameIn(results: readonly CheckResult[], { name }: ConnectorRecord): Pick<ConnectorRecord, "name"> {
  return { name: results.find(({ id }) => id === "organization")?.facts?.["name"] || name };
}
