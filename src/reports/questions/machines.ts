/** Accounts of machines, their credentials, and what may act as them: who answers for each, and until when. */
import { type Profile, type Resource, type ResourceId, Trait } from "../../sdk/contracts/model.ts";
import { readResourceId, readTimestamp } from "../../sdk/proto/read-resource.ts";
import { annotationUrl } from "../../sdk/resources/annotations.ts";
import { FieldReader } from "../../sdk/wire/field-reader.ts";
import { column } from "../columns.ts";
import { idsWith } from "../file-shape.ts";
import { type Account, type AccountHoldings, Holdings } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject, timeText } from "../report.ts";
import { inText } from "../screen/chart.ts";
import { daysSince } from "./ages.ts";

/** A credential that is older than this is worth a look. */
const oldDays = 365;

const answerables = ["nobody known", "gone", "disabled", "there"] as const;
/** Whether somebody who is there answers for it. */
type Answerable = (typeof answerables)[number];

interface Machine {
  readonly account: AccountHoldings;
  readonly maker: string;
  readonly answerable: Answerable;
}

/** Service accounts, those for which nobody who is there answers first. */
export const serviceAccounts = defineReport<Machine>({
  name: "service-accounts",
  title: "Service accounts",
  summary: "Service accounts with what they hold, those first whose maker is gone, disabled or not known",
  isReview: true,
  hasSubject: (view) => hasMachine(new Holdings(view)),
  columns: [
    column("name", "Name", "text", ({ account }) => account.resource.displayName, {
      width: 20,
      link: { type: "type", id: "id" },
    }),
    column("roles", "Roles", "role", ({ account }) => account.roles),
    column("teams", "Teams", "list", ({ account }) => account.teams),
    column("other", "Other access", "list", ({ account }) => account.other),
    column("maker", "Made by", "text", ({ maker }) => maker),
    column("answerable", "Who made it is", "word", ({ answerable }) => answerable, { words: answerables }),
    column("created", "Made", "moment", ({ account }) => timeText(account.facts.createdSeconds)),
    column("type", "Type", "text", ({ account }) => account.resource.id.resourceType, { isExportedOnly: true }),
    column("id", "Id", "text", ({ account }) => account.resource.id.resource, { isExportedOnly: true }),
  ],
  headline: ({ total, count }) => {
    const without = total - count("there");
    const sentence = `of ${inText(total)} service accounts have nobody who is there to answer for them`;
    return { figure: inText(without), sentence, tone: without > 0 ? "warn" : "good" };
  },
  items: machineItems,
});

function* machineItems({ view }: Subject): Items<Machine> {
  const holdings = new Holdings(view);
  const people = statesByLogin(holdings);
  const found = [...machines(holdings)].map((account) => {
    const maker = textOf(account.resource.profile, "created_by");
    return { account, maker, answerable: maker === "" ? "nobody known" : (people.get(maker) ?? "gone") } as const;
  });
  yield* found.toSorted(
    (a, b) =>
      answerables.indexOf(a.answerable) - answerables.indexOf(b.answerable) ||
      compareTexts(a.account.resource.id.resource, b.account.resource.id.resource),
  );
  const counts = answerables.map((one) => counted(one, found.filter(({ answerable }) => answerable === one).length));
  return { counts, notices: [] };
}

function* machines(holdings: Holdings): Generator<AccountHoldings> {
  for (const account of holdings.accountHoldings()) if (isMachine(account)) yield account;
}

/** Without what anybody holds, which takes longer. */
function hasMachine(holdings: Holdings): boolean {
  for (const account of holdings.accounts()) if (isMachine(account)) return true;
  return false;
}

function isMachine({ facts }: Account): boolean {
  return facts.kind === "machine";
}

function statesByLogin(holdings: Holdings): ReadonlyMap<string, Answerable> {
  const states = new Map<string, Answerable>();
  for (const { facts } of holdings.accounts()) {
    if (facts.login === undefined || facts.kind === "machine") continue;
    states.set(facts.login, facts.status === "disabled" || facts.status === "deleted" ? "disabled" : "there");
  }
  return states;
}

