import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { makeCertificates } from "../../../sandbox/c1/certificate.ts";
import { exampleConnector } from "../../../test/support/example-connector.ts";
import { rowsOf } from "../../../test/support/plain-c1z.ts";
import { remoteConnector, sendToken } from "../../../test/support/remote-connector.ts";
import {
  entitlementOf,
  grantOf,
  groupOf,
  scriptedConnector,
  typeOf,
  userOf,
} from "../../../test/support/scripted-connector.ts";
import { systemClock } from "../clock.ts";
import type { Connector, EntitlementTemplate } from "../contracts/connector.ts";
import type { Grant } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { silentLogger } from "../log.ts";
import { ActionService } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { GrantExpandableSchema } from "../proto/gen/c1/connector/v2/annotation_grant_pb.ts";
import { RateLimitDescriptionSchema } from "../proto/gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { EnqueuePageTokensSchema } from "../proto/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import { AssetService } from "../proto/gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../proto/gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../proto/gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService, GrantsService } from "../proto/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  type Resource,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from "../proto/gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../proto/gen/c1/connector/v2/ticket_pb.ts";
import { runSync } from "../sync/run-sync.ts";
import { viewOf, writeResource } from "../wire/encode.ts";
import { type ConnectorServer, startConnectorServer } from "./server.ts";
import { SessionCache } from "./session-cache.ts";

const root = mkdtempSync(join(tmpdir(), "connector-server-"));
after(() => rmSync(root, { recursive: true, force: true }));

function serve(connector: Connector): Promise<ConnectorServer> {
  return startConnectorServer({ connector, host: "127.0.0.1", port: 0, access: { token }, logger: silentLogger });
}

/** Syncs into a file of its own and gives the rows. */
async function syncedRows(connector: Connector, workers: number = 1): Promise<ReturnType<typeof rowsOf>> {
  const path = join(mkdtempSync(join(root, "d-")), "sync.c1z");
  const signal = new AbortController().signal;
  const { syncId } = await runSync({
    connector,
    path,
    workers,
    storageEngine: "sqlite",
    signal,
    logger: silentLogger,
    clock: systemClock,
  });
  return rowsOf(path, syncId);
}

const token = "token-of-the-tests";

/** A plain generated client, as a foreign syncer has one. */
async function withForeignClient(server: ConnectorServer, use: (transport: Transport) => Promise<void>): Promise<void> {
  const sessionManager = new Http2SessionManager(server.baseUrl);
  try {
    await use(createGrpcTransport({ baseUrl: server.baseUrl, sessionManager, interceptors: [sendToken(token)] }));
  } finally {
    sessionManager.abort();
  }
}

const org = { resourceType: "org", resource: "acme" };
const teamIds = ["a", "b", "c"].map((resource) => ({ resourceType: "team", resource }));
const people = ["ada", "grace", "mary", "rosalind"];

/** Children, pages, static entitlements, enqueued cursors and expandable grants. */
function richConnector(): Connector & { readonly calls: readonly unknown[] } {
  const holder = (index: number) => ({ resourceType: "user", resource: people[index] ?? "" });
  const scripted = scriptedConnector({
    pageSize: 2,
    types: [
      {
        type: typeOf("org"),
        resources: {
          "": [{ ...groupOf(org, ["team"]), description: "All of it", createdAt: { seconds: 5, nanos: 7 } }],
        },
        entitlements: (resource) => [entitlementOf(resource, "owner")],
        grants: (): Grant[] => [
          {
            ...grantOf(org, "owner", teamIds[0] ?? org),
            expandable: { entitlementIds: ["team:a:member"], shallow: true, resourceTypeIds: ["user"] },
          },
        ],
      },
      { type: typeOf("user"), resources: { "": people.map((name) => userOf(name)) } },
      {
        type: typeOf("team"),
        resources: { acme: teamIds.map((id) => groupOf(id, [], org)) },
        grants: (resource) => [0, 1, 2].map((index) => grantOf(resource.id, "member", holder(index))),
      },
    ],
    replace: (call, page) =>
      call.method === "grants" && call.of === "b" && call.pageToken === ""
        ? { ...page, nextPageToken: "", enqueuePageTokens: ["2"] }
        : page,
  });
  const template: EntitlementTemplate = {
    slug: "member",
    displayName: "",
    description: "In the team",
    purpose: 1,
    grantableTo: [typeOf("user")],
    annotations: [],
  };
  const syncers = scripted.syncers.map((syncer) =>
    syncer.resourceType.id === "team"
      ? { ...syncer, staticEntitlements: async () => ({ items: [template], nextPageToken: "" }) }
      : syncer,
  );
  return { ...scripted, syncers };
}

