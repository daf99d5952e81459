/** A connector for Rota, a made-up planner of shifts: people, crews, and who is in which crew. */
import * as sdk from "baton-cloudsmith/sdk";

// What decides about access must be right; what only decorates may be unknown.
const { filledText, flag, listOf, objectOf, unlessUnknown } = sdk;
const person = objectOf({ id: filledText, name: filledText, email: unlessUnknown(filledText), active: flag });
const crew = objectOf({ id: filledText, name: filledText });
type Person = sdk.Checked<typeof person>;
type Crew = sdk.Checked<typeof crew>;

const personType: sdk.ResourceType = {
  id: "person",
  displayName: "Person",
  description: "Somebody who works shifts",
  traits: [sdk.Trait.user],
  annotations: [sdk.skipEntitlementsAndGrants],
};
const crewType: sdk.ResourceType = {
  id: "crew",
  displayName: "Crew",
  description: "People who work shifts together",
  traits: [sdk.Trait.group],
  annotations: [],
};

/** What it is made of. */
export interface RotaOptions extends Pick<sdk.HttpClientOptions, "baseUrl" | "clock" | "logger" | "network"> {
  readonly apiKey: string;
}

/** Makes the connector; sends nothing yet. */
export function createRotaConnector({ apiKey, ...options }: RotaOptions): sdk.Connector {
  const client = sdk.createHttpClient({ ...options, headers: { "X-Api-Key": apiKey } });
  const statusPage = "https://status.rota.example";
  const failures = sdk.apiFailures({ name: "Rota", codePrefix: "ROTA", statusPage, secrets: [apiKey] });
  const { describe } = failures;

  /** One page of a list. Rota's answer says in `next` after which row the next page begins; that is the token. */
  async function page<T>(path: string, check: sdk.JsonCheck<T>, { pageToken, signal }: sdk.ListOptions) {
    const { json } = await client.getJson({ path, query: { after: pageToken }, signal, describe });
    const list = objectOf({
      items: listOf(check),
      next: unlessUnknown(filledText),
    });
    const { items, next = "" } = failures.read(list, json, path);
    return { items, nextPageToken: next };
  }

  const people: sdk.ResourceSyncer = {
    resourceType: personType,
    async list(_parent, list) {
      const { items, nextPageToken } = await page("/people", person, list);
      return { items: items.map(personResource), nextPageToken };
    },
  };

  const crews: sdk.ResourceSyncer = {
    resourceType: crewType,
    async list(_parent, list) {
      const { items, nextPageToken } = await page("/crews", crew, list);
      return { items: items.map(crewResource), nextPageToken };
    },
    entitlements: async (resource) => ({ items: [membershipOf(resource)], nextPageToken: "" }),
    async grants(resource, list) {
      const path = `/crews/${encodeURIComponent(resource.id.resource)}/members`;
      const { items, nextPageToken } = await page(path, filledText, list);
      const membership = { id: sdk.entitlementId(resource.id, "member"), resource: resource.id };
      const grants = items.map((id) => sdk.newGrant(membership, { resourceType: personType.id, resource: id }));
      return { items: grants, nextPageToken };
    },
  };

  const keyWorks: sdk.Check = {
    id: "key",
    title: "Rota accepts the key",
    beforeSync: true,
    async run(signal) {
      await client.getJson({ path: "/people", query: { after: "" }, signal, describe });
      return sdk.pass("It does.");
    },
  };

  return {
    metadata: { displayName: "Rota", description: "People and crews of Rota" },
    syncers: [people, crews],
    ...sdk.connectorChecks([keyWorks]),
    cleanup: async () => client.close(),
    stats: () => client.stats(),
  };
}

function personResource({ id, name, email, active }: Person): sdk.Resource {
  const status = { status: active ? sdk.ResourceStatus.enabled : sdk.ResourceStatus.disabled };
  const trait = sdk.userTrait({ status, accountType: sdk.AccountType.human, ...(email && { email }) });
  return { id: { resourceType: personType.id, resource: id }, displayName: name, annotations: [trait], status };
}

function crewResource({ id, name }: Crew): sdk.Resource {
  return { id: { resourceType: crewType.id, resource: id }, displayName: name, annotations: [sdk.groupTrait()] };
}

function membershipOf(resource: sdk.Resource): sdk.Entitlement {
  return {
    id: sdk.entitlementId(resource.id, "member"),
    resource,
    displayName: `${resource.displayName} member`,
    description: `Works shifts with ${resource.displayName}`,
    grantableTo: [personType],
    annotations: [],
    purpose: sdk.Purpose.assignment,
    slug: "member",
  };
}
