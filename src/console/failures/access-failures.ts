/** Failures of key, organization and role. */
import type { Failure } from "../contract/failures.ts";
import {
  type Describers,
  type FailingConnector,
  hostFact,
  inUtc,
  keyFacts,
  lastGoodFact,
  nothingSaved,
} from "./failure-context.ts";

/** What a 401 can mean; it does not say which (cloudsmith-cli issues 77 and 352). */
const keyCauses = [
  "The key has a typo, or a part of it is missing.",
  "It was refreshed: a refresh ends the key before it.",
  "It was revoked, or its account was removed.",
  "It is older than the workspace's key policy allows.",
  "It is limited to other IP addresses than this machine's.",
  "Its owner has no access to this organization.",
];

const useManager = "Use the key of an Owner or Manager, best of a service account with the role Manager.";

/** Their descriptions. */
export const accessFailures: Describers<
  "wrong-key" | "key-refused" | "wrong-slug" | "renamed-slug" | "narrow-key" | "empty-organization"
> = {
  "wrong-key": ({ connector }) => ({
    title: "Cloudsmith did not accept this API key",
    message: "Cloudsmith refused the key without saying why. The possible causes are listed.",
    effect: nothingSaved(connector),
    hint: "Copy the key again from Cloudsmith. The test shows how far it gets.",
    facts: [...keyFacts(connector), ...hostFact(connector)],
    points: keyCauses,
  }),
  "key-refused": ({ connector }) => ({
    title: "Key refused by the workspace",
    message:
      "This key worked before and is refused now. Often it is older than the key policy allows, or was refreshed.",
    effect: nothingSaved(connector),
    hint: "Refresh the key in Cloudsmith and enter the new one here. A forced refresh may take an hour to work.",
    facts: [
      ...keyFacts(connector),
      ...hostFact(connector),
      ...(connector?.keyWorkedAtMs == null ? [] : [["Last worked", inUtc(connector.keyWorkedAtMs)] as const]),
    ],
    points: [
      "Open Cloudsmith, Settings, API key, or the service account.",
      "Refresh the key and copy the new one.",
      "Enter it here under Settings.",
    ],
  }),
  "wrong-slug": ({ error, connector }) => ({
    title: `No organization '${connector?.orgSlug ?? ""}' for this key`,
    message: "The key is good, but there is no organization with this slug that it can see.",
    effect: nothingSaved(connector),
    hint:
      error.candidates.length > 0
        ? "Pick one of the organizations that this key can see."
        : "Check the slug. If it is right, the key's owner must be invited to the organization.",
    facts: keyFacts(connector),
    organizations: organizationsOf(error.candidates),
  }),
  "renamed-slug": ({ error, connector }) => ({
    title: "The organization may have been renamed",
    message: "Cloudsmith does not know this slug any more, and it did before.",
    effect: nothingSaved(connector),
    hint: "Pick the new slug. If it is another organization, all ids are other ones, and everything looks new.",
    facts: [
      ["Slug", connector?.orgSlug ?? ""],
      ...(connector?.orgName ? [["Name then", connector.orgName] as const] : []),
      ...lastGoodFact(connector),
    ],
    organizations: organizationsOf(error.candidates),
  }),
  "narrow-key": ({ error, connector }) => {
    const wasRead = readCodes.has(error.code);
    return {
      title: wasRead ? "Partial roster" : "This key may not read the organization",
      message: wasRead
        ? "This key does not see all of the organization: members, teams or e-mail addresses are missing."
        : "Cloudsmith refused to answer this key (403) before the roster was read.",
      effect: wasRead ? partialEffect(connector) : nothingSaved(connector),
      hint: useManager,
      facts: [...error.facts, ...keyFacts(connector), ...hostFact(connector)],
      points: error.candidates,
    };
  },
  "empty-organization": () => ({
    title: "Only you are in here",
    message: "The organization has no members besides the owner of this key.",
    effect: "The file is complete and holds what there is.",
    hint: "If there should be more people, check the slug.",
    facts: [],
  }),
};

/** Codes of what was read and is not whole; every other one ended before. */
const readCodes: ReadonlySet<string> = new Set(["CONSOLE-PARTIAL", "CS-PARTIAL-ROLE"]);

/** Which file is the current one after a partial roster: a good one stays, else the partial one is better than nothing. */
function partialEffect(connector: FailingConnector | undefined): string {
  if (connector?.isTest) return "The file of a sync would look as if people had left.";
  const file =
    connector?.file === "good"
      ? "The last good file stays the current one."
      : "There is no good file: the current one is the partial one of this sync.";
  return `The roster may look as if people had left. ${file}`;
}

/** The first of those that the key's owner sees. */
function organizationsOf(slugs: readonly string[]): NonNullable<Failure["organizations"]> {
  return slugs.slice(0, 20).map((slug) => ({ slug }));
}
