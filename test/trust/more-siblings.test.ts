/** Whole syncs of an organization whose server errs in one thing: more of the kinds, and runs that go on. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CloudsmithClient } from "../../src/cloudsmith/client.ts";
import { CloudsmithConnector } from "../../src/cloudsmith/connector.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import {
  type Asked,
  acme,
  type OddAnswer,
  person,
  place,
  type Row,
  startOddServer,
  team,
  usual,
} from "./odd-organization.ts";
import { idsIn, newFile, syncSandbox } from "./sandbox-sync.ts";
import {
  answering,
  type Changeable,
  core,
  everybody,
  find,
  inCore,
  many,
  older,
  type Sibling,
  set,
  siblings,
} from "./sibling-table.ts";

const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

/** The list of active or inactive members, without headers of paging. */
function unannounced(odd: Changeable, { path, query }: Asked): OddAnswer | undefined {
  if (path !== "/members/" && path !== "/teams/") return undefined;
  return { ...usual(odd, path, query), count: "none" };
}

for (const count of ["none", undefined] as const) {
  test(`a run that a look-up stops and that goes on has everybody, ${count ?? "all pages"} announced`, async () => {
    const odd: Changeable = acme();
    const unseen = { email: null, last_login_at: null, last_login_method: "Unknown", has_two_factor: false };
    odd.members.push(person("bot", unseen));
    let isDown = true;
    odd.answer = (asked) => {
      if (asked.path === "/services/" && isDown) return { status: 500, body: {} };
      return count === "none" ? unannounced(odd, asked) : undefined;
    };
    await using server = await startOddServer(odd);
    const path = newFile(scratch.path);
    const stopped = await syncSandbox(server, path, { clock: new VirtualClock() });
    assert.equal(stopped.error?.code, "CS-SERVER-500");
    isDown = false;
    const ended = await syncSandbox(server, path, { clock: new VirtualClock() });
    const users = idsIn(path, ended, "v1_resources").filter((id) => id.startsWith("user:"));
    assert.deepEqual(users, ["user:Ubot", ...everybody]);
    assert.deepEqual(ended.codes, ["CS-EMAIL-UNUSABLE"]);
  });
}

test("a run that stopped is not gone on with in another organization of the same slug, or on another host", async () => {
  const odd: Changeable = acme();
  const missing = [...odd.teams];
  let isDown = true;
  odd.answer = ({ path }) => (path === "/teams/" && isDown ? { status: 500, body: {} } : undefined);
  await using server = await startOddServer(odd);
  for (const [host, id] of [
    ["one.example", "ORGnew"],
    ["two.example", "ORGid"],
  ] as const) {
    const path = newFile(scratch.path);
    Object.assign(odd.organization, { slug_perm: "ORGid" });
    isDown = true;
    const stopped = await syncSandbox(server, path, { clock: new VirtualClock(), host: "one.example" });
    assert.equal(stopped.error?.code, "CS-SERVER-500");
    isDown = false;
    Object.assign(odd.organization, { slug_perm: id });
    const ended = await syncSandbox(server, path, { clock: new VirtualClock(), host });
    assert.deepEqual([ended.end.result, ended.end.sync?.resumed, ended.codes], ["Complete", false, []]);
    const ids = idsIn(path, ended, "v1_resources");
    const teams = missing.map(({ slug_perm }) => `team:${String(slug_perm)}`);
    assert.deepEqual(ids, [`organization:${id}`, ...teams, ...everybody]);
  }
});

test("a run that stopped is not gone on with when more is asked for than it began to read", async () => {
  const odd: Changeable = acme();
  odd.services.push({ slug: "bot", name: "Bot", role: "Manager", teams: [] });
  let isDown = true;
  odd.answer = ({ path }) => (path === "/teams/" && isDown ? { status: 500, body: {} } : undefined);
  await using server = await startOddServer(odd);
  const path = newFile(scratch.path);
  assert.ok((await syncSandbox(server, path, { clock: new VirtualClock() })).error);
  isDown = false;
  const ended = await syncSandbox(server, path, { clock: new VirtualClock(), requested: ["service"] });
  assert.deepEqual([ended.end.result, ended.end.sync?.resumed], ["Complete", false]);
  assert.ok(idsIn(path, ended, "v1_resources").includes("service:bot"));
  assert.ok(idsIn(path, ended, "v1_grants").includes("organization:ORGid:manager:service:bot"));
});

