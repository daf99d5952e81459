/**
 * What a user resource says of the account behind it, whichever connector wrote it. Pure: the trait on the resource
 * speaks first, the resource's own fields and its profile fill what the trait leaves out.
 */
import { type Resource, ResourceStatus } from "../sdk/contracts/model.ts";
import { annotationUrl } from "../sdk/resources/annotations.ts";
import { AccountType } from "../sdk/resources/traits.ts";
import { FieldReader } from "../sdk/wire/field-reader.ts";

/** States of an account. `pending`: invited, and not there yet; `unknown`: the connector did not say. */
export type AccountStatus = "enabled" | "disabled" | "deleted" | "pending" | "unknown";

/** An account in plain values; absent means that the file does not say. */
export interface AccountFacts {
  readonly status: AccountStatus;
  /** `machine`: a service or system account, which no person logs in to. */
  readonly kind: "person" | "machine" | "unknown";
  /** Undefined when unknown, which is not the same as no. */
  readonly twoFactor: boolean | undefined;
  readonly email: string | undefined;
  readonly login: string | undefined;
  /** Seconds since the Unix epoch; undefined for an account that never logged in, or whose connector did not say. */
  readonly lastLoginSeconds: number | undefined;
  readonly createdSeconds: number | undefined;
}

/** What the trait alone says (wire: UserTrait). */
interface TraitFacts {
  email?: string;
  status?: number;
  accountType?: number;
  login?: string;
  createdSeconds?: number;
  lastLoginSeconds?: number;
  twoFactor?: boolean;
}

const userTraitUrl = annotationUrl("UserTrait");
/** Field numbers (wire: UserTrait). */
const field = { emails: 1, status: 2, accountType: 5, login: 6, createdAt: 8, lastLogin: 9, mfaStatus: 10 } as const;
/** The one field that counts in every message below the trait: address, status, seconds, mfa_enabled. */
const innerField = 1;

/** Facts that are read when they are first asked for: few questions ask for all. A damaged trait says nothing. */
export function accountFacts(resource: Resource): AccountFacts {
  return new FactsOf(resource);
}

/** The same as plain values, which keep nothing of what they were read from. */
export function plainFacts(facts: AccountFacts): AccountFacts {
  const { status, kind, twoFactor, email, login, lastLoginSeconds, createdSeconds } = facts;
  return { status, kind, twoFactor, email, login, lastLoginSeconds, createdSeconds };
}

class FactsOf implements AccountFacts {
  readonly #resource: Resource;
  #trait: TraitFacts | undefined;

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  get status(): AccountStatus {
    return statusName(this.#resource.status?.status || this.#told.status);
  }

  get kind(): AccountFacts["kind"] {
    return kindOf(this.#told.accountType);
  }

  get twoFactor(): boolean | undefined {
    return this.#told.twoFactor;
  }

  get email(): string | undefined {
    return this.#told.email || this.#ofProfile("email");
  }

  get login(): string | undefined {
    return this.#told.login || this.#ofProfile("login");
  }

  get lastLoginSeconds(): number | undefined {
    return this.#told.lastLoginSeconds;
  }

  get createdSeconds(): number | undefined {
    return this.#resource.createdAt?.seconds ?? this.#told.createdSeconds;
  }

  get #told(): TraitFacts {
    this.#trait ??= readTrait(this.#resource);
    return this.#trait;
  }

  /** Reading the profile takes as long as the rest of the row. */
  #ofProfile(key: string): string | undefined {
    return textOf(this.#resource.profile?.[key]);
  }
}

function statusName(status: number | undefined): AccountStatus {
  if (status === ResourceStatus.enabled) return "enabled";
  if (status === ResourceStatus.disabled) return "disabled";
  if (status === ResourceStatus.pending) return "pending";
  return status === ResourceStatus.deleted ? "deleted" : "unknown";
}

function kindOf(accountType: number | undefined): AccountFacts["kind"] {
  if (accountType === AccountType.human) return "person";
  return accountType === AccountType.service || accountType === AccountType.system ? "machine" : "unknown";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readTrait({ annotations }: Resource): TraitFacts {
  const trait = annotations.find(({ typeUrl }) => typeUrl === userTraitUrl);
  if (trait === undefined) return {};
  try {
    return readFields(new FieldReader(trait.value));
  } catch (caught) {
    if (caught instanceof RangeError) return {};
    throw caught;
  }
}

function readFields(reader: FieldReader): TraitFacts {
  const facts: TraitFacts = {};
  while (reader.next(reader.end)) {
    if (reader.field === field.emails) readEmail(reader, facts);
    else if (reader.field === field.status) facts.status = readInner(reader, () => reader.uint(), 0);
    else if (reader.field === field.accountType) facts.accountType = reader.uint();
    else if (reader.field === field.login) facts.login = reader.string();
    else if (reader.field === field.createdAt) facts.createdSeconds = readInner(reader, () => reader.int64(), 0);
    else if (reader.field === field.lastLogin) facts.lastLoginSeconds = readInner(reader, () => reader.int64(), 0);
    else if (reader.field === field.mfaStatus) facts.twoFactor = readInner(reader, () => reader.bool(), false);
    else reader.skip();
  }
  return facts;
}

/** The first address counts; the others are read and passed over. */
function readEmail(reader: FieldReader, facts: TraitFacts): void {
  const address = readInner(reader, () => reader.string(), "");
  facts.email ??= address;
}

/** A message without the field has its default: of the second factor, present and empty means no. */
function readInner<T>(reader: FieldReader, read: () => T, absent: T): T {
  const end = reader.enter();
  let value = absent;
  while (reader.next(end)) {
    if (reader.field === innerField) value = read();
    else reader.skip();
  }
  return value;
}
