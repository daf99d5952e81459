/** The made-up organization behind the sample connector: served by this process, the same one after every start. */
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";

/** Same seed, same people, same keys: the sample that a restarted console finds is the one that it left. */
const seed = 2024;
const members = 240;

/** Where it answers and with which key. */
export interface SampleAccess {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Starts it when it is first asked for. */
export class SampleOrganization {
  #starting: Promise<Sandbox> | undefined;

  /** Starts the organization if need be. */
  async access(): Promise<SampleAccess & { readonly orgSlug: string; readonly name: string }> {
    this.#starting ??= startSandbox({ organization: { seed, members } });
    const { baseUrl, keys, organization } = await this.#starting;
    return { baseUrl, apiKey: keys.service, orgSlug: organization.slug, name: organization.name };
  }

  async close(): Promise<void> {
    await (await this.#starting)?.close();
  }
}
