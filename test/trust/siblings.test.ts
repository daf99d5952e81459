/** Whole syncs of an organization whose server errs in one thing: what a kind of error comes to, sibling by sibling. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../sandbox/random.ts";
import { acme, type OddAnswer, person, place, type Row, team, usual } from "./odd-organization.ts";
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

siblings("an ordinary organization", [
  {
    name: "as it is",
    change: () => {},
    ends: "Complete",
    holds: (synced) => {
      assert.deepEqual(synced.users, everybody);
      assert.deepEqual(core(synced), inCore);
    },
  },
  {
    name: "whose memberships say no teams",
    change: older,
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

const bot = { slug: "bot", name: "Bot", role: "Member" };
const botRow = { email: null, last_login_at: null, last_login_method: "Unknown", has_two_factor: false };

siblings("services are not people", [
  ...["Service", "service", "SERVICE"].map(
    (kind): Sibling => ({
      name: `a row of the kind ${kind} in a team's list, whatever was asked for`,
      change: (odd) => {
        older(odd);
        odd.services.push(bot);
        const members = [...(odd.teamMembers["core"] ?? []), { user: "bot", role: "Member", user_kind: kind }];
        answering("/teams/core/members", { body: { members } })(odd);
      },
      ends: "Complete",
      holds: (synced) => assert.deepEqual(core(synced), inCore),
    }),
  ),
  {
    name: "a row without kind in a team's list that is a service by its slug",
    change: (odd) => {
      older(odd);
      odd.services.push(bot);
      odd.teamMembers["core"]?.push({ user: "bot", role: "Member" });
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "a row of a service that has the slug of a person",
    change: (odd) => {
      older(odd);
      odd.services.push({ ...bot, slug: "pia" });
      const members = [...(odd.teamMembers["core"] ?? []), { user: "pia", role: "Manager", user_kind: "SERVICE" }];
      answering("/teams/core/members", { body: { members } })(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  ...["service", "Service", undefined].map(
    (kind): Sibling => ({
      name: `among the members, of the kind ${kind}`,
      change: (odd) => {
        odd.services.push(bot);
        odd.members.push(person("bot", { ...botRow, ...(kind && { user_kind: kind }) }));
      },
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_SERVICE/),
    }),
  ),
  {
    name: "a person of the kind USER with neither address nor login stays a person",
    change: (odd) => {
      odd.services.push(bot);
      odd.members.push(person("bot", { ...botRow, user_kind: "USER" }));
    },
    ends: "Complete with warnings",
    says: "CS-EMAIL-UNUSABLE",
    holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_HUMAN/),
  },
]);

const declined: readonly (readonly [string, OddAnswer])[] = [
  ...[400, 402, 403, 404, 405, 422].map((status): readonly [string, OddAnswer] => [
    String(status),
    { status, body: { detail: "No." } },
  ]),
  ["403 as HTML", { status: 403, body: "<html>no</html>" }],
  ["rubbish", { body: "[{]" }],
  ["a number", { body: 7 }],
  ["nothing", { body: "" }],
  ["HTML", { body: "<!doctype html><title>Sign in</title>" }],
  ["a list", { body: [] }],
  ["null", { body: null }],
  ["a role that is a number", { body: { ...person("olga"), role: 7 } }],
];

siblings(
  "the look-up of the key's role may answer",
  declined.map(
    ([name, answer]): Sibling => ({
      name,
      change: answering("/members/olga/", answer),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
      holds: (synced) => assert.deepEqual(synced.users, everybody),
    }),
  ),
);

siblings("the organization that answers", [
  {
    name: "is the one in another case",
    change: (odd) => void Object.assign(odd.organization, { slug: "ACME" }),
    ends: "Complete",
  },
]);

test("the organization that answers: is another one: nothing is read", async () => {
  const odd = acme();
  Object.assign(odd.organization, { slug: "acme-2" });
  await assert.rejects(sync(odd), { code: "CS-ORG-OTHER" });
});

siblings("roles", [
  {
    name: "unknown for one",
    change: set("mia", { role: "Auditor" }),
    ends: "Complete with warnings",
    says: "CS-ROLE-UNKNOWN",
  },
  {
    name: "missing for one",
    change: set("mia", { role: null }),
    ends: "Complete with warnings",
    says: "CS-ROLE-UNKNOWN",
  },
  ...["Auditor", "", null].map(
    (role): Sibling => ({
      name: `${JSON.stringify(role)} for most`,
      change: (odd) => {
        for (const login of ["mia", "noah", "pia"]) Object.assign(find(odd, login), { role });
      },
      ends: "Incomplete",
      says: "CS-ROLES-UNKNOWN",
    }),
  ),
  {
    name: "in capitals",
    change: (odd) => {
      for (const row of odd.members) row["role"] = String(row["role"]).toUpperCase();
    },
    ends: "Complete",
    holds: ({ grants }) => assert.ok(grants.includes("organization:ORGid:owner:user:Uolga")),
  },
]);

/** Whether people use two-factor authentication, as rows say it. */
function twoFactor(says: unknown, ...logins: readonly string[]): (odd: Changeable) => void {
  return (odd) => {
    for (const login of logins) Object.assign(find(odd, login), { has_two_factor: says });
  };
}

