import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { expectedRows, type OracleMember, type OracleOrganization } from "./oracle.ts";
import { runProgram, scratchDirectory, warningCodes } from "./program.ts";
import { assertSameRows } from "./same-rows.ts";
import { readStoredRows } from "./stored-rows.ts";

// A server that has nothing in common with the sandbox but the API: other names, header case, order, body framing,
// and only what the documents promise.

const key = ["not", "a", "cloudsmith", "looking", "key", "0123456789"].join("-");

const teams = [
  { slug_perm: "Zz-9_q", slug: "release-eng", name: "Release Engineering", description: "ships", visibility: "Hidden" },
  { slug_perm: "0", slug: "0", name: "0", description: undefined, visibility: "Visible" },
];

const members: OracleMember[] = Array.from({ length: 733 }, (_, index) => ({
  user_id: `ID.${(index * 7919) % 733}~é`,
  user: `person-${index}`,
  user_name: `Person № ${index}`,
  email: index % 10 === 0 ? undefined : `p${index}+tag@mail.example`,
  role: ["Owner", "Manager", "Member", "Collaborator"][index % 4] ?? "Member",
  is_active: index % 9 !== 0,
  has_two_factor: index % 2 === 0,
  joined_at: `2020-02-29T23:59:${String(index % 60).padStart(2, "0")}.5Z`,
  last_login_at: index % 3 === 0 ? undefined : "2026-01-01T00:00:00Z",
  last_login_method: index % 5 === 0 ? "OIDC" : "Password",
  visibility: "Private",
  user_url: `https://elsewhere.example/${index}`,
  teams: index % 2 === 0 ? [{ slug: "release-eng", role: index % 8 === 0 ? "Manager" : "Member" }] : [],
  teamsInProfile: true,
}));

const organization: OracleOrganization = {
  slug_perm: "aB3-xyz_0",
  slug: "Umbrella_Corp-7",
  name: "Umbrella – Corp",
  created_at: undefined,
  country: undefined,
  location: undefined,
  tagline: undefined,
  members,
  teams,
};

interface Reply {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function answer(request: IncomingMessage): Reply {
  const url = new URL(request.url ?? "/", "http://any");
  if (request.headers["x-api-key"] !== key) return { status: 401, body: { detail: "Invalid token." } };
  const base = `/v1/orgs/${organization.slug}`;
  const { slug, slug_perm, name } = organization;
  switch (url.pathname) {
    case "/v1/user/self/":
      return { body: { authenticated: true, slug: "person-0", email: "p0@mail.example", new_field: { a: [1] } } };
    case `${base}/`:
      return { body: { name, slug, slug_perm, is_enterprise: true } };
    case `${base}/members/person-0/`:
      return { body: wire(members[0] ?? assert.fail("nobody")) };
    case `${base}/members/`:
      return page(url, membersShown(url.searchParams).map(wire));
    case `${base}/teams/`:
      return page(
        url,
        teams.toReversed().map((team) => ({ ...team, description: team.description ?? null, extra: 1 })),
      );
    default:
      return { status: 404, body: { detail: "Not found." } };
  }
}

/** H1: `is_active=false` lists everybody. The order is neither by name nor the same as in the organization. */
function membersShown(query: URLSearchParams): readonly OracleMember[] {
  const shown = members.filter(({ is_active }) => query.get("is_active") !== "true" || is_active);
  return shown.toSorted((a, b) => (a.user_id < b.user_id ? 1 : -1));
}

function wire({ teamsInProfile: _, ...member }: OracleMember): Record<string, unknown> {
  const places = member.teams.map((team) => ({ ...team, name: team.slug, slug_perm: "ignored" }));
  return { ...member, email: member.email ?? null, last_login_at: member.last_login_at ?? null, teams: places, id: 7 };
}

/** Pages of at most 100 rows whatever was asked for; headers in lower case. */
function page(url: URL, rows: readonly unknown[]): Reply {
  const size = Math.min(100, Number(url.searchParams.get("page_size") ?? 30));
  const number = Number(url.searchParams.get("page") ?? 1);
  const total = Math.max(1, Math.ceil(rows.length / size));
  if (number > total) return { status: 404, body: { detail: "Invalid page." } };
  return {
    body: rows.slice((number - 1) * size, number * size),
    headers: {
      "x-pagination-count": String(rows.length),
      "x-pagination-page": String(number),
      "x-pagination-pagetotal": String(total),
      "x-pagination-pagesize": String(size),
    },
  };
}

/** Sends the body in chunks that cut characters in two. */
function send(response: ServerResponse, { status = 200, body, headers = {} }: Reply): void {
  response.writeHead(status, { "CONTENT-TYPE": "application/json; charset=utf-8", ...headers });
  const bytes = Buffer.from(JSON.stringify(body, undefined, 1));
  for (let start = 0; start < bytes.length; start += 4093) response.write(bytes.subarray(start, start + 4093));
  response.end();
}

test("an organization on a server that is not the sandbox is synced just the same", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    send(response, answer(request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    using scratch = scratchDirectory();
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : assert.fail("no port");
    const env = {
      BATON_API_KEY: key,
      BATON_ORG_SLUG: organization.slug,
      BATON_BASE_URL: `http://127.0.0.1:${port}/v1/`,
      BATON_STORAGE_ENGINE: "sqlite",
    };
    const run = await runProgram(["-f", "foreign.c1z"], { cwd: scratch.path, env });
    assert.equal(run.code, 0, run.stderr);
    // The key's owner is an Owner, from whom nothing is hidden: who has no address has none.
    assert.deepEqual(warningCodes(run), ["CS-EMAIL-UNUSABLE"]);
    const stored = readStoredRows(join(scratch.path, "foreign.c1z"));
    const expected = expectedRows(organization);
    assertSameRows(stored.resources, expected.resources, "resources");
    assertSameRows(stored.entitlements, expected.entitlements, "entitlements");
    assertSameRows(stored.grants, expected.grants, "grants");
    assert.deepEqual(
      asked.filter((line) => !line.startsWith("GET ")),
      [],
    );
    assert.deepEqual(
      asked.filter((line) => line.includes("/remove")),
      [],
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
