/**
 * Servers that cost memory: what a hostile or broken service may answer in place of an organization, each as a hook of
 * the sandbox. Bodies are as large as the program takes, because what is larger is refused.
 */
import { gzipSync } from "node:zlib";
import { type Answer, jsonAnswer } from "../../sandbox/endpoints/answer.ts";

import type { RequestHook, SandboxOptions } from "../../sandbox/server.ts";

/** One kind of server. */
export interface Situation {
  readonly name: string;
  /** What is answered in place of the sandbox's own; made anew for each run. */
  readonly answer?: () => RequestHook;
  /** The organization behind what the hook leaves alone; default 12 members in 2 teams. */
  readonly sandbox?: SandboxOptions;
  /** Exit codes that are right: 0 where everything can be read, and what a refusal ends with. */
  readonly exits: readonly number[];
}

const mebibyte = 2 ** 20;
/** Just below the largest answer that is taken. */
const capMebibytes = 8;
const atCap = capMebibytes * mebibyte - 64 * 1024;
/** Rows of a full page. */
const pageRows = 500;

/** Every kind; see docs/performance.md. */
export const situations: readonly Situation[] = [
  {
    name: "every page at the cap, in fields that are not kept",
    answer: () => pagesOf({ pages: 14, row: (n) => memberRow(n, { extra: "x".repeat(atCap / pageRows - 400) }) }),
    exits: [0],
  },
  {
    name: "every page at the cap, the next ones all under way at once",
    answer: () =>
      heldBack(pagesOf({ pages: 14, row: (n) => memberRow(n, { extra: "x".repeat(atCap / pageRows - 400) }) })),
    exits: [0],
  },
  {
    name: "every page at the cap, as 12 kB of gzip",
    answer: () =>
      pagesOf({ pages: 14, row: (n) => memberRow(n, { extra: "x".repeat(atCap / pageRows - 400) }), gzip: true }),
    exits: [0],
  },
  {
    name: "every page at the cap, in names that are kept",
    answer: () => pagesOf({ pages: 12, row: (n) => memberRow(n, { user_name: "n".repeat(atCap / pageRows - 400) }) }),
    exits: [0],
  },
  {
    name: "every page at the cap, in names of other scripts",
    answer: () =>
      pagesOf({ pages: 12, row: (n) => memberRow(n, { user_name: "名".repeat(atCap / pageRows / 3 - 200) }) }),
    exits: [0],
  },
  {
    name: "a member in 400,000 teams on each page",
    answer: () =>
      pagesOf({ pages: 6, row: (n) => (n % pageRows === 7 ? memberRow(n, { teams: teams() }) : memberRow(n)) }),
    exits: [8],
  },
  ...(["user_name", "email", "user", "user_id", "role", "joined_at"] as const).map(
    (field): Situation => ({
      name: `a text of 7 MiB as ${field} on each page`,
      answer: () =>
        pagesOf({
          pages: 6,
          row: (n) =>
            n % pageRows === 7 ? memberRow(n, { [field]: `${n}${"y".repeat(7 * mebibyte)}` }) : memberRow(n),
        }),
      exits: [2],
    }),
  ),
  { name: "team names and descriptions of 1 MiB each", answer: () => longTeams(1, mebibyte, mebibyte), exits: [2] },
  {
    name: "team names and descriptions of 10,000 letters",
    answer: () => longTeams(500, 10_000, 10_000),
    exits: [0],
  },
  { name: "an organization's name of 7 MiB", answer: () => longOrganization(7 * mebibyte), exits: [2] },
  { name: "an organization's name of 10,000 letters", answer: () => longOrganization(10_000), exits: [0] },
  ...(
    [
      ["arrays in arrays", (size: number) => "[".repeat(size / 2) + "]".repeat(size / 2)],
      ["objects in objects", (size: number) => `${'{"a":'.repeat(size / 6)}0${"}".repeat(size / 6)}`],
      ["empty arrays", (size: number) => `[${"[],".repeat(size / 3)}[]]`],
      ["empty objects", (size: number) => `[${"{},".repeat(size / 3)}{}]`],
      ["small objects", (size: number) => `[${'{"a":1},'.repeat(size / 8)}{}]`],
      ["fractions", (size: number) => `[${"0.5,".repeat(size / 4)}1]`],
      ["different keys", (size: number) => `{${keys(size)}}`],
      ["short texts", (size: number) => `[${shortTexts(size)}]`],
    ] as const
  ).map(
    ([name, made]): Situation => ({
      name: `7 MiB of ${name} on each page`,
      answer: () => pagesWith(made(7 * mebibyte)),
      exits: [0, 8],
    }),
  ),
  {
    name: "4 MiB of different keys on each page",
    answer: () => pagesWith(`{${keys(3.8 * mebibyte)}}`),
    exits: [0],
  },
  {
    name: "500 kB of arrays in arrays on each page, in which nothing is counted",
    answer: () => pagesWith("[".repeat(250_000) + "]".repeat(250_000)),
    exits: [0],
  },
  {
    name: "100,000 members with texts of 200 to 2,000 letters",
    answer: () =>
      pagesOf({
        pages: 200,
        row: (n) =>
          memberRow(n, {
            user_name: `${n} ${"long name ".repeat(40)}`,
            email: `${"m".repeat(400)}${n}@corp.example`,
            user: `user-${n}-${"s".repeat(200)}`,
            extra: "e".repeat(2_000),
          }),
      }),
    exits: [0],
  },
  {
    name: "team lists of 80,000 members each, asked for one by one",
    sandbox: { organization: { members: 600, teams: 40 }, membersCarryTeams: false },
    answer: () => longTeamLists(),
    exits: [0, 21],
  },
];

