/** The sandbox's API keys, whose they are, and who a request comes from (Cloudsmith API: authentication). */
import type { IncomingHttpHeaders } from "node:http";
import type { SelfFields } from "./endpoints/bodies.ts";
import type { Directory } from "./organization/directory.ts";
import type { Member, Organization, Service } from "./organization/model.ts";
import { alphanumeric, createRandom } from "./random.ts";
import type { KeyRule, Switches } from "./switches.ts";

/** Whose keys there are: persons by role, a Manager and a Member service account, and someone outside. */
export const keyNames = ["owner", "manager", "member", "collaborator", "service", "serviceMember", "outsider"] as const;

/** Name of a key. */
export type KeyName = (typeof keyNames)[number];

/** The keys by name: `csa_`, 30 hexadecimal digits, 6 letters or digits. */
export type Keys = Readonly<Record<KeyName, string>>;

/** Who a request comes from. */
export type Caller =
  | { readonly kind: "anonymous" }
  /** The credential was sent and is not good. */
  | { readonly kind: "rejected"; readonly status: 401 | 403 }
  | { readonly kind: "user"; readonly key: KeyName; readonly member: Member }
  | { readonly kind: "service"; readonly key: KeyName; readonly service: Service }
  /** A good key of nobody in the organization. */
  | { readonly kind: "outsider"; readonly key: KeyName };

/** Keys are put together at run time, so that no scanner finds one in the source; same seed, same keys. */
export function createKeys(seed: number): Keys {
  const random = createRandom(seed, "keys");
  const hex = (): string => random.below(16).toString(16);
  const key = (): string => `csa_${Array.from({ length: 30 }, hex).join("")}${alphanumeric(random, 6)}`;
  return {
    owner: key(),
    manager: key(),
    member: key(),
    collaborator: key(),
    service: key(),
    serviceMember: key(),
    outsider: key(),
  };
}

/** Tells callers apart. A key stays with its first holder, also when that one changes role or leaves. */
export class KeyRing {
  readonly keys: Keys;
  readonly #names: ReadonlyMap<string, KeyName>;
  readonly #holders: ReadonlyMap<KeyName, Member | Service | undefined>;
  readonly #revoked = new Set<KeyName>();
  /** When all of them were made, milliseconds since the epoch. */
  readonly madeAtMs: number;

  constructor(organization: Organization, madeAtMs: number) {
    this.madeAtMs = madeAtMs;
    this.keys = createKeys(organization.seed);
    this.#names = new Map(keyNames.map((name) => [this.keys[name], name]));
    const person = (role: Member["role"]): Member | undefined =>
      organization.members.find((member) => member.role === role && member.isActive);
    const service = (role: Service["role"]): Service | undefined =>
      organization.services.find((candidate) => candidate.role === role);
    this.#holders = new Map<KeyName, Member | Service | undefined>([
      ["owner", person("Owner")],
      ["manager", person("Manager")],
      ["member", person("Member")],
      ["collaborator", person("Collaborator")],
      ["service", service("Manager")],
      ["serviceMember", service("Member")],
    ]);
  }

  /** Who holds a key; undefined when the organization has nobody of that role. */
  holder(name: KeyName): Member | Service | undefined {
    return this.#holders.get(name);
  }

  /** How the holder of a key presents who is not in the organization: a former member, or nobody known. */
  outsider(name: KeyName): SelfFields {
    const holder = this.#holders.get(name);
    if (holder && "userId" in holder) {
      return {
        email: holder.email,
        name: holder.userName,
        slug: holder.user,
        slugPerm: holder.userId,
        isService: false,
      };
    }
    const slugPerm = `0utsider${name}`.slice(0, 12).padEnd(12, "0");
    return {
      email: `${name}@elsewhere.example`,
      name: "Somebody Else",
      slug: `elsewhere-${name}`,
      slugPerm,
      isService: false,
    };
  }

  /** Makes a key bad from now on, as a refresh of it does. */
  revoke(name: KeyName): void {
    this.#revoked.add(name);
  }

  /** Who sends these headers. */
  identify(headers: IncomingHttpHeaders, directory: Directory, { wrongKey, keyRule, nowMs }: KeyTreatment): Caller {
    const isReplaced = keyRule?.enforceRefresh === true && nowMs >= keysExpireAtMs(keyRule, this.madeAtMs);
    const byKey = (text: string): Caller | undefined => (isReplaced ? undefined : this.#byKey(text, directory));
    const apiKey = headers["x-api-key"];
    if (typeof apiKey === "string") {
      const rejected = wrongKey === "anonymous" ? anonymous : { kind: "rejected" as const, status: statusOf(wrongKey) };
      return byKey(apiKey) ?? rejected;
    }
    const [scheme, credential] = (headers.authorization ?? "").split(/ +/, 2);
    if (credential === undefined) return anonymous;
    if (scheme?.toLowerCase() === "token") return byKey(credential) ?? { kind: "rejected", status: 401 };
    if (scheme?.toLowerCase() === "basic") return { kind: "rejected", status: 401 };
    // A bad key under any other scheme is taken for no key at all.
    return (scheme?.toLowerCase() === "bearer" && byKey(credential)) || anonymous;
  }

  #byKey(text: string, directory: Directory): Caller | undefined {
    const key = this.#names.get(text);
    if (key === undefined || this.#revoked.has(key)) return undefined;
    const holder = this.#holders.get(key);
    if (holder === undefined) return { kind: "outsider", key };
    if ("userId" in holder) {
      if (!directory.has(holder)) return { kind: "outsider", key };
      // Assumed: a deactivated account cannot use its key.
      return holder.isActive ? { kind: "user", key, member: holder } : undefined;
    }
    return directory.has(holder) ? { kind: "service", key, service: holder } : undefined;
  }
}

/** What decides whether a key is good. */
export interface KeyTreatment extends Pick<Switches, "wrongKey" | "keyRule"> {
  readonly nowMs: number;
}

/** When a key is as old as the rule allows, milliseconds since the epoch. */
export function keysExpireAtMs({ maxAgeHours }: KeyRule, madeAtMs: number): number {
  return madeAtMs + maxAgeHours * 3_600_000;
}

const anonymous: Caller = { kind: "anonymous" };

function statusOf(wrongKey: "401" | "403"): 401 | 403 {
  return wrongKey === "401" ? 401 : 403;
}
