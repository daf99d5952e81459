/** The made-up organization behind the sample connector: served by this process, the same one after every start. */

import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import type { KeyFacts } from "../contract/connectors.ts";

/** Same seed, same people, same keys: the sample that a restarted console finds is the one that it left. */
const seed = 2024;
const members = 240;

/** Where it answers and with which key. */
export interface SampleAccess {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly orgSlug: string;
  readonly name: string;
  /** Whose key it is. */
  readonly owner: KeyFacts["owner"];
}

/** Starts it when it is first asked for. */
export class SampleOrganization {
  #starting: Promise<Sandbox> | undefined;

  /** Starts the organization if need be. */
  async access(): Promise<SampleAccess> {
    this.#starting ??= startSandbox({ organization: { seed, members } });
    const sandbox = await this.#starting;
    const { baseUrl, keys, organization } = sandbox;
    const holder = sandbox.holder("service");
    const owner =
      holder && "slug" in holder ? { slug: holder.slug, name: holder.name, kind: "service" as const } : null;
    return { baseUrl, apiKey: keys.service, orgSlug: organization.slug, name: organization.name, owner };
  }

  async close(): Promise<void> {
    await (await this.#starting)?.close();
  }
}