test("a run that stopped is not gone on with when more is to be told of its teams", async () => {
  const odd: Changeable = acme();
  let isDown = true;
  odd.answer = ({ path }) => {
    if (path === "/saml-group-sync/") return { body: [{ slug_perm: "G", team: "core", idp_key: "g", idp_value: "x" }] };
    return path === "/teams/core/members" && isDown ? { status: 500, body: {} } : undefined;
  };
  older(odd);
  await using server = await startOddServer(odd);
  const path = newFile(scratch.path);
  assert.ok((await syncSandbox(server, path, { clock: new VirtualClock() })).error);
  isDown = false;
  const ended = await syncSandbox(server, path, { clock: new VirtualClock(), requested: ["team-source"] });
  assert.equal(ended.end.sync?.resumed, false);
});

/** The third page of active members answers 404, so many times. */
function withoutThirdPage(times: number, isAnnounced: boolean): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(...many(40));
    let left = times;
    odd.answer = (asked) => {
      const { path, query } = asked;
      const isThird = path === "/members/" && query.get("is_active") === "true" && query.get("page") === "3";
      if (isThird && left-- > 0) return { status: 404, body: { detail: "Not found." } };
      return isAnnounced ? undefined : unannounced(odd, asked);
    };
  };
}

siblings("a later page of members answers 404", [
  ...[true, false].map(
    (isAnnounced): Sibling => ({
      name: `once, ${isAnnounced ? "announced" : "with nothing announced"}`,
      change: withoutThirdPage(1, isAnnounced),
      options: { pageSize: 10 },
      ends: "Complete with warnings",
      says: "CS-ROSTER-MOVED",
      holds: ({ users }) => assert.equal(users.length, 44),
    }),
  ),
  ...[true, false].map(
    (isAnnounced): Sibling => ({
      name: `for ever, ${isAnnounced ? "announced" : "with nothing announced"}`,
      change: withoutThirdPage(Number.POSITIVE_INFINITY, isAnnounced),
      options: { pageSize: 10 },
      ends: "Incomplete",
      says: "CS-ROSTER-INCOMPLETE",
    }),
  ),
]);

/** So many active and inactive people besides; of the inactive ones the first rows do not say that they are. */
function silentRows(active: number, inactive: number, silent: number): (odd: Changeable) => void {
  return (odd) => {
    const people = many(active + inactive).map((row, index) => ({ ...row, is_active: index < active }));
    odd.members.push(...people);
    odd.answer = ({ path, query }) => {
      if (path !== "/members/" || query.get("is_active") !== "false") return undefined;
      const rows = odd.members.filter(({ is_active }) => is_active === false);
      return { body: rows.map(({ is_active, ...row }, index) => (index < silent ? row : { ...row, is_active })) };
    };
  };
}

siblings("a status that neither row nor list tells", [
  {
    name: "of two thirds of all",
    change: silentRows(6, 20, 20),
    ends: "Partial roster",
    says: "CS-STATUS-UNKNOWN",
  },
  { name: "of one", change: silentRows(6, 20, 1), ends: "Complete with warnings", says: "CS-STATUS-UNKNOWN" },
]);

siblings("a list of active members whose rows say the opposite", [
  {
    name: "all of more than may be asked for, beside a longer list of inactive ones",
    change: (odd) => {
      const wrong = many(600).map((row) => ({ ...row, is_active: false }));
      const inactive = Array.from({ length: 1300 }, (_, index) => person(`i${index}`, { is_active: false }));
      odd.answer = ({ path, query }) => {
        if (path !== "/members/") return undefined;
        return { body: query.get("is_active") === "true" ? [find(odd, "olga"), ...wrong] : inactive };
      };
    },
    ends: "Partial roster",
    says: "CS-STATUS-CONTRADICTED",
  },
]);

