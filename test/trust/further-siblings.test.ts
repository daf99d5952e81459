/** Whole syncs of an organization whose server errs in one thing: lists that are denied, cut short, or contradicted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatonError } from "../../src/sdk/errors.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type Asked, acme, type OddAnswer, person, place, type Row, team, usual } from "./odd-organization.ts";
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
  sync,
} from "./sibling-table.ts";

const missing: OddAnswer = { status: 404, body: { detail: "Not found." } };

for (const path of ["/members/", "/teams/"]) {
  siblings(`the first page of ${path} answers 404`, [
    {
      name: "twice, and then it is there",
      change: answering(path, (before) => (before < 2 ? missing : undefined)),
      ends: "Complete",
      holds: ({ users, teams }) => assert.deepEqual([...users, ...teams], [...everybody, "team:Tcore", "team:Tdocs"]),
    },
    {
      name: "for ever, and the organization is there",
      change: answering(path, missing),
      ends: "Incomplete",
      says: "CS-ROSTER-INCOMPLETE",
      holds: ({ hint }) => assert.match(hint, /^Run again in some minutes/),
    },
    {
      name: "for ever, and so does the organization by now",
      change: (odd) => {
        odd.answer = ({ path: asked, before }) => {
          return asked === path || (asked === "/" && before > 0) ? missing : undefined;
        };
      },
      ends: "Failed",
      says: "CS-ORG-404",
    },
  ]);
}

test("an organization that its own address denies, and the list of organizations has, is no typing mistake", async () => {
  const odd: Changeable = acme();
  answering("/", missing)(odd);
  await assert.rejects(sync(odd), ({ code, hint }: BatonError) => {
    return code === "CS-ORG-CONTRADICTED" && !/slug|Did you mean/.test(hint ?? "");
  });
});

for (const status of [401, 403, 404]) {
  test(`a web page in place of an answer is told of, whatever the status: ${status}`, async () => {
    const odd: Changeable = acme();
    answering("/user/self/", { status, body: "<!doctype html><title>Blocked</title>" })(odd);
    await assert.rejects(sync(odd), ({ hint }: BatonError) => /web page: a proxy, firewall/.test(hint ?? ""));
  });
}

siblings("the look-up of the key's role answers with", [
  ...["mia", "pia"].map(
    (login): Sibling => ({
      name: `the row of ${login}, who was not asked for`,
      change: (odd) => answering("/members/olga/", { body: find(odd, login) })(odd),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
    }),
  ),
  {
    name: "the row that was asked for, whose login is in another case and whose id the caller's own answer does not have",
    change: (odd) => {
      Object.assign(odd.self, { slug: "Olga", slug_perm: "other" });
      answering("/members/Olga/", { body: find(odd, "olga") })(odd);
    },
    ends: "Complete",
  },
  {
    name: "the row that was asked for, without a login",
    change: answering("/members/olga/", { body: person("olga", { role: "Owner", user: null }) }),
    ends: "Complete",
  },
]);

for (const status of [500, 502, 503, 504]) {
  test(`a look-up of the key's role that is in trouble is not waited for: ${status}`, async () => {
    const odd: Changeable = acme();
    odd.answer = ({ path }) => (/^\/(members|services)\/olga\/$/.test(path) ? { status, body: {} } : undefined);
    const clock = new VirtualClock();
    const { result, users } = await sync(odd, { clock });
    assert.deepEqual([result, users], ["Partial roster", everybody]);
    assert.ok(clock.monotonicMs() <= 60_000, `${clock.monotonicMs()} ms`);
  });
}

const isLarge = ({ path, query }: Asked): boolean => path === "/members/" && Number(query.get("page_size")) > 100;

siblings("pages are asked for smaller where large ones fail:", [
  ...[400, 408, 500, 502, 503, 520, 524].map(
    (status): Sibling => ({
      name: `${status} for the members`,
      change: (odd) => {
        odd.answer = (asked) => (isLarge(asked) ? { status, body: {} } : undefined);
      },
      ends: "Complete with warnings",
      says: "CS-PAGES-SMALLER",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
  ...[400, 503].map(
    (status): Sibling => ({
      name: `${status} for pages of every size`,
      change: answering("/members/", { status, body: {} }),
      ends: "Failed",
      says: status === 400 ? "CS-HTTP-400" : "CS-SERVER-503",
    }),
  ),
]);

/** What a server counts that counts something else than the list: of what it has, and of the page that is asked for. */
const otherCounts: readonly (readonly [name: string, count: (rows: number, page: number, size: number) => number])[] = [
  ["the rows of the page", (rows, page, size) => Math.max(0, Math.min(size, rows - (page - 1) * size))],
  ["what is left from the page on", (rows, page, size) => Math.max(0, rows - (page - 1) * size)],
  ["fewer with every page", (rows, page) => rows + 5 - page],
];

