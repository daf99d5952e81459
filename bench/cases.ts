/** What is measured: organizations of four sizes, a slow network, and starting up. Numbers to reach stand beside them. */

/** An organization to sync, and what the result is held against. */
export interface SyncCase {
  /** As given to `--cases`. */
  readonly name: string;
  readonly title: string;
  readonly members: number;
  readonly teams: number;
  readonly teamsPerMember: number;
  /** Every answer comes so much later, milliseconds. */
  readonly latencyMs: number;
  /** Measured runs, after one to warm up. */
  readonly runs: number;
  readonly targets: Targets;
}

/** Upper bounds for medians; an absent one is not bounded. */
export interface Targets {
  readonly seconds?: number;
  readonly megabytes?: number;
  readonly requests?: number;
}

/** A command that ends at once. */
export interface StartCase {
  readonly name: string;
  readonly title: string;
  readonly argv: readonly string[];
  readonly runs: number;
  readonly targets: Targets;
}

/** All syncs. `10k-10-teams` is there for the growth from ten to a hundred thousand members. */
export const syncCases: readonly SyncCase[] = [
  {
    name: "1k",
    title: "1,000 members, 50 teams, 4 teams each",
    members: 1000,
    teams: 50,
    teamsPerMember: 4,
    latencyMs: 0,
    runs: 9,
    targets: { seconds: 0.35 },
  },
  {
    name: "10k",
    title: "10,000 members, 500 teams, 4 teams each",
    members: 10_000,
    teams: 500,
    teamsPerMember: 4,
    latencyMs: 0,
    runs: 7,
    targets: { seconds: 0.9, megabytes: 150 },
  },
  {
    name: "10k-late",
    title: "the same, every answer 100 ms late",
    members: 10_000,
    teams: 500,
    teamsPerMember: 4,
    latencyMs: 100,
    runs: 7,
    targets: { seconds: 1.5 },
  },
  {
    name: "10k-10-teams",
    title: "10,000 members, 100 teams, 10 teams each",
    members: 10_000,
    teams: 100,
    teamsPerMember: 10,
    latencyMs: 0,
    runs: 5,
    targets: {},
  },
  {
    name: "100k",
    title: "100,000 members, 1,000 teams, 10 teams each",
    members: 100_000,
    teams: 1000,
    teamsPerMember: 10,
    latencyMs: 0,
    runs: 5,
    targets: { seconds: 9, megabytes: 250, requests: 210 },
  },
];

/** Starting up without work. */
export const startCases: readonly StartCase[] = [
  { name: "version", title: "--version", argv: ["--version"], runs: 15, targets: { seconds: 0.12 } },
  { name: "capabilities", title: "capabilities", argv: ["capabilities"], runs: 15, targets: {} },
];

/** The time of `large` is at most so many times that of `small`: ten times the rows, and a little for sorting them. */
export const growth = { small: "10k-10-teams", large: "100k", atMost: 11 } as const;
