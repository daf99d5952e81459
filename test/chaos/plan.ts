/**
 * What goes wrong in one chaos seed: the same seed gives the same plan on every machine. Data only; storm.ts makes it
 * happen.
 */
import type { FaultKind } from "../../sandbox/faults/faults.ts";
import type { OrganizationOptions } from "../../sandbox/organization/organization.ts";
import { createRandom, type Random } from "../../sandbox/random.ts";
import type { Switches } from "../../sandbox/switches.ts";

/** One thing that goes wrong in a run. */
export interface Mishap {
  /** One of {@link mishapKinds}. */
  readonly kind: string;
  /** Happens at this request of the run, counted from 1; those that wait for a save ignore it. */
  readonly atRequest: number;
  /** How often, where it is an answer. */
  readonly times: number;
}

/** One seed's plan. */
export interface Plan {
  readonly seed: number;
  readonly organization: OrganizationOptions;
  readonly switches: Partial<Switches>;
  /** Whether there is a good file before the first run. */
  readonly hasOldFile: boolean;
  /** Requests of the program under way at once. */
  readonly concurrency: number;
  /** Whether everything is asked for that is read on request. */
  readonly asksForAll: boolean;
  /** What goes wrong in each run, before the last one, in which nothing does. The first of the first is the seed's own. */
  readonly runs: readonly (readonly Mishap[])[];
}

/** Answers of the server, by the name under which they are counted. */
export const answerMishaps: Readonly<Record<string, FaultKind>> = {
  cut: { kind: "cut" },
  reset: { kind: "reset" },
  "slow answer": { kind: "slow", chunkBytes: 4096, everyMs: 5 },
  "stalled headers": { kind: "stall", at: "headers" },
  "stalled body": { kind: "stall", at: "body" },
  "HTML page": { kind: "html" },
  "empty body": { kind: "empty" },
  null: { kind: "garbage", body: "null" },
  "wrong content type": { kind: "wrong-content-type" },
  "length too long": { kind: "wrong-length", delta: 40 },
  "length too short": { kind: "wrong-length", delta: -40 },
  "gzip bomb": { kind: "gzip-bomb", bytes: 80 * 2 ** 20 },
  "huge header": { kind: "big-header", bytes: 100_000 },
  redirect: { kind: "redirect", location: "http://169.254.169.254/" },
  "no HTTP": { kind: "raw", bytes: "SSH-2.0-OpenSSH_9.9\r\n\r\n" },
  401: { kind: "status", status: 401 },
  403: { kind: "status", status: 403 },
  404: { kind: "status", status: 404 },
  500: { kind: "status", status: 500 },
  503: { kind: "status", status: 503, headers: { "Retry-After": "1" } },
  429: { kind: "throttle", retryAfter: "1" },
  "repeated page": { kind: "repeat-page" },
  "skipped page": { kind: "skip-page" },
  "empty page": { kind: "empty-page" },
};

/** What happens to the process. `kill in a save` waits until a new file appears beside the old one. */
export const processMishaps = ["SIGKILL", "SIGTERM", "SIGINT", "kill in a save"] as const;

/** What changes in the organization while it is read. */
export const driftMishaps = [
  "member added",
  "member removed",
  "member changed",
  "member deactivated",
  "team removed",
  "team renamed",
] as const;

/** Everything that can go wrong; each must have happened at least once in a whole chaos run. */
export const mishapKinds: readonly string[] = [...Object.keys(answerMishaps), ...processMishaps, ...driftMishaps];

/** A run makes eight requests at least, so that the first of these is surely reached. */
const firstRequests = 6;
const mostRequests = 14;
/** So many times as many are made when everything is asked for. */
const allRequests = 4;

/** The plan of a seed. Neighbouring seeds have different main mishaps, so that a row of them covers all kinds. */
export function planOf(seed: number): Plan {
  const random = createRandom(seed, "chaos");
  const asksForAll = createRandom(seed, "asks for all").chance(0.3);
  const place = (most: number) => (1 + random.below(most)) * (asksForAll ? allRequests : 1);
  const own = mishapKinds[seed % mishapKinds.length] ?? "cut";
  const main = { kind: own, atRequest: place(firstRequests), times: timesOf(own, random) };
  const later = Array.from({ length: random.below(3) }, () =>
    Array.from({ length: random.below(3) }, () => anyMishap(random, place)),
  );
  return {
    seed,
    organization: { seed, members: 5 + random.below(90), teams: random.below(20), inactiveShare: random.next() / 2 },
    switches: {
      ignorePageSize: random.chance(0.7),
      paginationHeaders: random.chance(0.9),
      membersCarryTeams: random.chance(0.9),
      latencyMs: random.below(4),
    },
    hasOldFile: random.chance(0.5),
    concurrency: random.pick([1, 2, 6]),
    asksForAll,
    runs: [[main, ...(random.chance(0.3) ? [anyMishap(random, place)] : [])], ...later],
  };
}

function anyMishap(random: Random, place: (most: number) => number): Mishap {
  const kind = random.pick(mishapKinds);
  return { kind, atRequest: place(mostRequests), times: timesOf(kind, random) };
}

/** Now and then one that does not pass. Retries take real seconds, so that not every plan may have them. */
function timesOf(kind: string, random: Random): number {
  const passes = random.chance(0.85);
  const isQuick = /^(401|403|404|redirect|gzip bomb|repeated page|skipped page|empty page|huge header|no HTTP)$/.test(
    kind,
  );
  if (!passes && isQuick) return Number.POSITIVE_INFINITY;
  return 1 + random.below(2);
}