siblings(
  "a list at rest whose pages count",
  otherCounts.map(
    ([name, count]): Sibling => ({
      name,
      change: (odd) => {
        odd.members.push(...many(40));
        odd.answer = ({ path, query }) => {
          if (path !== "/members/") return undefined;
          const answer = usual(odd, path, query) as { body: readonly Row[] };
          const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("page_size") ?? 30)];
          return { ...answer, count: count(answer.body.length, page, size) };
        };
      },
      options: { pageSize: 10 },
      ends: "Partial roster",
      says: "CS-COUNT-DIFFERS",
      holds: ({ users }) => assert.equal(users.length, 44),
    }),
  ),
);

siblings("a list as long as one page", [
  ...([undefined, "none"] as const).map(
    (count): Sibling => ({
      name: `is whole, ${count ?? "all"} announced`,
      change: (odd) => {
        odd.members.push(...many(7));
        odd.answer = ({ path, query }) =>
          path === "/members/" && count ? { ...usual(odd, path, query), count } : undefined;
      },
      options: { pageSize: 10 },
      ends: "Complete",
      holds: ({ users }) => assert.equal(users.length, 11),
    }),
  ),
]);

/** As a server that takes the number and the size of a page for others than were asked for, and announces nothing. */
function mispaged(list: string, instead: (page: number, size: number, rows: number) => readonly [number, number]) {
  return (odd: Changeable): void => {
    odd.members.push(...many(40));
    for (let number = 0; number < 40; number++) odd.teams.push(team(`t${number}`));
    odd.answer = ({ path, query }) => {
      if (path !== list) return undefined;
      const answer = usual(odd, path, query) as { body: readonly Row[] };
      const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("page_size") ?? 30)];
      const [pageTaken, sizeTaken] = instead(page, size, answer.body.length);
      query.set("page", String(pageTaken));
      query.set("page_size", String(sizeTaken));
      return { ...answer, count: "none" };
    };
  };
}

siblings("a server that shows the first page, whatever number is asked for,", [
  ...["/members/", "/teams/"].flatMap((list) =>
    (
      [
        ["of its own size", () => 7],
        ["of its own size or less", (size) => Math.min(size, 7)],
        ["as long as the first question asked for", () => 10],
        ["longer than was asked for", () => 13],
      ] as readonly (readonly [string, (size: number) => number])[]
    ).map(
      ([name, sizeOf]): Sibling => ({
        name: `${name}: ${list}`,
        change: mispaged(list, (_page, size) => [1, sizeOf(size)]),
        options: { pageSize: 10 },
        ends: "Partial roster",
        says: "CS-COUNT-DIFFERS",
      }),
    ),
  ),
]);

siblings("a server that shows the last page for every later number", [
  ...[7, 10, 11, 44].map(
    (rows): Sibling => ({
      name: `is understood, ${rows} in a page`,
      change: mispaged("/members/", (page, size, all) => {
        const taken = Math.min(size, rows);
        return [Math.min(page, Math.max(1, Math.ceil(all / taken))), taken];
      }),
      options: { pageSize: 44 },
      ends: "Complete",
      holds: ({ users }) => assert.equal(users.length, 44),
    }),
  ),
]);