const bytesOf = (resource: ReturnType<typeof userOf>): Uint8Array => new Uint8Array(viewOf(resource, writeResource));

test("a sync over gRPC writes the same rows as one in the same process", async () => {
  await using server = await serve(richConnector());
  const remote = await remoteConnector(server.baseUrl, { token });
  try {
    const rows = await syncedRows(remote);
    assert.deepEqual(rows, await syncedRows(richConnector()));
    assert.ok((rows["v1_grants"]?.length ?? 0) > 9);
  } finally {
    remote.close();
  }
});

test("a foreign syncer finds the same graph", async () => {
  await using server = await serve(richConnector());
  await withForeignClient(server, async (transport) => {
    const activeSyncId = "sync-1";
    const connector = createClient(ConnectorService, transport);
    assert.equal((await connector.validate({})).sdkVersion, "v0.26.0");
    const { metadata } = await connector.getMetadata({});
    assert.equal(metadata?.displayName, "Scripted");
    assert.deepEqual(metadata.capabilities?.connectorCapabilities, [2]);
    const types = await createClient(ResourceTypesService, transport).listResourceTypes({ activeSyncId });
    assert.deepEqual(
      types.list.map(({ id }) => id),
      ["org", "user", "team"],
    );

    const resources = createClient(ResourcesService, transport);
    const listAll = async (resourceTypeId: string, parentResourceId?: typeof org): Promise<Resource[]> => {
      const found: Resource[] = [];
      let pageToken = "";
      do {
        const parent = parentResourceId && { parentResourceId };
        const page = await resources.listResources({ resourceTypeId, pageToken, activeSyncId, ...parent });
        found.push(...page.list);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return found;
    };
    assert.equal((await listAll("org")).length, 1);
    assert.equal((await listAll("user")).length, 4);
    assert.equal((await listAll("team")).length, 0);
    const teams = await listAll("team", org);
    assert.deepEqual(
      teams.map(({ id, parentResourceId }) => [id?.resource, parentResourceId?.resource]),
      [
        ["a", "acme"],
        ["b", "acme"],
        ["c", "acme"],
      ],
    );

    const entitlements = createClient(EntitlementsService, transport);
    const [template] = (await entitlements.listStaticEntitlements({ resourceTypeId: "team", activeSyncId })).list;
    assert.deepEqual([template?.slug, template?.id, template?.resource], ["member", "", undefined]);
    assert.deepEqual((await entitlements.listStaticEntitlements({ resourceTypeId: "user" })).list, []);
    assert.deepEqual((await entitlements.listEntitlements({ resource: { id: teamIds[0] ?? org } })).list, []);

    const grants = createClient(GrantsService, transport);
    const ofOrg = await grants.listGrants({ resource: { id: org }, activeSyncId });
    const expandable = ofOrg.list[0]?.annotations.map((any) => anyUnpack(any, GrantExpandableSchema));
    assert.deepEqual(expandable?.[0]?.entitlementIds, ["team:a:member"]);
    const ofTeam = await grants.listGrants({ resource: { id: { resourceType: "team", resource: "b" } } });
    const cursors = ofTeam.annotations.map((any) => anyUnpack(any, EnqueuePageTokensSchema)?.pageTokens);
    assert.deepEqual(cursors, [["2"]]);
    await connector.cleanup({ activeSyncId });
  });
});

test("what a reading connector does not do answers Unimplemented, method by method", async () => {
  await using server = await serve(exampleConnector());
  await withForeignClient(server, async (transport) => {
    const calls: readonly (() => Promise<unknown>)[] = [
      () => createClient(GrantManagerService, transport).grant({}),
      () => createClient(GrantManagerService, transport).revoke({}),
      () => createClient(ResourceManagerService, transport).createResource({}),
      () => createClient(ResourceManagerService, transport).deleteResource({}),
      () => createClient(ResourceDeleterService, transport).deleteResourceV2({}),
      () => createClient(AccountManagerService, transport).createAccount({}),
      () => createClient(CredentialManagerService, transport).rotateCredential({}),
      () => createClient(CredentialManagerService, transport).issueCredential({}),
      () => createClient(TicketsService, transport).listTicketSchemas({}),
      () => createClient(TicketsService, transport).createTicket({}),
      () => createClient(ActionService, transport).invokeAction({}),
      async () => {
        for await (const _piece of createClient(AssetService, transport).getAsset({})) assert.fail();
      },
    ];
    for (const call of calls) {
      await assert.rejects(call(), (error) => ConnectError.from(error).code === Code.Unimplemented);
    }
    assert.deepEqual((await createClient(EventService, transport).listEventFeeds({})).list, []);
    assert.deepEqual((await createClient(ActionService, transport).listActionSchemas({})).schemas, []);
  });
});

test("single resources can be read where the connector reads them, and only there", async () => {
  const scripted = richConnector();
  const get = async (id: { readonly resource: string }) =>
    people.includes(id.resource) ? userOf(id.resource) : undefined;
  const syncers = scripted.syncers.map((syncer) => (syncer.resourceType.id === "user" ? { ...syncer, get } : syncer));
  await using server = await serve({ ...scripted, syncers });
  const remote = await remoteConnector(server.baseUrl, { token });
  try {
    const [orgs, users] = remote.syncers;
    assert.equal(orgs?.get, undefined);
    const session = new SessionCache().get("x").store;
    const options = { session, signal: new AbortController().signal, warn: () => undefined, report: () => undefined };
    const found = await users?.get?.({ resourceType: "user", resource: "mary" }, undefined, options);
    assert.deepEqual(found && bytesOf(found), bytesOf(userOf("mary")));
    assert.equal(await users?.get?.({ resourceType: "user", resource: "nobody" }, undefined, options), undefined);
  } finally {
    remote.close();
  }
  await withForeignClient(server, async (transport) => {
    const call = createClient(ResourceGetterService, transport).getResource({ resourceId: org });
    await assert.rejects(call, (error) => ConnectError.from(error).code === Code.Unimplemented);
  });
});

test("requests that name no resource or no known type are refused as invalid", async () => {
  await using server = await serve(exampleConnector());
  await withForeignClient(server, async (transport) => {
    const isInvalid = (error: unknown): boolean => ConnectError.from(error).code === Code.InvalidArgument;
    // What is quoted of the last one would be too much for a trailer, and end the connection.
    for (const resourceTypeId of ["ship", "ship".repeat(200_000)]) {
      await assert.rejects(createClient(ResourcesService, transport).listResources({ resourceTypeId }), isInvalid);
    }
    await assert.rejects(createClient(GrantsService, transport).listGrants({}), isInvalid);
    await assert.rejects(createClient(EntitlementsService, transport).listEntitlements({ resource: {} }), isInvalid);
  });
});

test("an error comes through with code, status, effect, hint and the time to come back", async () => {
  const original = new BatonError({
    code: "EX-LIMIT",
    status: Status.unavailable,
    message: "zu schnell: 50 % „genug“",
    effect: "Nothing was read – ünicode.",
    hint: "Wait, then try again.",
    retryAtMs: Date.UTC(2030, 0, 1, 0, 0, 1, 500),
    fatal: true,
  });
  const failing = exampleConnector({
    onValidate: () => {
      throw original;
    },
  });
  await using server = await serve(failing);
  const remote = await remoteConnector(server.baseUrl, { token });
  try {
    await assert.rejects(
      remote.validate({ signal: new AbortController().signal, warn: () => undefined, report: () => undefined }),
      (error) => {
        assert.ok(error instanceof BatonError);
        const { code, status, message, effect, hint, retryAtMs, fatal } = error;
        const { code: c, status: s, message: m, effect: e, hint: h, retryAtMs: r, fatal: f } = original;
        assert.deepEqual([code, status, message, effect, hint, retryAtMs, fatal], [c, s, m, e, h, r, f]);
        return true;
      },
    );
    const [check] = await remote.check({ signal: new AbortController().signal });
    assert.equal(check?.outcome, "fail");
    assert.equal(check.code, "EX-LIMIT");
  } finally {
    remote.close();
  }
  await withForeignClient(server, async (transport) => {
    await assert.rejects(createClient(ConnectorService, transport).validate({}), (error) => {
      const [limit] = ConnectError.from(error).findDetails(RateLimitDescriptionSchema);
      assert.equal(limit?.resetAt?.nanos, 500_000_000);
      return true;
    });
  });
});

test("each sync has a session of its own until it is cleaned up", async () => {
  const seen: (string | undefined)[] = [];
  const connector = exampleConnector({
    onList({ session }) {
      const before = session.get("mark");
      seen.push(before && Buffer.from(before).toString());
      session.set("mark", Buffer.from("here"));
    },
  });
  await using server = await serve(connector);
  await withForeignClient(server, async (transport) => {
    const resources = createClient(ResourcesService, transport);
    const list = (activeSyncId: string) => resources.listResources({ resourceTypeId: "club", activeSyncId });
    await list("one");
    await list("one");
    await list("two");
    await createClient(ConnectorService, transport).cleanup({ activeSyncId: "one" });
    await list("one");
    await list("two");
  });
  assert.deepEqual(seen, [undefined, "here", undefined, undefined, "here"]);
});

test("sessions are bounded: the one used longest ago goes first, and one that is too large is refused", () => {
  const few = new SessionCache({ sessions: 2 });
  few.get("a").store.set("k", Buffer.from("1"));
  few.get("b").store.set("k", Buffer.from("1"));
  few.get("a");
  few.get("c");
  assert.ok(few.get("a").store.get("k"));
  assert.equal(few.get("b").store.get("k"), undefined);
  const small = new SessionCache({ bytes: 100 });
  small.get("a").store.set("k", Buffer.alloc(60));
  small.get("b").store.set("k", Buffer.alloc(60));
  assert.equal(small.get("a").store.get("k"), undefined);
  assert.throws(() => small.get("b").store.set("l", Buffer.alloc(60)), { code: "SERVE-SESSION-FULL" });
});

test("the work for a sync ends when the sync is cleaned up, not with the call that began it", async () => {
  const signals: AbortSignal[] = [];
  const connector = exampleConnector({ onList: ({ signal }) => void signals.push(signal) });
  await using server = await serve(connector);
  await withForeignClient(server, async (transport) => {
    const resources = createClient(ResourcesService, transport);
    for (const activeSyncId of ["one", "one", "two"]) {
      await resources.listResources({ resourceTypeId: "club", activeSyncId });
    }
    const aborted = (): boolean[] => signals.map((signal) => signal.aborted);
    assert.deepEqual(aborted(), [false, false, false]);
    await createClient(ConnectorService, transport).cleanup({ activeSyncId: "one" });
    assert.deepEqual(aborted(), [true, true, false]);
    await server.close();
    assert.deepEqual(aborted(), [true, true, true]);
  });
});

test("plain text is refused on addresses that other machines reach", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
    const options = { connector: exampleConnector(), host, port: 0, access: { token }, logger: silentLogger };
    await assert.rejects(startConnectorServer(options), { code: "SERVE-PLAIN" });
  }
});

