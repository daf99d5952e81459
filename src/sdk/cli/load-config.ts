/** Brings flags, environment and configuration file together for a command. */
import { readConfigFile } from "../config/config-file.ts";
import { readSecrets } from "../config/read-secrets.ts";
import { standardRelations } from "../config/relations.ts";
import { type ConfigInputs, resolveConfig } from "../config/resolve.ts";
import type { ResolvedConfig } from "../config/resolved-config.ts";
import { validateConfig } from "../config/validate.ts";
import type { Invocation } from "./app.ts";

/**
 * Reads, resolves and checks standard and connector fields. From then on their secrets are redacted. Called again, it
 * reads files and commands again: that is how a running service learns of a new key.
 * @throws BatonError with a BATON-CONFIG or BATON-SECRET code.
 */
export async function loadConfig({ app, io, redactor, standardFields, flags }: Invocation): Promise<ResolvedConfig> {
  const file = await readConfigFile({ env: io.env, cwd: io.cwd });
  const inputs: ConfigInputs = {
    fields: [...standardFields, ...app.fields],
    relations: [...standardRelations, ...(app.relations ?? [])],
    argv: flags.values,
    env: io.env,
    file,
  };
  const config = resolveConfig({ ...inputs, secrets: await readSecrets(inputs, io) });
  for (const secret of config.secrets()) redactor.add(secret);
  if (secretFlags(config).length > 0) io.hideArguments();
  validateConfig(config);
  return config;
}

/** Resolves the standard fields only; nothing is required. For commands that need no connector. */
export async function loadStandardConfig({ io, standardFields, flags }: Invocation): Promise<ResolvedConfig> {
  const file = await readConfigFile({ env: io.env, cwd: io.cwd });
  return resolveConfig({ fields: standardFields, relations: [], argv: flags.values, env: io.env, file });
}

/** Names of secret fields whose value was given as a flag, where other users of the machine may see it. */
export function secretFlags(config: ResolvedConfig): readonly string[] {
  return config
    .all()
    .filter(({ field, source }) => field.secret === true && source.kind === "flag")
    .map(({ field }) => field.name);
}