siblings("the use of a second factor", [
  ...[null, undefined].flatMap((says): Sibling[] => [
    {
      name: `${says} for one of four`,
      change: twoFactor(says, "mia"),
      ends: "Complete with warnings",
      says: "CS-TWO-FACTOR-UNKNOWN",
      holds: ({ user }) => assert.doesNotMatch(user("Umia"), /two_factor|mfa/),
    },
    {
      name: `${says} for most`,
      change: twoFactor(says, "mia", "noah", "pia"),
      ends: "Partial roster",
      says: "CS-TWO-FACTOR-UNKNOWN",
    },
  ]),
  ...(["true", "True", "FALSE"] as const).map(
    (says): Sibling => ({
      name: `as the text ${says}`,
      change: twoFactor(says, "mia", "noah"),
      ends: "Complete",
      holds: ({ user }) => assert.equal(/"mfaEnabled":true/.test(user("Umia")), says !== "FALSE", user("Umia")),
    }),
  ),
  { name: "as a text that is neither", change: twoFactor("yes", "mia"), ends: "Failed", says: "CS-ANSWER-SCHEMA" },
  {
    name: "null for service accounts that outnumber the people",
    change: (odd) => {
      odd.members.push(...many(9).map((row) => ({ ...row, ...botRow, has_two_factor: null, user_kind: "Service" })));
    },
    ends: "Complete",
  },
]);

