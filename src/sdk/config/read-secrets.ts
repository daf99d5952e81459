/**
 * Decides for each secret which of its sources counts, and reads that one. A setting beats a systemd credential; two
 * settings for the same secret are an error, because nobody could tell which one is meant.
 */
import { BatonError, Status } from "../errors.ts";
import type { Field, StringField } from "./field.ts";
import { type ConfigInputs, resolveConfig } from "./resolve.ts";
import {
  type ReadSecret,
  readCredential,
  readSecretFile,
  runSecretCommand,
  type SecretPlace,
} from "./secret-source.ts";

/** What was read, by the name of the secret's field. */
export type ReadSecrets = ReadonlyMap<string, ReadSecret>;

/**
 * Reads the secrets whose fields are marked `secretSources` and that no setting gives outright.
 * @param inputs fields, with those of `secretSourceFields` among them, and where their values come from.
 * @throws BatonError BATON-SECRET-SOURCE for two settings, BATON-SECRET-FILE, BATON-SECRET-COMMAND.
 */
export async function readSecrets(inputs: ConfigInputs, place: SecretPlace): Promise<ReadSecrets> {
  const found = new Map<string, ReadSecret>();
  for (const field of inputs.fields) {
    if (!hasSources(field)) continue;
    const secret = await readOne(field, inputs, place);
    if (secret) found.set(field.name, secret);
  }
  return found;
}

function hasSources(field: Field): field is StringField {
  return field.kind === "string" && field.secretSources === true;
}

async function readOne(field: StringField, inputs: ConfigInputs, place: SecretPlace): Promise<ReadSecret | undefined> {
  const { name } = field;
  const [file, command] = [`${name}-file`, `${name}-command`];
  // Variables of other programs are no settings of this one: they come after every source.
  const { fallbackEnvironment: _others, required: _checkedLater, ...own } = field;
  const beside = inputs.fields.filter((other) => other.name === file || other.name === command);
  const settings = resolveConfig({ ...inputs, fields: [own, ...beside], relations: [], secrets: undefined });
  const given = [name, ...beside.map((other) => other.name)].filter((each) => settings.isGiven(each));
  if (given.length > 1) throw ambiguous(given);
  if (given.includes(file)) return await readSecretFile(name, settings.string(file), place);
  if (given.includes(command)) return await runSecretCommand(name, settings.string(command), place);
  return given.length === 0 ? await readCredential(name, place) : undefined;
}

function ambiguous(given: readonly string[]): BatonError {
  return new BatonError({
    code: "BATON-SECRET-SOURCE",
    status: Status.unknown,
    message: `${given.join(" and ")} are both set, and only one of them can count`,
    effect: "Nothing was started.",
    hint: "Remove all but one. Flags, the environment and the configuration file count alike.",
  });
}