siblings("headers of paging", [
  {
    name: "that the first page lacks",
    change: (odd) => {
      odd.members.push(...many(40));
      odd.answer = ({ path, query }) =>
        path === "/members/" && query.get("page") === "1" ? { ...usual(odd, path, query), count: "none" } : undefined;
    },
    options: { pageSize: 10 },
    ends: "Complete",
    holds: ({ users }) => assert.equal(users.length, 44),
  },
  {
    name: "that only the first page has",
    change: (odd) => {
      odd.members.push(...many(40));
      odd.answer = ({ path, query }) =>
        path === "/members/" && query.get("page") !== "1" ? { ...usual(odd, path, query), count: "none" } : undefined;
    },
    options: { pageSize: 10 },
    ends: "Complete",
    holds: ({ users }) => assert.equal(users.length, 44),
  },
]);

siblings("a list at rest always ends:", [
  {
    name: "both lists of members announce everybody",
    change: (odd) => {
      odd.answer = (asked) => {
        if (asked.path !== "/members/") return undefined;
        return { ...usual(odd, asked.path, asked.query), count: odd.members.length };
      };
    },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
  {
    name: "both lists announce one more than everybody",
    change: (odd) => {
      odd.answer = (asked) => {
        if (asked.path !== "/members/") return undefined;
        return { ...usual(odd, asked.path, asked.query), count: odd.members.length + 1 };
      };
    },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
  },
]);

test("a list whose beginning is another at every second look is not said to be at rest", async () => {
  const odd: Changeable = acme();
  let looks = 0;
  odd.answer = (asked) => {
    if (asked.path !== "/members/" || asked.query.get("is_active") !== "true") return undefined;
    const { body } = usual(odd, asked.path, asked.query) as { body: readonly Row[] };
    return { body: looks++ % 2 === 0 ? body : body.slice(1), count: body.length };
  };
  const { result, message } = await sync(odd);
  assert.equal(result, "Incomplete");
  assert.match(message, /changed each time: .*3 were announced, 3 different ones shown/);
});

/** What everybody's places in teams say as a role. */
function placedAs(role: string | null, but: readonly string[] = []): (odd: Changeable) => void {
  return (odd) => {
    for (const row of odd.members.filter(({ user }) => !but.includes(String(user)))) {
      row["teams"] = (row["teams"] as Row[]).map((one) => ({ ...one, role }));
    }
  };
}

siblings("roles in teams", [
  ...[null, "Lead", ""].map(
    (role): Sibling => ({
      name: `are ${JSON.stringify(role)} for all`,
      change: placedAs(role),
      ends: "Partial roster",
      says: "CS-TEAM-ROLES-UNKNOWN",
      holds: (synced) =>
        assert.deepEqual(
          core(synced),
          inCore.filter((id) => !id.includes("manager")),
        ),
    }),
  ),
  {
    name: "are unknown for one of three",
    change: placedAs("Lead", ["noah"]),
    ends: "Complete with warnings",
    says: "CS-TEAM-ROLE-UNKNOWN",
  },
]);

const teamLists = (asked: readonly string[]): number => asked.filter((path) => path.endsWith("/members")).length;

siblings("most memberships say that their member is in no team", [
  {
    name: "and a team that none names has members",
    change: set("noah", { teams: [] }),
    ends: "Partial roster",
    says: "CS-TEAMS-CONTRADICTED",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "and a team that one names has more members",
    change: (odd) => {
      set("noah", { teams: [] })(odd);
      odd.teams.pop();
    },
    ends: "Partial roster",
    says: "CS-TEAMS-CONTRADICTED",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "and it is so: one team is asked, and no more",
    change: (odd) => void odd.members.push(...many(10)),
    ends: "Complete",
    holds: (synced) => {
      assert.deepEqual(core(synced), inCore);
      assert.equal(teamLists(synced.asked), 1);
    },
  },
  {
    name: "and one names its team in another case",
    change: (odd) => {
      odd.members.push(...many(10));
      set("mia", { teams: [place("CORE", "Manager")] })(odd);
      odd.answer = ({ path }) => (path === "/teams/CORE/" ? { body: odd.teams[0] } : undefined);
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  ...[403, 404, 500].map(
    (status): Sibling => ({
      name: `and the team that is asked answers ${status}`,
      change: (odd) => {
        odd.members.push(...many(10));
        odd.answer = ({ path }) => (path.endsWith("/members") ? { status, body: {} } : undefined);
      },
      ends: status === 500 ? "Failed" : "Complete",
    }),
  ),
  {
    name: "and somebody came into a team meanwhile",
    change: (odd) => {
      odd.members.push(...many(10));
      const late = [...(odd.teamMembers["core"] ?? []), { user: "p03", role: "Member", user_kind: "User" }];
      odd.answer = ({ path }) => {
        if (path === "/members/p03/") return { body: person("p03", { teams: [place("core")] }) };
        return path === "/teams/core/members" ? { body: { members: late } } : undefined;
      };
    },
    ends: "Complete",
    holds: ({ asked }) => assert.equal(teamLists(asked), 1),
  },
]);

/** A number that is another each time. */
let reading = 0;
function renumbered(path: string, key: string, whom: (row: Row) => boolean): (odd: Changeable) => void {
  return (odd) => {
    odd.answer = ({ path: asked, query }) => {
      if (asked !== path) return undefined;
      reading++;
      const rows = usual(odd, path, query).body as Row[]; // It is a list.
      return { body: rows.map((row) => (whom(row) ? { ...row, [key]: `N${reading}-${String(row["user"])}` } : row)) };
    };
  };
}

siblings("at each reading another id", [
  ...[["everybody"], ["mia"], ["pia"]].map(
    ([who]): Sibling => ({
      name: `is that of ${who}, and it is said whose`,
      change: renumbered("/members/", "user_id", ({ user }) => who === "everybody" || user === who),
      ends: "Incomplete",
      says: "CS-ID-COLLISION",
      holds: ({ message, asked }) => {
        assert.match(message, who === "everybody" ? /olga/ : new RegExp(`\\(${who}\\)`));
        assert.ok(asked.length < 20, "no more is read than shows it");
      },
    }),
  ),
]);

test("somebody who has another id in the second reading, and keeps it, ends nothing", async () => {
  const odd: Changeable = acme();
  odd.members.push(...many(3));
  odd.answer = ({ path, query, before }) => {
    if (path !== "/members/") return undefined;
    if (before === 3) odd.members.push(person("late"));
    const rows = usual(odd, path, query).body as Row[]; // It is a list.
    return { body: rows.map((row) => (row["user"] === "mia" && before > 1 ? { ...row, user_id: "Unew" } : row)) };
  };
  const { result, users } = await sync(odd);
  assert.equal(result, "Complete with warnings");
  assert.ok(users.includes("user:Unew") && !users.includes("user:Umia"));
});

test("a page in the middle that is not found is said so, and nobody is told to wait for rest", async () => {
  const odd: Changeable = acme();
  odd.members.push(...many(600));
  odd.answer = ({ path, query }) => (path === "/members/" && query.get("page") === "2" ? missing : undefined);
  const { result, message, hint } = await sync(odd);
  assert.equal(result, "Incomplete");
  assert.match(message, /a page of the member list that must be there is not found \(404\), in 5 readings/);
  assert.match(hint, /^Waiting will not help/);
});

siblings("the members of a team", [
  {
    name: "come in pages, of which there should be one",
    change: (odd) => {
      older(odd);
      const [first] = odd.teamMembers["core"] ?? [];
      answering("/teams/core/members", { body: { members: [first] }, headers: { "X-Pagination-PageTotal": "2" } })(odd);
    },
    ends: "Failed",
    says: "CS-ANSWER-SCHEMA",
  },
]);