interface Pages {
  readonly pages: number;
  readonly row: (n: number) => string;
  readonly gzip?: boolean;
}

/** Active members by page as asked for, overlaps included; nobody is inactive. */
function pagesOf({ pages, row, gzip = false }: Pages): RequestHook {
  const total = pages * (pageRows - 1);
  return (request) => {
    if (!request.path.endsWith("/members/") || request.query.get("is_active") !== "true") return undefined;
    const size = Number(request.query.get("page_size"));
    const first = (request.page - 1) * size;
    if (first >= total) return undefined;
    const rows: string[] = [];
    for (let n = first; n < Math.min(first + size, total); n++) rows.push(row(n));
    const pageTotal = Math.ceil(total / size);
    return listAnswer(rows, { total, page: request.page, size, pageTotal }, gzip);
  };
}

/** An opening page that is small, and all further ones held back until six are about to end, so that all are in flight. */
function heldBack(pages: RequestHook): RequestHook {
  const waiting = new Set<() => void>();
  return async (request) => {
    const answer = await pages(request);
    if (answer === undefined || request.page === 1) return answer;
    await new Promise<void>((resolve) => {
      waiting.add(resolve);
      const goOn = (): void => {
        for (const one of waiting) one();
        waiting.clear();
      };
      if (waiting.size >= 6) goOn();
      else setTimeout(goOn, 300).unref();
    });
    return answer;
  };
}

/** Two pages of `rows` teams with texts of so many letters. */
function longTeams(rows: number, name: number, description: number): RequestHook {
  const pages = 2;
  return (request) => {
    if (!request.path.endsWith("/teams/")) return undefined;
    const size = Number(request.query.get("page_size"));
    const total = pages * rows;
    const pageTotal = Math.ceil(total / size);
    const first = (request.page - 1) * size;
    const shown = Array.from({ length: Math.max(0, Math.min(size, total - first)) }, (_, index) => {
      const n = first + index;
      return JSON.stringify({
        slug_perm: `T${n}`,
        slug: `t${n}`,
        name: `${n}${"t".repeat(name)}`,
        description: "d".repeat(description),
      });
    });
    return listAnswer(shown, { total, page: request.page, size, pageTotal });
  };
}

function longOrganization(length: number): RequestHook {
  return (request) => {
    if (!/^\/orgs\/[^/]+\/$/.test(request.path)) return undefined;
    const [slug = ""] = request.path.split("/").slice(2);
    return jsonAnswer(200, JSON.stringify({ slug_perm: "ORGANIZATION", slug, name: "o".repeat(length) }));
  };
}

/** Team lists as long as an answer may be; the people in them are of this team alone. */
function longTeamLists(): RequestHook {
  return (request) => {
    const [, team] = /\/teams\/([^/]+)\/members$/.exec(request.path) ?? [];
    if (team === undefined || request.query.get("user_kind") !== "user") return undefined;
    const members = Array.from({ length: 80_000 }, (_, n) => ({
      user: `somebody-of-${team}-${n}-with-a-long-name`,
      role: "Member",
      user_kind: "User",
    }));
    return jsonAnswer(200, JSON.stringify({ members }));
  };
}

interface PageHeaders {
  readonly total: number;
  readonly page: number;
  readonly size: number;
  readonly pageTotal: number;
}

function listAnswer(rows: readonly string[], { total, page, size, pageTotal }: PageHeaders, gzip = false): Answer {
  const answer = jsonAnswer(200, `[${rows.join(",")}]`, {
    "X-Pagination-Count": String(total),
    "X-Pagination-Page": String(page),
    "X-Pagination-PageTotal": String(pageTotal),
    "X-Pagination-PageSize": String(size),
  });
  if (!gzip) return answer;
  return { ...answer, headers: { ...answer.headers, "Content-Encoding": "gzip" }, body: gzipSync(answer.body) };
}

/** Six pages, each with one member of whom `other` is told as well. */
function pagesWith(other: string): RequestHook {
  return pagesOf({ pages: 6, row: (n) => (n % pageRows === 7 ? memberRow(n, {}, other) : memberRow(n)) });
}

/** A member as JSON; `other` is JSON of one more field, which the program does not know. */
function memberRow(n: number, fields: Readonly<Record<string, unknown>> = {}, other?: string): string {
  const row = JSON.stringify({
    user: `member-${n}`,
    user_id: `M${String(n).padStart(11, "0")}`,
    user_name: `Member ${n}`,
    email: `member-${n}@corp.example`,
    role: n === 0 ? "Owner" : "Member",
    is_active: true,
    has_two_factor: true,
    joined_at: "2026-01-01T00:00:00Z",
    last_login_at: null,
    last_login_method: "SAML",
    visibility: "Public",
    teams: [],
    ...fields,
  });
  return other === undefined ? row : `${row.slice(0, -1)},"other":${other}}`;
}

function teams(): readonly unknown[] {
  return Array.from({ length: 400_000 }, (_, team) => ({ slug: `t${team}` }));
}

function keys(size: number): string {
  return Array.from({ length: Math.floor(size / 12) }, (_, n) => `"k${String(n).padStart(7, "0")}":1`).join(",");
}

function shortTexts(size: number): string {
  return Array.from({ length: Math.floor(size / 8) }, (_, n) => JSON.stringify(n.toString(36).padStart(5, "0"))).join(
    ",",
  );
}