const concerns = ["expired", "never expires", "expires, unknown when", "old", "soon", "fine"] as const;
type Concern = (typeof concerns)[number];

interface Credential {
  readonly resource: Resource;
  readonly facts: SecretFacts;
  readonly owner: string;
  readonly concern: Concern;
  readonly days: number | undefined;
}

/** Keys and tokens, those that never expire or are old first. */
export const credentials = defineReport<Credential>({
  name: "credentials",
  isAboutAccess: false,
  title: "Keys and tokens",
  summary:
    "Keys and tokens: whose, how old, until when; those that are expired, never expire or are older than a year first",
  isReview: true,
  countsAges: true,
  hasSubject: (view) => idsWith(view.resourceTypes(), Trait.secret).length > 0,
  columns: [
    column("name", "Name", "text", ({ resource }) => resource.displayName, { width: 22 }),
    column("owner", "Whose", "text", ({ owner }) => owner),
    column("concern", "State", "word", ({ concern }) => concern, { words: concerns }),
    column("created", "Made", "moment", ({ facts }) => timeText(facts.createdSeconds)),
    column("days", "Days old", "number", ({ days }) => days),
    column("expires", "Expires", "moment", ({ facts }) => timeText(facts.expiresSeconds), {
      absent: "Never or not told",
    }),
    column("type", "Type", "text", ({ resource }) => resource.id.resourceType, { isExportedOnly: true }),
    column("id", "Id", "text", ({ resource }) => resource.id.resource, { isExportedOnly: true }),
  ],
  headline: ({ total, count }) => {
    const found = total - count("fine") - count("soon");
    const sentence = `of ${inText(total)} keys and tokens are expired, never expire, or are older than a year`;
    return { figure: inText(found), sentence, tone: found > 0 ? "warn" : "good" };
  },
  items: credentialItems,
});

function* credentialItems({ view, asOfSeconds }: Subject): Items<Credential> {
  const holdings = new Holdings(view);
  const found: Credential[] = [];
  for (const resourceTypeId of idsWith(view.resourceTypes(), Trait.secret)) {
    for (const resource of view.resources({ resourceTypeId })) {
      const facts = secretFacts(resource);
      const days = daysSince(facts.createdSeconds, asOfSeconds);
      const owner = ownerName(facts.identity, holdings);
      const concern = concernOf({ ...facts, says: textOf(resource.profile, "expires_at") }, days, asOfSeconds);
      found.push({ resource, facts, owner, days, concern });
    }
  }
  yield* found.toSorted(
    (a, b) =>
      concerns.indexOf(a.concern) - concerns.indexOf(b.concern) ||
      compareTexts(a.resource.id.resource, b.resource.id.resource),
  );
  const counts = concerns.map((one) => counted(one, found.filter(({ concern }) => concern === one).length));
  const ownerless = found.filter(({ owner }) => owner === "").length;
  return { counts, notices: ownerless > 0 ? [`Of ${inText(ownerless)} the file does not say whose they are.`] : [] };
}

/** `says` is what the connector was told of the expiry, which may be no time. */
function concernOf(
  { expiresSeconds, says }: Pick<SecretFacts, "expiresSeconds"> & { readonly says: string },
  days: number | undefined,
  asOfSeconds: number,
): Concern {
  if (expiresSeconds !== undefined && expiresSeconds <= asOfSeconds) return "expired";
  if (expiresSeconds === undefined) return says === "" ? "never expires" : "expires, unknown when";
  if (days !== undefined && days > oldDays) return "old";
  return expiresSeconds - asOfSeconds < 30 * 86_400 ? "soon" : "fine";
}

function ownerName(id: ResourceId | undefined, holdings: Holdings): string {
  return id ? holdings.resourceName(id) : "";
}

interface Provider {
  readonly resource: Resource;
  readonly accounts: readonly string[];
  readonly claims: readonly string[];
  readonly isBroad: boolean;
}

