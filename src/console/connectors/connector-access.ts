/** What a connector's jobs are made with: its key from wherever it is kept, its address, the environment. */
import { apiKeyFingerprint } from "../../cloudsmith/api-key.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { RunSettings } from "../runs/sync-runner.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { SecretVault } from "../store/secret-vault.ts";
import { jobEnvironment } from "../worker/job-environment.ts";
import type { C1Settings } from "../worker/messages.ts";
import type { SampleOrganization } from "./sample-organization.ts";
import { chosenKey } from "./settings-input.ts";

/** Where keys are. */
export interface AccessParts {
  readonly secrets: SecretVault;
  readonly sample: SampleOrganization;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings of a job.
 * @param apiKey a key that is not kept yet; undefined: the connector's own.
 * @throws BatonError `CONSOLE-NOT-SET-UP`, `CONSOLE-KEY-GONE`, `CONSOLE-OTHER-HOST` or `CONSOLE-SEALED`.
 */
export async function accessOf(connector: ConnectorRecord, parts: AccessParts, apiKey?: string): Promise<RunSettings> {
  const { settings } = connector;
  const env = jobEnvironment(parts.env, settings);
  if (connector.isSample) {
    const sample = await parts.sample.access();
    const { baseUrl, orgSlug, apiKey: key } = sample;
    return {
      settings: { baseUrl, orgSlug, apiKey: key, keySource: "the sample organization" },
      keyFingerprint: apiKeyFingerprint(key),
      env,
    };
  }
  if (settings.orgSlug === "") throw notSetUp("organization slug");
  const key = apiKey ?? storedKey(connector, parts);
  const { orgSlug, baseUrl } = settings;
  const keySource = connector.key === null || apiKey !== undefined ? "the console" : sourceInWords(connector.key);
  return { settings: { orgSlug, baseUrl, apiKey: key, keySource }, keyFingerprint: apiKeyFingerprint(key), env };
}

/** The credentials of the link to C1. @throws BatonError `CONSOLE-NOT-SET-UP`, `CONSOLE-OTHER-HOST` or `CONSOLE-SEALED`. */
export function c1AccessOf({ id, settings }: ConnectorRecord, { secrets }: AccessParts): C1Settings {
  const clientSecret = secrets.get(id, "c1-client-secret", settings.c1ClientId);
  if (settings.c1ClientId === "") throw notSetUp("C1 client id");
  if (clientSecret === undefined) throw notSetUp("C1 client secret");
  return { clientId: settings.c1ClientId, clientSecret };
}

function storedKey({ id, key, settings }: ConnectorRecord, { secrets, env }: AccessParts): string {
  if (key === null) throw notSetUp("API key");
  if (key.source !== "entered") return chosenKey(key.source, env, settings.baseUrl, key.sourceName).value;
  const entered = secrets.get(id, "api-key", settings.baseUrl);
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
