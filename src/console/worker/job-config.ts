/** The settings of a job in the form in which the rest of the program takes settings. */
import { fields } from "../../cloudsmith/config.ts";
import { environmentVariable } from "../../sdk/config/field.ts";
import { standardRelations } from "../../sdk/config/relations.ts";
import { type ResolvedConfig, resolveConfig } from "../../sdk/config/resolve.ts";
import { standardFields } from "../../sdk/config/standard-fields.ts";
import { validateConfig } from "../../sdk/config/validate.ts";
import type { ConnectorJob } from "./messages.ts";

/**
 * Resolves what the job says and nothing else: neither flags nor environment nor a configuration file count here.
 * @throws BatonError with a BATON-CONFIG code.
 */
export function jobConfig(job: ConnectorJob, nowMs: number): ResolvedConfig {
  const { apiKey, keySource, orgSlug, baseUrl, timeoutSeconds, requested, storageEngine } = job.settings;
  const env: Record<string, string> = {
    BATON_ORG_SLUG: orgSlug,
    BATON_BASE_URL: baseUrl,
    BATON_HTTP_TIMEOUT_SECONDS: String(timeoutSeconds),
    BATON_STORAGE_ENGINE: storageEngine,
  };
  for (const name of requested) env[environmentVariable(name)] = "true";
  const secrets = new Map([["api-key", { value: apiKey, from: keySource }]]);
  if (job.kind === "sync") Object.assign(env, { BATON_FILE: job.file, BATON_C1Z_TEMP_DIR: job.tempDir });
  if ("c1" in job) {
    env["BATON_CLIENT_ID"] = job.c1.clientId;
    secrets.set("client-secret", { value: job.c1.clientSecret, from: "the console" });
  }
  const config = resolveConfig({
    fields: [...standardFields({ stdoutIsTty: false, nowMs }), ...fields],
    relations: standardRelations,
    argv: new Map(),
    env,
    secrets,
  });
  validateConfig(config);
  return config;
}
