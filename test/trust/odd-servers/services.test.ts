/** Whole syncs from a server that errs in one thing. Service accounts among the members are not people. */
import assert from "node:assert/strict";
import { answering, type Case, cases, core, inCore, older } from "./cases.ts";
import { person } from "./odd-organization.ts";

const bot = { slug: "bot", name: "Bot", role: "Member" };

const botRow = { email: null, last_login_at: null, last_login_method: "Unknown", has_two_factor: false };

cases("services are not people", [
  ...["Service", "service", "SERVICE"].map(
    (kind): Case => ({
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
    (kind): Case => ({
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

const kinds = ["Service Account", " service ", "ServiceAccount"];

cases("services are not people", [
  ...kinds.map(
    (kind): Case => ({
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
    (kind): Case => ({
      name: `among the members, of the kind ${JSON.stringify(kind)}`,
      change: (odd) => void odd.members.push(person("bot", { user_kind: kind })),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Ubot"), /ACCOUNT_TYPE_SERVICE/),
    }),
  ),
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

cases("services are not people, in whatever way their rows are odd:", [
  ...asService.map(
    ([name, fields]): Case => ({
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

cases("a service account among the members", [
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
