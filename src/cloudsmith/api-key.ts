/** Reads the API key from what people paste. */
import { unwrapPasted } from "../sdk/config/pasted.ts";
import { type PastedSecret, readPastedSecret } from "../sdk/config/pasted-secret.ts";
import { BatonError, Status } from "../sdk/errors.ts";

/** A key ready to be sent. */
export interface ApiKey extends Omit<PastedSecret, "isFromSections"> {
  /** True when it stood in the credentials.ini of the Cloudsmith CLI, or is the one of its variable. */
  readonly isOfCli: boolean;
}

/** The Cloudsmith CLI's environment, as far as it decides which key of its file counts, and which key is its own. */
export interface CliEnvironment {
  readonly CLOUDSMITH_PROFILE?: string | undefined;
  readonly CLOUDSMITH_API_KEY?: string | undefined;
}

/**
 * Takes off what belongs to the place that the key was copied from, saying so. The format of keys is not checked: service
 * accounts may use tokens of another form. What cannot be a key for certain is refused by name.
 *
 * @throws BatonError `CS-CONFIG-API-KEY`; the message never quotes the input
 */
export function parseApiKey(text: string, env: CliEnvironment = {}): ApiKey {
  const { CLOUDSMITH_PROFILE: profile, CLOUDSMITH_API_KEY: ofVariable } = env;
  const options = {
    label: "API key",
    names: /(api[-_]?key|token|^key)$/i,
    section: profile ? `profile:${profile.toLowerCase()}` : undefined,
    refuse: invalid,
  };
  if (repositoryAddress.test(text.trim())) {
    throw invalid(
      "is the address of a repository; what stands in such addresses are entitlement tokens, for downloads",
    );
  }
  const { isFromSections, ...secret } = readPastedSecret(text, options);
  const isOfVariable = ofVariable !== undefined && unwrapPasted(ofVariable, options.names).value === secret.value;
  return { ...secret, isOfCli: isFromSections || isOfVariable };
}

const repositoryAddress = /^https?:\/\/(?:[^/]*@)?[\w.-]*\bcloudsmith\.(?:io|com)\//i;

function invalid(
  problem: string,
  hint = "Copy the key again from Cloudsmith: it is shown when the key is created or refreshed.",
): BatonError {
  return new BatonError({
    code: "CS-CONFIG-API-KEY",
    status: Status.unknown,
    message: `The API key ${problem}.`,
    effect: "Nothing was sent.",
    hint,
    fatal: true,
  });
}
