/** Whole syncs from a server that errs in one thing. Teams: places in teams on memberships, and the member lists of teams. */
import assert from "node:assert/strict";
import { answering, type Case, type Changeable, cases, core, inCore, many, older, set } from "./cases.ts";
import { type OddAnswer, person, place, type Row } from "./odd-organization.ts";

cases("the members of a team answer 404", [
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

cases("look-ups are bounded:", [
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

/** What everybody's places in teams say as a role. */
function placedAs(role: string | null, but: readonly string[] = []): (odd: Changeable) => void {
  return (odd) => {
    for (const row of odd.members.filter(({ user }) => !but.includes(String(user)))) {
      row["teams"] = (row["teams"] as Row[]).map((one) => ({ ...one, role }));
    }
  };
}

cases("roles in teams", [
  ...[null, "Lead", ""].map(
    (role): Case => ({
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

cases("most memberships say that their member is in no team", [
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
    (status): Case => ({
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

cases("the members of a team", [
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
