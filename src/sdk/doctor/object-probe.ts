/** The question about an object in S3-compatible storage that a sync is to be written to. Changes nothing. */

import { pass } from "../checks.ts";
import type { Clock } from "../clock.ts";
import { silentLogger } from "../log.ts";
import type { Network } from "../net/network.ts";
import { formatAddress, parseObjectAddress } from "../object-store/object-address.ts";
import { S3Object } from "../object-store/s3-object.ts";
import type { Probe } from "./probe.ts";

/** What the probe needs to know. */
export interface ObjectProbeOptions {
  /** The address as it was given. */
  readonly address: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly network: Network;
  readonly clock: Clock;
}

/** Library, credentials, storage and bucket. Whether the object may be written is not tried. */
export function objectProbe({ address: text, env, network, clock }: ObjectProbeOptions): Probe {
  return {
    id: "object",
    title: "The object can be read where it is to lie",
    async run() {
      const address = parseObjectAddress(text);
      if (address === undefined) throw new TypeError(`${text} is no address`);
      using object = await S3Object.open({ address, env, network, clock, logger: silentLogger });
      const bytes = await object.size();
      const name = formatAddress(address);
      return pass(bytes === undefined ? `There is no ${name} yet.` : `${name} has ${bytes} bytes.`);
    },
  };
}
