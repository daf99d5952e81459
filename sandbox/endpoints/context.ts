/** What an endpoint gets to answer from. */

import type { Caller, KeyName } from "../keys.ts";
import type { Directory } from "../organization/directory.ts";
import type { Random } from "../random.ts";
import type { RateState } from "../rate-limit.ts";
import type { Switches } from "../switches.ts";
import type { SelfFields } from "./bodies.ts";
import type { Insider, View } from "./view.ts";

/** What every endpoint gets. */
export interface AnyContext {
  readonly caller: Caller;
  readonly directory: Directory;
  readonly query: URLSearchParams;
  /** Address asked for, without query, for `Link` headers. */
  readonly url: string;
  readonly rate: RateState;
  readonly switches: Readonly<Switches>;
  /** Whether lists are rendered as a whole and kept, see OrganizationOptions of the server. */
  readonly prepare: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** When the keys were made, milliseconds since the epoch. */
  readonly keysMadeAtMs: number;
  /** Chance for unstable sorting. */
  readonly random: Random;
  /** How a key's holder appears who is not in the organization. */
  outsiderOf(key: KeyName): SelfFields;
}

/** What endpoints under /orgs/{org}/ get: the caller is in the organization. */
export interface OrganizationContext extends AnyContext {
  readonly caller: Insider;
  readonly view: View;
  /** The organization as named in the path: its slug or its immutable id. */
  readonly organizationId: string;
}