siblings(
  "the look-up of the key's role may answer",
  [204, 302, 406, 409, 410, 413, 418, 425, 500, 501, 503, 511].map(
    (status): Sibling => ({
      name: String(status),
      change: answering("/members/olga/", { status, body: { detail: "No." } }),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
);

const isLarge = ({ query }: Asked): boolean => Number(query.get("page_size")) > 100;

siblings("pages are asked for smaller where they are refused:", [
  ...[413, 422, 504].map(
    (status): Sibling => ({
      name: `${status} for the teams`,
      change: (odd) => {
        odd.answer = (asked) => (asked.path === "/teams/" && isLarge(asked) ? { status, body: {} } : undefined);
      },
      ends: "Complete with warnings",
      says: "CS-PAGES-SMALLER",
      holds: ({ teams }) => assert.deepEqual(teams, ["team:Tcore", "team:Tdocs"]),
    }),
  ),
  {
    name: "413 when the beginning is looked at again",
    change: (odd) => {
      let looks = 0;
      odd.answer = (asked) => {
        const isInactive = asked.path === "/members/" && asked.query.get("is_active") === "false";
        return isInactive && isLarge(asked) && ++looks > 1 ? { status: 413, body: {} } : undefined;
      };
    },
    ends: "Complete with warnings",
    says: "CS-PAGES-SMALLER",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
]);

test("checks ask for smaller pages where a sync does, and pass", async () => {
  const odd: Changeable = acme();
  odd.answer = (asked) =>
    ["/members/", "/teams/"].includes(asked.path) && isLarge(asked) ? { status: 413, body: {} } : undefined;
  await using server = await startOddServer(odd);
  const { baseUrl, keys } = server;
  const options = { baseUrl, apiKey: keys.service, version: "0", clock: systemClock, logger: silentLogger };
  const connector = new CloudsmithConnector({ client: new CloudsmithClient(options), orgSlug: "acme" });
  const results = await connector.check({ signal: new AbortController().signal });
  await connector.cleanup();
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["pass", "pass", "pass", "pass", "pass", "pass"],
  );
});

siblings("a name in which there is nothing to be seen", [
  ...[null, "", " ", "\u200b\u2060", "\u3164"].map(
    (name): Sibling => ({
      name: `of a team: ${JSON.stringify(name)}`,
      change: (odd) => void Object.assign(odd.teams[0] ?? {}, { name }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.resource("team:Tcore"), /"displayName":"core"/),
    }),
  ),
]);

siblings("an odd address", [
  ...[
    "mia@acme.example;",
    "mia@acme.example, ",
    "'mia@acme.example'",
    '"mia@acme.example"',
    "mailto:<mia@acme.example>",
    "Mia <mia@acme.example>;",
    "<mailto:mia@acme.example>",
    "mia@acme.example\u00a0",
  ].map(
    (email): Sibling => ({
      name: JSON.stringify(email),
      change: set("mia", { email }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Umia"), /"address":"mia@acme.example"/),
    }),
  ),
]);

const kinds = ["Service Account", " service ", "ServiceAccount"];

siblings("services are not people", [
  ...kinds.map(
    (kind): Sibling => ({
      name: `a row of the kind ${JSON.stringify(kind)} in a team's list, with the slug of a person`,
      change: (odd) => {
        older(odd);
        const members = [...(odd.teamMembers["core"] ?? []), { user: "pia", role: "Manager", user_kind: kind }];
        answering("/teams/core/members", { body: { members } })(odd);
      },
      ends: "Complete",
      holds: (synced) => assert.deepEqual(core(synced), inCore),
    }),
  ),
  ...kinds.map(
    (kind): Sibling => ({
      name: `among the members, of the kind ${JSON.stringify(kind)}`,
      change: (odd) => void odd.members.push(person("bot", { user_kind: kind })),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_SERVICE/),
    }),
  ),
]);

/** As they stand in place of addresses, in forms that are addresses to the eye of a program. */
const masked = [
  "m•••@acme.example",
  "mxxx@acme.example",
  "m___@acme.example",
  "redacted+7@acme.example",
  "7f3a@users.invalid",
];

siblings("an address that may be none", [
  ...masked.map(
    (email): Sibling => ({
      name: `${email} is dropped for a Member's key`,
      change: (odd) => {
        set("olga", { role: "Member" })(odd);
        set("pia", { role: "Owner" })(odd);
        set("mia", { email })(odd);
      },
      ends: "Partial roster",
      says: "CS-EMAIL-REDACTED",
      holds: (synced) => assert.ok(!synced.user("Umia").includes("address")),
    }),
  ),
  {
    name: "and is one for an Owner's key",
    change: set("mia", { email: "maxxxie@acme.example" }),
    ends: "Complete",
    holds: (synced) => assert.match(synced.user("Umia"), /"address":"maxxxie@acme.example"/),
  },
]);

const unused = { email: null, has_two_factor: false, last_login_at: null, last_login_method: "Unknown" };
const asService = [
  ["a kind that nobody knows", { user_kind: "Bot" }],
  ["an empty kind", { user_kind: "" }],
  ["a last login in 1970", { last_login_at: "1970-01-01T00:00:00Z" }],
  ["a login method in lower case", { last_login_method: "unknown" }],
  ["a login method of blanks", { last_login_method: " " }],
  ["a login in another case", { user: "BOT" }],
] as const;

siblings("services are not people, in whatever way their rows are odd:", [
  ...asService.map(
    ([name, fields]): Sibling => ({
      name: `among the members, with ${name}`,
      change: (odd) => {
        odd.services.push({ slug: "bot", name: "Bot", role: "Member" });
        odd.members.push(person("bot", { ...unused, ...fields }));
      },
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_SERVICE/),
    }),
  ),
  {
    name: "a person that no list of services has stays one, whatever its kind is called",
    change: (odd) => void odd.members.push(person("bot", { ...unused, user_kind: "Bot" })),
    ends: "Complete with warnings",
    says: "CS-EMAIL-UNUSABLE",
    holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_HUMAN/),
  },
  {
    name: "a team has the id of another one as its slug",
    change: (odd) => {
      older(odd);
      Object.assign(odd.teams[1] ?? {}, { slug: "Tcore" });
      const { core = [], docs = [] } = odd.teamMembers;
      odd.teamMembers = { core, Tcore: core, Tdocs: docs };
    },
    ends: "Complete",
    holds: (synced) => {
      assert.deepEqual(core(synced), inCore);
      assert.deepEqual(
        synced.grants.filter((id) => id.startsWith("team:Tdocs:")),
        ["team:Tdocs:member:user:Unoah"],
      );
    },
  },
  {
    name: "a team's row of a kind that nobody knows, with the slug of a person and of a service",
    change: (odd) => {
      older(odd);
      odd.services.push({ slug: "pia", name: "Bot", role: "Member" });
      const members = [...(odd.teamMembers["core"] ?? []), { user: "pia", role: "Manager", user_kind: "Bot" }];
      answering("/teams/core/members", { body: { members } })(odd);
    },
    ends: "Partial roster",
    says: "CS-TEAM-MEMBER-AMBIGUOUS",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

siblings("what changes while it is read:", [
  {
    name: "the key's owner is no Owner any more when the list is read",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path !== "/members/") return undefined;
        set("olga", { role: "Member" })(odd);
        set("pia", { role: "Owner" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
  {
    name: "the key's owner is no member any more when the list is read",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path !== "/members/" || odd.members[0]?.["user"] !== "olga") return undefined;
        odd.members.shift();
        set("pia", { role: "Owner" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, ["user:Umia", "user:Unoah", "user:Upia"]),
  },
  {
    name: "the service account of the key is no Manager any more when the list is read",
    change: (odd) => {
      Object.assign(odd.self, { slug: "bot", slug_perm: "Sbot", name: "Bot", email: null });
      odd.services.push({ slug: "bot", name: "Bot", role: "Manager" });
      odd.answer = ({ path }) => {
        if (path !== "/members/") return undefined;
        Object.assign(odd.services[0] ?? {}, { role: "Member" });
        set("mia", { email: "m***@***" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
  {
    name: "a team gets another slug before its members are asked for",
    change: (odd) => {
      older(odd);
      odd.answer = ({ path }) => {
        if (path !== "/teams/core/members") return undefined;
        Object.assign(odd.teams.find((row) => row["slug"] === "core") ?? {}, { slug: "nucleus" });
        odd.teamMembers = { ...odd.teamMembers, nucleus: odd.teamMembers["core"] ?? [] };
        return { status: 404, body: { detail: "Not found." } };
      };
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

/** Pages of the number that is asked for are not served: the first comes in the place of each, in the size asked for. */
const firstOnly =
  (isCounted: boolean) =>
  (odd: Changeable): void => {
    odd.members.push(...many(30));
    odd.answer = ({ path, query }) => {
      if (path !== "/members/") return undefined;
      const rows = usual(odd, path, query).body as Row[];
      query.set("page", "1");
      return { body: rows.slice(0, Number(query.get("page_size"))), count: isCounted ? rows.length : "none" };
    };
  };

siblings("a list that does not move", [
  ...[true, false].map(
    (isCounted): Sibling => ({
      name: `and shows its first page whatever number is asked for, ${isCounted ? "counted" : "not counted"}`,
      change: firstOnly(isCounted),
      options: { pageSize: 10 },
      ends: "Partial roster",
      says: "CS-COUNT-DIFFERS",
    }),
  ),
  {
    name: "and has nobody, which is told as a page past its end",
    change: (odd) => {
      odd.members.pop();
      odd.answer = ({ path, query }) =>
        path === "/members/" && query.get("is_active") === "false"
          ? { status: 404, body: { detail: "Invalid page." } }
          : undefined;
    },
    ends: "Complete",
    holds: ({ users }) => assert.deepEqual(users, ["user:Umia", "user:Unoah", "user:Uolga"]),
  },
]);

siblings("a service account among the members", [
  {
    name: "that is asked for as such is said to be in the file twice",
    change: (odd) => {
      odd.members.push(
        person("bot", { email: null, last_login_at: null, last_login_method: "Unknown", has_two_factor: null }),
      );
      odd.services.push({ slug: "bot", name: "Bot", role: "Member", teams: [] });
    },
    options: { requested: ["service"] },
    ends: "Complete with warnings",
    says: "CS-SERVICE-AMONG-MEMBERS",
  },
]);

siblings("a privilege on a repository", [
  {
    name: "names nobody of the other kinds by blank texts",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path === "/repos/acme/") return { body: [{ slug_perm: "R1", slug: "web", name: "Web" }] };
        if (path !== "/repos/acme/web/privileges") return undefined;
        return { body: { privileges: [{ privilege: "Read", user: "mia", team: "", service: "" }] } };
      };
    },
    options: { requested: ["repository"] },
    ends: "Complete with warnings",
    says: "CS-REPOSITORY-DEFAULTS",
    holds: ({ codes, grants }) => {
      assert.deepEqual(codes, ["CS-REPOSITORY-DEFAULTS"]);
      assert.ok(grants.includes("repository:R1:read:user:Umia"));
    },
  },
]);

siblings("an invitation", [
  {
    name: "that expires at no time that can be read is said to",
    change: answering("/invites/", { body: [{ slug_perm: "I1", email: "new@acme.example", expires_at: "soon" }] }),
    options: { requested: ["invitation"] },
    ends: "Complete with warnings",
    says: "CS-EXPIRY-UNREADABLE",
  },
]);

siblings("a last login that cannot be read", [
  ...["yesterday", "1700000000000", "Mon, 01 Jan 2024 10:00:00 GMT", "2024-02-30T10:00:00Z"].map(
    (text): Sibling => ({
      name: `is said to be unknown: ${text}`,
      change: set("mia", { last_login_at: text }),
      ends: "Complete with warnings",
      says: "CS-LAST-LOGIN-UNREADABLE",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
]);

siblings("a name that leads elsewhere", [
  ...["pia/remove", "pia/", "../members/pia/remove", "..", "\\pia"].map(
    (user): Sibling => ({
      name: `is asked for as it is, whenever a server decodes the path: ${user}`,
      change: (odd) => {
        older(odd);
        odd.teamMembers["core"]?.push({ user, role: "Member", user_kind: "User" });
      },
      ends: "Partial roster",
      says: "CS-MEMBER-UNLISTED",
      // A GET of /members/pia/remove/ removes a member (Cloudsmith API).
      holds: ({ asked }) => {
        const wanted = /^\/members\/[^/\\]+\/$/;
        const single = asked.map(decodeURIComponent).filter((path) => /^\/members\/./.test(path));
        assert.deepEqual(
          single.filter((path) => !wanted.test(path)),
          [],
        );
        assert.equal(single.length, 2, "the key's owner, and the name");
      },
    }),
  ),
]);

siblings("names in another case:", [
  {
    name: "a team lists its member so, and the member cannot be asked for so",
    change: (odd) => {
      older(odd);
      const members = (odd.teamMembers["core"] ?? []).map((row) => ({
        ...row,
        user: String(row["user"]).toUpperCase(),
      }));
      answering("/teams/core/members", { body: { members } })(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "two people whose logins differ by it are told apart",
    change: (odd) => {
      older(odd);
      odd.members.push(person("MIA"));
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

siblings("what is known is used:", [
  {
    name: "no row is an Owner, for a Manager's key",
    change: set("olga", { role: "Manager" }),
    ends: "Partial roster",
    says: "CS-NO-OWNER",
  },
  {
    name: "the only Owner is inactive",
    change: (odd) => {
      set("olga", { role: "Manager" })(odd);
      odd.members.push(person("zoe", { role: "Owner", is_active: false }));
    },
    ends: "Complete",
  },
]);

siblings("ids:", [
  {
    name: "one id and login with another address in the other list",
    change: (odd) => void odd.members.push(person("mia", { is_active: false, email: "eve@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one team under two slugs, one of which a membership names",
    change: (odd) => {
      odd.teams.push(team("nucleus", { slug_perm: "Tcore" }));
      set("noah", { teams: [place("nucleus")] })(odd);
    },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id twice, active and inactive, without logins",
    change: (odd) => {
      const unnamed: Row = { user_id: "Ux", user: null };
      odd.members.push(person("x", unnamed), person("y", { ...unnamed, is_active: false }));
    },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
]);
