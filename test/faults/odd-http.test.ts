import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Team } from "../../sandbox/organization/model.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { startHttpServer } from "../support/raw-server.ts";
import { always, type Expected, syncUnderFaults, trueAnswer } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 40, teams: 6 } });
after(() => sandbox.close());
const org = sandbox.organization.slug;
const match = { path: /\/teams\/$/ };
const { text, headers } = await trueAnswer(sandbox, `/orgs/${org}/teams/?sort=name&page=1&page_size=500`);
const length = Buffer.byteLength(text);
const paging = [...headers]
  .filter(([name]) => name.startsWith("x-pagination"))
  .map(([name, value]) => `${name}: ${value}`);
const type = "Content-Type: application/json";

/** An answer as raw bytes: status line, headers, body. */
function raw(status: string, lines: readonly string[], body: string): string {
  return [`HTTP/1.1 ${status}`, ...lines, ...paging, "", body].join("\r\n");
}

const chunked = (body: string): string => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
const evil = raw("200 OK", [type, "Content-Length: 2", "Connection: keep-alive"], "[]");

const answers: readonly (readonly [name: string, bytes: string, expected: Expected])[] = [
  ["a Content-Length that is too long", raw("200 OK", [type, `Content-Length: ${length + 9}`], text), "NET-CUT"],
  [
    "a Content-Length that is too short",
    raw("200 OK", [type, `Content-Length: ${length - 9}`], text),
    "CS-ANSWER-HTTP",
  ],
  ["a negative Content-Length", raw("200 OK", [type, "Content-Length: -1"], text), "CS-ANSWER-HTTP"],
  [
    "two Content-Lengths that differ",
    raw("200 OK", [type, `Content-Length: ${length}`, "Content-Length: 2"], text),
    "CS-ANSWER-HTTP",
  ],
  [
    "Content-Length and chunks at once",
    raw("200 OK", [type, "Content-Length: 2", "Transfer-Encoding: chunked"], `${chunked(text)}0\r\n\r\n`),
    "CS-ANSWER-HTTP",
  ],
  [
    "a chunk whose size is no number",
    raw("200 OK", [type, "Transfer-Encoding: chunked"], `zz\r\n${text}\r\n0\r\n\r\n`),
    "CS-ANSWER-HTTP",
  ],
  ["chunks without the last one", raw("200 OK", [type, "Transfer-Encoding: chunked"], chunked(text)), "NET-CUT"],
  ["a 204 with a list", raw("204 No Content", [type], ""), "CS-HTTP-204"],
  ["a 206 with a part", raw("206 Partial Content", [type, "Content-Length: 2"], "[]"), "CS-HTTP-206"],
  ["a header line without a colon", raw("200 OK", [type, "no colon"], text), "CS-ANSWER-HTTP"],
  ["a status line of HTTP/9.9", evil.replace("HTTP/1.1", "HTTP/9.9"), "CS-ANSWER-HTTP"],
  ["a greeting of another protocol", "220 smtp.example ESMTP\r\n\r\n", "CS-ANSWER-HTTP"],
  [
    "a second answer behind the first, which nobody asked for",
    raw("200 OK", [type, `Content-Length: ${length}`], text) + evil,
    "whole",
  ],
  [
    "an interim 100 before it",
    `HTTP/1.1 100 Continue\r\n\r\n${raw("200 OK", [type, `Content-Length: ${length}`], text)}`,
    "whole",
  ],
  [
    "an interim 103 before it",
    `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${raw("200 OK", [type, `Content-Length: ${length}`], text)}`,
    "whole",
  ],
  ["HTTP/1.0 and the end of the connection", raw("200 OK", [type], text).replace("HTTP/1.1", "HTTP/1.0"), "whole"],
];

for (const [name, bytes, expected] of answers) {
  test(`T-25: an answer with ${name} ${expected === "whole" ? "is read" : `is ${expected}`}, and never another list`, async () => {
    await syncUnderFaults(sandbox, { faults: [{ kind: "raw", bytes, match, times: always }], expected });
  });
}

test("T-50: a 304 in place of page 1 ends the sync", async () => {
  for (const path of [/\/teams\/$/, /\/members\/$/]) {
    const faults = [{ kind: "status", status: 304, match: { path }, times: always }] as const;
    await syncUnderFaults(sandbox, { faults, expected: "CS-HTTP-304" });
  }
});

test("T-50: an old empty member list out of a cache is no empty organization", async () => {
  const faults = [{ kind: "status", status: 200, body: "[]", match: { path: /\/members\/$/ }, times: always }] as const;
  await syncUnderFaults(sandbox, { faults, expected: "BATON-INCOMPLETE" });
});

test("T-50: of an old empty team list out of a cache the run says that it was not believed", async () => {
  const faults = [{ kind: "status", status: 200, body: "[]", match, times: always }] as const;
  // Only teams with somebody in them can be found by their names.
  const named = new Set(sandbox.organization.members.flatMap(({ memberships }) => memberships.map((one) => one.team)));
  const sight = { seesTeam: (team: Team) => named.has(team) };
  const { ended } = await syncUnderFaults(sandbox, { faults, expected: "whole", sight });
  assert.deepEqual(ended?.codes, ["CS-TEAM-BY-NAME"]);
});

test("T-50: no request asks for an answer from a cache", async () => {
  const seen: string[] = [];
  const off = sandbox.onRequest((request) => {
    seen.push(...Object.keys(request.headers));
    return undefined;
  });
  await syncUnderFaults(sandbox, { expected: "whole" });
  off();
  assert.ok(seen.includes("x-api-key"));
  for (const name of ["if-none-match", "if-modified-since", "range"]) assert.ok(!seen.includes(name), name);
});

await using elsewhere = await startHttpServer((request, response) => {
  reached.push(`${request.url} ${request.headers["x-api-key"]}`);
  response.writeHead(200, { "Content-Type": "application/json" }).end("[]");
});
const reached: string[] = [];

const locations: readonly (readonly [name: string, location: string])[] = [
  ["the same host", `${sandbox.baseUrl}/orgs/${org}/teams/?page=1`],
  ["itself, for ever", "?page=1"],
  ["another host", `http://127.0.0.1:${elsewhere.port}/v1/orgs/${org}/teams/`],
  ["plain http", `http://localhost:${elsewhere.port}/`],
  ["the address of cloud metadata", "http://169.254.169.254/latest/meta-data/"],
  ["a login page", "https://login.example/?next=%2F"],
  ["no address at all", "http://["],
];

for (const [name, location] of locations) {
  test(`T-26: a redirect to ${name} is not followed, by no status of the kind, and the key goes nowhere`, async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { fired, error } = await syncUnderFaults(sandbox, {
        faults: [{ kind: "redirect", location, status, match, times: always }],
        expected: "CS-ANSWER-REDIRECT",
        label: String(status),
      });
      assert.equal(fired, 1, "not asked for again");
      assert.match(error?.message ?? "", /redirects are not followed/);
    }
    assert.deepEqual(reached, []);
  });
}