test("with a certificate the server speaks TLS only, to those who trust it", async () => {
  const { certificate, privateKey, authority } = makeCertificates();
  const tls = { certificate, privateKey };
  const options = {
    connector: exampleConnector(),
    host: "127.0.0.1",
    port: 0,
    access: { token },
    logger: silentLogger,
  };
  await using server = await startConnectorServer({ ...options, tls });
  assert.match(server.baseUrl, /^https:/);
  const remote = await remoteConnector(server.baseUrl, { roots: [authority], token });
  assert.equal(remote.metadata.displayName, "Example");
  remote.close();
  await assert.rejects(remoteConnector(server.baseUrl, { token }), { code: "REMOTE-CALL" });
  const bad = { certificate, privateKey: makeCertificates().privateKey };
  await assert.rejects(startConnectorServer({ ...options, tls: bad }), { code: "SERVE-TLS" });
});

test("an address that is taken is said so", async () => {
  await using server = await serve(exampleConnector());
  const options = {
    connector: exampleConnector(),
    host: "127.0.0.1",
    port: server.port,
    access: { token },
    logger: silentLogger,
  };
  await assert.rejects(startConnectorServer(options), { code: "SERVE-BIND" });
});

test("closing frees the port, also while somebody is connected", async () => {
  const server = await serve(exampleConnector());
  const remote = await remoteConnector(server.baseUrl, { token });
  await server.close();
  remote.close();
  const refused = Promise.withResolvers<string | undefined>();
  connect(server.port, "127.0.0.1").on("error", (error: NodeJS.ErrnoException) => refused.resolve(error.code));
  assert.equal(await refused.promise, "ECONNREFUSED");
});

