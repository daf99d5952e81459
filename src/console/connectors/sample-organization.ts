/** The made-up organization behind the sample connector: served by this process, the same one after every start. */

import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { KeyFacts } from "../contract/connectors.ts";
import { liveOn, sampleOrganization } from "./sample-people.ts";

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
  readonly #clock: Clock;
  #starting: Promise<Sandbox> | undefined;
  #hasLivedOn: boolean = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts the organization if need be. */
  async access(): Promise<SampleAccess> {
    this.#starting ??= startSandbox({ organization: sampleOrganization(this.#clock.nowMs()) });
    const sandbox = await this.#starting;
    const { baseUrl, keys, organization } = sandbox;
    const holder = sandbox.holder("service");
    const owner =
      holder && "slug" in holder ? { slug: holder.slug, name: holder.name, kind: "service" as const } : null;
    return { baseUrl, apiKey: keys.service, orgSlug: organization.slug, name: organization.name, owner };
  }

  /** A later sync finds that things happened since the first one. @param hasFile a sync has been there. */
  async beforeSync(hasFile: boolean): Promise<void> {
    if (!hasFile || this.#hasLivedOn) return;
    await this.access();
    const sandbox = await this.#starting;
    if (sandbox) liveOn(sandbox.organization, this.#clock.nowMs());
    this.#hasLivedOn = true;
  }

  async close(): Promise<void> {
    await (await this.#starting)?.close();
  }
}