siblings("an odd address", [
  ...[
    "mailto:mia@acme.example",
    "MAILTO:mia@acme.example",
    "\u200bmia@acme.example\ufeff",
    "mia@acme.example.",
    "Mia M. <mia@acme.example>",
    "  mia@acme.example\n",
    "<mia@acme.example>",
    '"M, Mia" <mailto:mia@acme.example>',
  ].map(
    (email): Sibling => ({
      name: JSON.stringify(email),
      change: set("mia", { email }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Umia"), /"address":"mia@acme.example"/),
    }),
  ),
  ...["m***@acme.example", "m…@acme.example", "m...@acme.example", "[redacted]", "-", ""].map(
    (email): Sibling => ({
      name: `that is none: ${JSON.stringify(email)}`,
      change: set("mia", { email }),
      ends: "Complete with warnings",
      says: "CS-EMAIL-UNUSABLE",
      holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /"address"/),
    }),
  ),
  {
    name: "that two people share, for an Owner",
    change: (odd) => {
      set("mia", { email: "team@acme.example" })(odd);
      set("noah", { email: "team@acme.example" })(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.match(synced.user("Umia") + synced.user("Unoah"), /team@acme.*team@acme/),
  },
  ...[
    ["hidden@acme.example", "hidden@acme.example"],
    ["Hidden@acme.example", "hidden@ACME.example"],
    ["mailto:hidden@acme.example", "hidden@acme.example"],
  ].map(
    ([one, other]): Sibling => ({
      name: `that two people share, for a narrow key: ${one}, ${other}`,
      change: (odd) => {
        set("olga", { role: "Member" })(odd);
        odd.members.push(person("zoe", { role: "Owner" }));
        set("mia", { email: one })(odd);
        set("noah", { email: other })(odd);
      },
      ends: "Partial roster",
      holds: (synced) => {
        assert.doesNotMatch(synced.user("Umia") + synced.user("Unoah"), /"address"/);
        assert.match(synced.user("Uzoe"), /"address":"zoe@acme.example"/);
      },
    }),
  ),
]);

siblings("a placeholder", [
  ...[
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2027-06-01T00:00:00Z",
    "",
  ].map(
    (at): Sibling => ({
      name: `for a login, ${JSON.stringify(at)}`,
      change: set("mia", { last_login_at: at }),
      ends: "Complete",
      holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /lastLogin|last_login_at/),
    }),
  ),
  {
    name: "for the day of joining",
    change: set("mia", { joined_at: "1970-01-01T00:00:00Z" }),
    ends: "Complete",
    holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /1970|joined_at/),
  },
  ...["", "   ", "\u200b", "\u2060\ufeff", "\u3164"].map(
    (name): Sibling => ({
      name: `for a name, ${JSON.stringify(name)}`,
      change: set("mia", { user_name: name }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Umia"), /"displayName":"mia"/),
    }),
  ),
  {
    name: "of a team that stands twice on a membership",
    change: set("noah", { teams: [place("core"), place("docs"), place("core", "Manager")] }),
    ends: "Complete",
    holds: (synced) =>
      assert.deepEqual(core(synced), [inCore[0], "team:Tcore:manager:user:Unoah", ...inCore.slice(1)].sort()),
  },
]);

siblings("the members of a team answer 404", [
  {
    name: "twice, and then they are there",
    change: (odd) => {
      older(odd);
      const gone: OddAnswer = { status: 404, body: { detail: "Not found." } };
      answering("/teams/core/members", (before) => (before < 2 ? gone : undefined))(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "for ever, while the team is there",
    change: (odd) => {
      older(odd);
      answering("/teams/core/members", { status: 404, body: {} })(odd);
    },
    ends: "Incomplete",
    says: "CS-ROSTER-INCOMPLETE",
  },
  {
    name: "because the team is gone",
    change: (odd) => {
      older(odd);
      odd.answer = ({ path }) => (/^\/teams\/T?core\//.test(path) ? { status: 404, body: {} } : undefined);
    },
    ends: "Complete with warnings",
    says: "CS-TEAM-GONE",
    holds: (synced) => assert.deepEqual(core(synced), []),
  },
  {
    name: "because the team goes while they are asked for again",
    change: (odd) => {
      older(odd);
      odd.answer = ({ path, before }) => {
        if (path === "/teams/core/members") return { status: 404, body: {} };
        if (path === "/teams/Tcore/") return { status: 404, body: {} };
        return path === "/teams/core/" && before > 1 ? { status: 404, body: {} } : undefined;
      };
    },
    ends: "Complete with warnings",
    says: "CS-TEAM-GONE",
  },
]);

/** The list does not show the key's owner as the look-up does. */
function ownerAlone(fields: Row | undefined): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(person("zoe", { role: "Owner" }));
    const alone = { ...find(odd, "olga") };
    const index = odd.members.indexOf(find(odd, "olga"));
    if (fields) Object.assign(find(odd, "olga"), fields);
    else odd.members.splice(index, 1);
    answering("/members/olga/", { body: alone })(odd);
  };
}

siblings("the key's owner, found by a look-up,", [
  { name: "is not in the list", change: ownerAlone(undefined), ends: "Incomplete", says: "CS-KEY-OWNER-UNLISTED" },
  {
    name: "has another role there",
    change: ownerAlone({ role: "Member" }),
    ends: "Partial roster",
    says: "CS-KEY-OWNER-DIFFERS",
  },
  {
    name: "is inactive there",
    change: ownerAlone({ is_active: false }),
    ends: "Partial roster",
    says: "CS-KEY-OWNER-DIFFERS",
  },
  { name: "has the role in another case there", change: ownerAlone({ role: "OWNER" }), ends: "Complete" },
]);

siblings("ids:", [
  {
    name: "one id with two logins on one page",
    change: (odd) => void odd.members.push(person("eve", { user_id: "Umia" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with two logins on two pages",
    change: (odd) => void odd.members.push(...many(12), person("zed", { user_id: "Umia" })),
    options: { pageSize: 5 },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with another login in the other list",
    change: (odd) => void odd.members.push(person("eve", { user_id: "Umia", is_active: false })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "two ids with one login",
    change: (odd) => void odd.members.push(person("mia", { user_id: "Uother", email: "other@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with the login in another case",
    change: (odd) => void odd.members.push(person("MIA", { user_id: "Umia", email: "eve@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  ...["mailto:mia@acme.example", "Mia <MIA@acme.example>", " mia@acme.example."].map(
    (email): Sibling => ({
      name: `one id with its address as ${JSON.stringify(email)} in the other list`,
      change: (odd) => void odd.members.push(person("mia", { is_active: false, email })),
      ends: "Complete with warnings",
      says: "CS-ROW-TWICE",
    }),
  ),
  ...[undefined, null, ""].map(
    (user_id): Sibling => ({
      name: `${user_id === undefined ? "missing" : JSON.stringify(user_id)} on a member`,
      change: set("noah", { user_id }),
      ends: "Incomplete",
      says: "CS-ID-MISSING",
    }),
  ),
  ...["   ", "\u200b"].map(
    (user_id): Sibling => ({
      name: `${JSON.stringify(user_id)}, in which nothing is to be seen, on a member`,
      change: set("noah", { user_id }),
      ends: "Incomplete",
      says: "CS-ID-MISSING",
    }),
  ),
  {
    name: "half of a surrogate pair on two members, which a file would have as one",
    change: (odd) => {
      Object.assign(find(odd, "mia"), { user_id: "\ud800x" });
      Object.assign(find(odd, "noah"), { user_id: "\ud801x" });
    },
    ends: "Incomplete",
    says: "CS-ID-MISSING",
  },
  {
    name: "whole numbers, everywhere",
    change: (odd) => {
      const numbers = new Map(["mia", "noah", "pia", "olga"].map((login, index) => [login, index + 1]));
      for (const row of odd.members) row["user_id"] = numbers.get(String(row["user"]));
      Object.assign(odd.self, { slug_perm: numbers.get("olga") });
      Object.assign(odd.organization, { slug_perm: 77 });
      for (const [index, row] of odd.teams.entries()) row["slug_perm"] = index;
    },
    ends: "Complete",
    holds: ({ users, teams, grants }) => {
      assert.deepEqual([...users, ...teams], ["user:1", "user:2", "user:3", "user:4", "team:0", "team:1"]);
      assert.ok(grants.includes("team:0:manager:user:1") && grants.includes("organization:77:owner:user:4"));
    },
  },
  ...[7.5, 2 ** 53, true, {}].map(
    (user_id): Sibling => ({
      name: `${JSON.stringify(user_id)} on a member, which is no certain id`,
      change: set("noah", { user_id }),
      ends: "Failed",
      says: "CS-ANSWER-SCHEMA",
    }),
  ),
  {
    name: "two teams of one id",
    change: (odd) => void odd.teams.push(team("other", { slug_perm: "Tcore" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "two teams of one slug",
    change: (odd) => void odd.teams.push(team("core", { slug_perm: "Tother" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "missing on a team",
    change: (odd) => void odd.teams.push(team("other", { slug_perm: null })),
    ends: "Incomplete",
    says: "CS-ID-MISSING",
  },
]);

siblings("look-ups are bounded:", [
  {
    name: "a membership that names 5,000 teams which nobody sees",
    change: set("noah", { teams: Array.from({ length: 5000 }, (_, index) => place(`t${index}`)) }),
    ends: "Incomplete",
    says: "CS-TOO-MANY-LOOK-UPS",
    holds: (synced) => assert.ok(synced.asked.length < 30, String(synced.asked.length)),
  },
  {
    name: "a team that names 2,000 members whom nobody sees",
    change: (odd) => {
      older(odd);
      odd.teamMembers["core"]?.push(
        ...Array.from({ length: 2000 }, (_, index) => ({ user: `x${index}`, role: "Member", user_kind: "User" })),
      );
    },
    ends: "Incomplete",
    says: "CS-TOO-MANY-LOOK-UPS",
    holds: (synced) => assert.ok(synced.asked.length < 30, String(synced.asked.length)),
  },
]);

/**
 * Rows of equal names, of which there are four at the first page's edge, come in an order of each answer's own, as
 * databases give them: by page, or by page size. So one may stand twice and another nowhere, and nothing moves.
 */
function tied(list: string, isOtherWay: (page: number, size: number) => boolean): (odd: Changeable) => void {
  return (odd) => {
    odd.answer = ({ path, query }) => {
      if (path !== list) return undefined;
      const isWanted = ({ is_active = true }: Row): boolean => String(is_active) === query.get("is_active");
      const rows = list === "/teams/" ? odd.teams : odd.members.filter(isWanted);
      const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("page_size") ?? 30)];
      const sorted = query.get("sort")?.startsWith("-") ? rows.toReversed() : [...rows];
      const [from, to] = [8, 12];
      const namesakes = sorted.slice(from, to);
      if (isOtherWay(page, size)) sorted.splice(from, to - from, ...namesakes.reverse());
      return { body: sorted };
    };
  };
}

siblings(
  "namesakes at a page's edge, in another order",
  (["page", "page size"] as const).flatMap((by) =>
    ["active", "inactive", "teams"].map((where): Sibling => {
      return {
        name: `by ${by}, ${where}`,
        change: (odd) => {
          if (where === "teams") odd.teams.push(...Array.from({ length: 28 }, (_, index) => team(`t${index}`)));
          else odd.members.push(...many(30).map((row) => ({ ...row, is_active: where === "active" })));
          tied(
            where === "teams" ? "/teams/" : "/members/",
            (page, size) => (by === "page" ? page : size) % 2 === 0,
          )(odd);
        },
        options: { pageSize: 10 },
        ends: "Complete with warnings",
        says: where === "teams" ? "CS-TEAMS-MOVED" : "CS-ROSTER-MOVED",
        holds: (synced) => {
          if (where !== "teams") assert.equal(synced.users.length, 34);
          else assert.equal(synced.teams.length, 30);
        },
      };
    }),
  ),
);

/** Refuses what is asked of the members, besides what is wrong with namesakes at a page's edge. */
function refusing(
  status: number,
  isRefused: (query: URLSearchParams) => boolean,
  isOtherWay: (page: number, size: number) => boolean = (page) => page % 2 === 0,
): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(...many(70));
    tied("/members/", isOtherWay)(odd);
    const { answer } = odd;
    odd.answer = (asked, self) => {
      const refused = asked.path === "/members/" && isRefused(asked.query);
      return refused ? { status, body: { detail: "Invalid input." } } : answer?.(asked, self);
    };
  };
}

const isReordered = (query: URLSearchParams): boolean => query.get("sort") !== "user_name";
/** Half of the readings lose the namesake: without another order or size, no reading is as the one before. */
const byTurns = (): (() => boolean) => {
  let asked = 0;
  return () => asked++ % 3 === 1;
};

siblings("a question of a list that is read again", [
  ...[400, 403, 404, 405, 422, 500].map((status): Sibling => {
    return {
      name: `in another order, refused with ${status}`,
      change: refusing(status, isReordered, byTurns()),
      options: { pageSize: 10 },
      ends: "Complete with warnings",
      says: "CS-ROSTER-MOVED",
      holds: ({ users }) => assert.equal(users.length, 74),
    };
  }),
  ...[400, 422].map((status): Sibling => {
    const isOdd = (query: URLSearchParams): boolean => Number(query.get("page_size")) % 50 !== 0;
    return {
      name: `in pages of an unusual size, refused with ${status}`,
      change: refusing(status, isOdd),
      options: { pageSize: 50 },
      ends: "Complete",
      holds: ({ users }) => assert.equal(users.length, 74),
    };
  }),
]);

siblings("namesakes at a page's edge, in another order at every request", [
  {
    name: "20 of 50, with the edge of the first page among them",
    change: (odd) => {
      odd.members.push(...many(50));
      let asked = 0;
      odd.answer = ({ path, query }) => {
        if (path !== "/members/") return undefined;
        const rows = odd.members.filter(({ is_active = true }) => String(is_active) === query.get("is_active"));
        const random = createRandom(++asked, "ties");
        const namesakes = rows.slice(5, 25).map((row) => [random.next(), row] as const);
        const shuffled = namesakes.sort(([one], [other]) => one - other).map(([, row]) => row);
        return { body: [...rows.slice(0, 5), ...shuffled, ...rows.slice(25)] };
      };
    },
    options: { pageSize: 15 },
    ends: "Complete with warnings",
    says: "CS-ROSTER-MOVED",
    holds: ({ users }) => assert.equal(users.length, 54),
  },
]);

function counted(list: string, wanted: string | null, off: number): (odd: Changeable) => void {
  return (odd) => {
    odd.answer = ({ path, query }) => {
      if (path !== list || query.get("is_active") !== wanted) return undefined;
      const rows = list === "/teams/" ? odd.teams : odd.members.filter(({ is_active }) => String(is_active) === wanted);
      return { body: rows, count: rows.length + off };
    };
  };
}

siblings("a count that is off by one constant", [
  ...(["true", "false", null] as const).flatMap((wanted) =>
    [1, -1].map((off): Sibling => {
      const list = wanted === null ? "/teams/" : "/members/";
      return {
        name: `${off > 0 ? "one too high" : "one too low"}, ${list} is_active=${wanted}`,
        change: counted(list, wanted, off),
        ends: "Partial roster",
        says: "CS-COUNT-DIFFERS",
        holds: ({ users, teams }) => assert.deepEqual([users.length, teams.length], [4, 2]),
      };
    }),
  ),
  {
    name: "one too high, over namesakes at a page's edge that come in another order by page",
    change: (odd) => {
      odd.members.push(...many(30));
      tied("/members/", (page) => page % 2 === 0)(odd);
      const { answer } = odd;
      odd.answer = (asked, self) => {
        const answered = answer?.(asked, self);
        return answered && { ...answered, count: (answered.body as Row[]).length + 1 };
      };
    },
    options: { pageSize: 10 },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
    holds: ({ users }) => assert.equal(users.length, 34),
  },
]);

/** Rows that no page shows, and that are counted. */
function hidden(count: number): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(...many(40));
    odd.answer = (asked) => {
      if (asked.path !== "/members/") return undefined;
      const { body } = usual(odd, asked.path, asked.query) as { body: readonly Row[] };
      const shown = body.filter(({ user }) => !/^p\d/.test(String(user)) || Number(String(user).slice(1)) >= count);
      return { body: shown, count: body.length };
    };
  };
}

siblings("rows that are counted, and that no page shows, whatever is asked", [
  { name: "one of 44", change: hidden(1), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "20 of 44", change: hidden(20), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "half of them", change: hidden(22), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "nearly all", change: hidden(39), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
]);

siblings("a row repeated in place of another", [
  ...["true", "false"].map(
    (wanted): Sibling => ({
      name: `in the list with is_active=${wanted}`,
      change: (odd) => {
        odd.members.push(...many(6).map((row) => ({ ...row, is_active: wanted === "true" })));
        odd.answer = ({ path, query }) => {
          if (path !== "/members/" || query.get("is_active") !== wanted) return undefined;
          const rows = odd.members.filter(({ is_active }) => String(is_active) === wanted);
          return { body: [...rows.slice(0, -1), rows.at(-2)] };
        };
      },
      ends: "Partial roster",
      says: "CS-COUNT-DIFFERS",
    }),
  ),
]);