/** What may act as an account by a token of its own: those that ask for few claims first. */
export const providers = defineReport<Provider>({
  name: "identity-providers",
  title: "Identity providers",
  summary: "Whose tokens are traded for which accounts, and under which claims; broad ones first",
  isReview: true,
  hasSubject: (view) => idsWith(view.resourceTypes(), Trait.app).length > 0,
  columns: [
    column("name", "Name", "text", ({ resource }) => resource.displayName, { width: 20 }),
    column("accounts", "Acts as", "list", ({ accounts }) => accounts),
    column("claims", "Claims", "list", ({ claims }) => claims, { width: 26 }),
    column("broad", "Claims are", "word", ({ isBroad }) => (isBroad ? "broad" : "narrow"), {
      words: ["broad", "narrow"],
    }),
    column("type", "Type", "text", ({ resource }) => resource.id.resourceType, { isExportedOnly: true }),
    column("id", "Id", "text", ({ resource }) => resource.id.resource, { isExportedOnly: true }),
  ],
  headline: ({ total, count }) => {
    const sentence = `of ${inText(total)} identity providers ask for no claim, or for one that fits anything`;
    return { figure: inText(count("broad")), sentence, tone: count("broad") > 0 ? "bad" : "good" };
  },
  items: providerItems,
});

function* providerItems({ view }: Subject): Items<Provider> {
  const holdings = new Holdings(view);
  const found: Provider[] = [];
  for (const resourceTypeId of idsWith(view.resourceTypes(), Trait.app)) {
    for (const resource of view.resources({ resourceTypeId })) {
      const claims = claimsOf(resource.profile);
      // What fits anything asks for nothing.
      const isBroad = claims.every(([, value]) => value.includes("*"));
      const accounts = view.heldBy(resource.id).map((held) => holdings.nameOf(held).resourceName);
      found.push({ resource, accounts, claims: claims.map(([name, value]) => `${name}: ${value}`), isBroad });
    }
  }
  yield* found.toSorted(
    (a, b) => Number(b.isBroad) - Number(a.isBroad) || compareTexts(a.resource.displayName, b.resource.displayName),
  );
  const broad = found.filter(({ isBroad }) => isBroad).length;
  return { counts: [counted("broad", broad), counted("narrow", found.length - broad)], notices: [] };
}

function claimsOf(profile: Profile | undefined): readonly (readonly [name: string, value: string])[] {
  const claims = profile?.["claims"];
  if (typeof claims !== "object" || Array.isArray(claims)) return [];
  return Object.entries(claims).map(([name, value]) => [name, String(value)]);
}

function textOf(profile: Profile | undefined, key: string): string {
  const value = profile?.[key];
  return typeof value === "string" ? value : "";
}

/**
 * What the secret trait says of a credential, whichever connector wrote it; undefined means that the file does not say.
 * Times are seconds since the Unix epoch.
 */
interface SecretFacts {
  readonly createdSeconds: number | undefined;
  readonly expiresSeconds: number | undefined;
  /** Who made it. */
  readonly createdBy: ResourceId | undefined;
  /** Whose it is. */
  readonly identity: ResourceId | undefined;
}

const secretTraitUrl = annotationUrl("SecretTrait");
/** Field numbers (wire: SecretTrait). */
const secretField = { createdAt: 2, expiresAt: 3, createdBy: 5, identity: 6 } as const;

/** Reads the facts. A damaged trait says nothing. */
function secretFacts({ annotations, createdAt }: Resource): SecretFacts {
  const facts: { -readonly [K in keyof SecretFacts]: SecretFacts[K] } = {
    createdSeconds: createdAt?.seconds,
    expiresSeconds: undefined,
    createdBy: undefined,
    identity: undefined,
  };
  const trait = annotations.find(({ typeUrl }) => typeUrl === secretTraitUrl);
  if (!trait) return facts;
  try {
    const reader = new FieldReader(trait.value);
    while (reader.next(reader.end)) {
      if (reader.field === secretField.createdAt) {
        const { seconds } = readTimestamp(reader, reader.enter());
        facts.createdSeconds ??= seconds;
      } else if (reader.field === secretField.expiresAt)
        facts.expiresSeconds = readTimestamp(reader, reader.enter()).seconds;
      else if (reader.field === secretField.createdBy) facts.createdBy = readResourceId(reader, reader.enter());
      else if (reader.field === secretField.identity) facts.identity = readResourceId(reader, reader.enter());
      else reader.skip();
    }
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught;
  }
  return facts;
}