test("nobody is answered without the token: not with none, another one, or a part of it", async () => {
  const calls: unknown[] = [];
  const connector = exampleConnector({ onValidate: () => void calls.push("validate") });
  await using server = await serve(connector);
  for (const wrong of [undefined, "", "wrong", token.slice(1), `${token}x`, token.toUpperCase()]) {
    const expected = { code: "REMOTE-CALL", status: Status.unauthenticated };
    await assert.rejects(remoteConnector(server.baseUrl, wrong === undefined ? {} : { token: wrong }), expected);
  }
  const session = connectHttp2(server.baseUrl);
  for (const headers of [{ authorization: "Basic dG9rZW4=" }, { authorization: token }, {}]) {
    const path = "/c1.connector.v2.ResourceTypesService/ListResourceTypes";
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      ...headers,
    });
    const [answer] = (await once(stream.end(Buffer.alloc(5)), "response")) as [Record<string, unknown>];
    assert.equal(answer["grpc-status"], "16");
  }
  session.destroy();
  assert.deepEqual(calls, []);
});

test("where certificates are asked of callers, nobody else is answered", async () => {
  const { certificate, privateKey, authority } = makeCertificates();
  const callers = makeCertificates(["caller"]);
  const options = { connector: exampleConnector(), host: "127.0.0.1", port: 0, logger: silentLogger };
  const access = { clientAuthorities: callers.authority };
  await assert.rejects(startConnectorServer({ ...options, access }), { code: "SERVE-PLAIN" });
  await using server = await startConnectorServer({ ...options, access, tls: { certificate, privateKey } });
  await assert.rejects(remoteConnector(server.baseUrl, { roots: [authority], token }), { code: "REMOTE-CALL" });
  const shown = { ca: authority, cert: callers.certificate, key: callers.privateKey };
  const stranger = makeCertificates(["caller"]);
  for (const [tls, isAnswered] of [
    [shown, true],
    [{ ...shown, cert: stranger.certificate, key: stranger.privateKey }, false],
  ] as const) {
    const sessionManager = new Http2SessionManager(server.baseUrl, undefined, tls);
    const transport = createGrpcTransport({ baseUrl: server.baseUrl, sessionManager });
    const answer = createClient(ConnectorService, transport)
      .getMetadata({})
      .then(
        () => true,
        () => false,
      );
    assert.equal(await answer, isAnswered);
    sessionManager.abort();
  }
});
