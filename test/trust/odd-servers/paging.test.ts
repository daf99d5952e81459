/** Whole syncs from a server that errs in one thing. Lists at rest: pages, counts, order and what never adds up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../../sandbox/random.ts";
import { type Case, type Changeable, cases, everybody, many, sync } from "./cases.ts";
import { acme, type Row, team, usual } from "./odd-organization.ts";

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

cases(
  "namesakes at a page's edge, in another order",
  (["page", "page size"] as const).flatMap((by) =>
    ["active", "inactive", "teams"].map((where): Case => {
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

cases("a question of a list that is read again", [
  ...[400, 403, 404, 405, 422, 500].map((status): Case => {
    return {
      name: `in another order, refused with ${status}`,
      change: refusing(status, isReordered, byTurns()),
      options: { pageSize: 10 },
      ends: "Complete with warnings",
      says: "CS-ROSTER-MOVED",
      holds: ({ users }) => assert.equal(users.length, 74),
    };
  }),
  ...[400, 422].map((status): Case => {
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

cases("namesakes at a page's edge, in another order at every request", [
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

cases("a count that is off by one constant", [
  ...(["true", "false", null] as const).flatMap((wanted) =>
    [1, -1].map((off): Case => {
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

cases("rows that are counted, and that no page shows, whatever is asked", [
  { name: "one of 44", change: hidden(1), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "20 of 44", change: hidden(20), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "half of them", change: hidden(22), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
  { name: "nearly all", change: hidden(39), ends: "Partial roster", says: "CS-COUNT-DIFFERS" },
]);

cases("a row repeated in place of another", [
  ...["true", "false"].map(
    (wanted): Case => ({
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

cases("a list that does not move", [
  ...[true, false].map(
    (isCounted): Case => ({
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

/** What a server counts that counts something else than the list: of what it has, and of the page that is asked for. */
const otherCounts: readonly (readonly [name: string, count: (rows: number, page: number, size: number) => number])[] = [
  ["the rows of the page", (rows, page, size) => Math.max(0, Math.min(size, rows - (page - 1) * size))],
  ["what is left from the page on", (rows, page, size) => Math.max(0, rows - (page - 1) * size)],
  ["fewer with every page", (rows, page) => rows + 5 - page],
];

cases(
  "a list at rest whose pages count",
  otherCounts.map(
    ([name, count]): Case => ({
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

cases("a list as long as one page", [
  ...([undefined, "none"] as const).map(
    (count): Case => ({
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

cases("a server that shows the first page, whatever number is asked for,", [
  ...["/members/", "/teams/"].flatMap((list) =>
    (
      [
        ["of its own size", () => 7],
        ["of its own size or less", (size) => Math.min(size, 7)],
        ["as long as the first question asked for", () => 10],
        ["longer than was asked for", () => 13],
      ] as readonly (readonly [string, (size: number) => number])[]
    ).map(
      ([name, sizeOf]): Case => ({
        name: `${name}: ${list}`,
        change: mispaged(list, (_page, size) => [1, sizeOf(size)]),
        options: { pageSize: 10 },
        ends: "Partial roster",
        says: "CS-COUNT-DIFFERS",
      }),
    ),
  ),
]);

cases("a server that shows the last page for every later number", [
  ...[7, 10, 11, 44].map(
    (rows): Case => ({
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

cases("headers of paging", [
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

cases("a list at rest always ends:", [
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
