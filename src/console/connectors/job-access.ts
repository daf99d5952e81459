/** What a connector's jobs are made with: its key from wherever it is kept, its address, the environment. */
import { secretFingerprint } from "../../sdk/config/pasted-secret.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { ServiceSettings } from "../runs/service-supervisor.ts";
import type { RunSettings } from "../runs/sync-runner.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import { jobEnvironment } from "../worker/job-environment.ts";
import type { JobSettings } from "../worker/messages.ts";
import type { SampleOrganization } from "./sample-organization.ts";
import { chosenKey } from "./settings-input.ts";

/** Where connectors and their keys are. */
export interface AccessParts {
  readonly store: Pick<Store, "connectors" | "secrets">;
  readonly sample: SampleOrganization;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The organization that is read, and with which key. */
type OrganizationAccess = Pick<JobSettings, "orgSlug" | "baseUrl" | "apiKey" | "keySource">;

/** Gives jobs what they are made with, at the moment at which they begin. */
export class JobAccess {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** @throws BatonError `CONSOLE-NO-CONNECTOR` */
  find(id: string): ConnectorRecord {
    const connector = this.#parts.store.connectors.get(id);
    if (connector) return connector;
    throw new BatonError({
      code: "CONSOLE-NO-CONNECTOR",
      status: Status.notFound,
      message: "There is no such connector, or it was removed.",
      effect: "Nothing was done.",
      hint: "Go back to the list of connectors.",
    });
  }

  /**
   * The settings of a sync.
   * @throws BatonError `CONSOLE-NO-CONNECTOR`, `CONSOLE-NOT-SET-UP`, `CONSOLE-KEY-GONE`, `CONSOLE-OTHER-HOST` or
   * `CONSOLE-SEALED`.
   */
  async ofSync(id: string): Promise<RunSettings> {
    const connector = this.find(id);
    if (connector.isSample) await this.#parts.sample.beforeSync(connector.currentRunId !== null);
    return await this.of(connector);
  }

  /** The settings of the service for C1. @throws BatonError as `ofSync` does */
  async ofService(id: string): Promise<ServiceSettings> {
    const connector = this.find(id);
    const { c1ClientId: clientId } = connector.settings;
    if (clientId === "") throw notSetUp("C1 client id");
    const clientSecret = this.#parts.store.secrets.get(id, "c1-client-secret", clientId);
    if (clientSecret === undefined) throw notSetUp("C1 client secret");
    return { ...(await this.of(connector)), c1: { clientId, clientSecret } };
  }

  /** The settings of a job of a connector that may differ from the kept one. @param apiKey a key that is not kept. */
  async of(connector: ConnectorRecord, apiKey?: string): Promise<RunSettings> {
    const { settings, isSample } = connector;
    const { timeoutSeconds, requested, storageEngine } = settings;
    const access = isSample ? await this.#sampleAccess() : this.#organizationAccess(connector, apiKey);
    return {
      settings: { ...access, timeoutSeconds, requested, storageEngine },
      keyFingerprint: secretFingerprint(access.apiKey),
      env: jobEnvironment(this.#parts.env, settings),
    };
  }

  async #sampleAccess(): Promise<OrganizationAccess> {
    const { baseUrl, orgSlug, apiKey } = await this.#parts.sample.access();
    return { baseUrl, orgSlug, apiKey, keySource: "the sample organization" };
  }

  #organizationAccess(connector: ConnectorRecord, apiKey: string | undefined): OrganizationAccess {
    const { orgSlug, baseUrl } = connector.settings;
    if (orgSlug === "") throw notSetUp("organization slug");
    const keySource = connector.key === null || apiKey !== undefined ? "the console" : sourceInWords(connector.key);
    return { orgSlug, baseUrl, apiKey: apiKey ?? this.#storedKey(connector), keySource };
  }

  #storedKey({ id, key, settings }: ConnectorRecord): string {
    const { env, store } = this.#parts;
    if (key === null) throw notSetUp("API key");
    if (key.source !== "entered") return chosenKey(key.source, env, settings.baseUrl, key.sourceName).value;
    const entered = store.secrets.get(id, "api-key", settings.baseUrl);
    if (entered !== undefined) return entered;
    throw new BatonError({
      code: "CONSOLE-KEY-GONE",
      status: Status.failedPrecondition,
      message: "The API key was kept in memory only, and the console has been restarted since.",
      effect: "Nothing was sent.",
      hint: "Enter the key again under Settings.",
      fatal: true,
    });
  }
}

function sourceInWords({ source, sourceName }: NonNullable<ConnectorRecord["key"]>): string {
  return source === "environment"
    ? `environment ${sourceName}`
    : source === "entered"
      ? "the console"
      : `file ${sourceName}`;
}

function notSetUp(what: string): BatonError {
  return new BatonError({
    code: "CONSOLE-NOT-SET-UP",
    status: Status.failedPrecondition,
    message: `The connector has no ${what} yet.`,
    effect: "Nothing was sent.",
    hint: "Enter it under Settings.",
    fatal: true,
  });
}
