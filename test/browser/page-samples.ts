/** What the server would answer, for tests of parts of the page. */
import type { ConnectorDetail, TestState } from "../../src/console/contract/connectors.ts";
import type { Failure, FailureState } from "../../src/console/contract/failures.ts";
import type { DecidedReview, DecidedReviewPage, DecidedRow } from "../../src/console/contract/reviews.ts";
import type { RunProgress, RunSummary } from "../../src/console/contract/runs.ts";
import type { SessionInfo } from "../../src/console/contract/session.ts";
import type { PersonDetail, SourceInfo, TableColumn, TeamRow } from "../../src/console/contract/sources.ts";

/** Noon of 30 November 2026 in UTC. */
export const noonMs = Date.UTC(2026, 10, 30, 12);

/** What the page learns of who uses it: an admin. */
export function sessionOf(more: Partial<SessionInfo> = {}): SessionInfo {
  return {
    csrfToken: "",
    name: "Ada",
    role: "admin",
    version: "1.2.3",
    dataDir: "/data",
    keyStorage: "encrypted",
    expiresAtMs: 0,
    eventsTold: 0,
    ...more,
  };
}

/** A failure in one of the states. */
export function failureOf(state: FailureState, more: Partial<Failure> = {}): Failure {
  return { code: "CS-ANY-1", state, title: "It did not work", message: "Something happened", facts: [], ...more };
}

/** A run that went well. */
export function runOf(more: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: "r1",
    connectorId: "c1",
    target: "acme",
    startedBy: "person",
    startedAtMs: noonMs - 60_000,
    endedAtMs: noonMs,
    durationMs: 60_000,
    result: "Complete",
    requests: 12,
    retries: 0,
    warningCount: 0,
    totals: { members: 1200, activeMembers: 1150, inactiveMembers: 50, teams: 30, entitlements: 64, grants: 2400 },
    file: { bytes: 1_400_000, sha256: "0123456789abcdef0123456789abcdef" },
    keyFingerprint: "fp",
    errorCode: null,
    errorTitle: null,
    ...more,
  };
}

/** A run under way. */
export function progressOf(more: Partial<RunProgress> = {}): RunProgress {
  return {
    runId: "r2",
    connectorId: "c1",
    phase: "teams",
    fraction: 0.5,
    members: 600,
    teams: 4,
    entitlements: 12,
    grants: 0,
    requests: 9,
    retries: 0,
    rateLimit: null,
    waiting: null,
    startedAtMs: noonMs,
    secondsLeft: null,
    isCancelling: false,
    isQueued: false,
    ...more,
  };
}

/** A connector that is connected. */
export function connectorOf(more: Partial<ConnectorDetail> = {}): ConnectorDetail {
  return {
    id: "c1",
    name: "Acme Corporation",
    mode: "schedule",
    owner: "Ada",
    orgSlug: "acme",
    host: "",
    isSample: false,
    status: "Connected",
    isPaused: false,
    lastRun: runOf(),
    lastGoodRun: runOf(),
    ...{
      nextRunAtMs: null,
      progress: null,
      createdAtMs: noonMs,
      requestable: [{ name: "services", text: "Services" }],
    },
    settings: {
      orgSlug: "acme",
      baseUrl: "https://api.cloudsmith.io/v1",
      caFile: "",
      proxy: "",
      timeoutSeconds: 30,
      requested: [],
      storageEngine: "",
      c1ClientId: "",
      c1SecretIsSet: false,
    },
    key: {
      source: "entered",
      sourceName: "entered here",
      lastFour: "4f2a",
      fingerprint: "fp",
      storage: "encrypted",
      owner: null,
    },
    schedule: { kind: "interval", everyMinutes: 120 },
    nextRunsMs: [noonMs + 7_200_000],
    scheduleProblem: null,
    failure: null,
    heldRun: null,
    consecutiveFailures: 0,
    service: null,
    currentFile: "/data/c1/sync.c1z",
    ...more,
  };
}

/** A finished test whose lines ended so. */
export function testOf(outcomes: readonly TestState["lines"][number]["outcome"][], more: Partial<TestState> = {}) {
  const lines = outcomes.map((outcome, at) => ({ id: `line-${at}`, title: `Line ${at}`, outcome, detail: "" }));
  return { testId: "t1", connectorId: "c1", isDone: true, lines, failure: null, keyOwner: null, ...more };
}

/** An opened file. */
export function infoOf(more: Partial<SourceInfo> = {}): SourceInfo {
  return {
    source: "file:f1",
    title: "sync.c1z",
    isCloudsmith: true,
    path: "/data/sync.c1z",
    bytes: 1_400_000,
    sha256: "0123456789abcdef0123456789abcdef",
    sync: { id: "s2", type: "full", startedAtMs: noonMs - 60_000, endedAtMs: noonMs },
    result: "Complete",
    notices: [],
    syncs: [],
    hasEarlierSync: false,
    totals: { people: 1200, teams: 30, entitlements: 64, grants: 2400 },
    roles: [],
    resourceTypes: [],
    ...more,
  };
}

/** A person. */
export function personOf(more: Partial<PersonDetail> = {}): PersonDetail {
  return {
    type: "user",
    id: "u1",
    name: "Grace Hopper",
    email: "grace@example.com",
    login: "grace",
    status: "enabled",
    roles: ["owner"],
    teamCount: 1,
    twoFactor: "yes",
    visibility: null,
    lastLoginMs: null,
    joinedMs: noonMs,
    holdings: [],
    profile: [],
    ...more,
  };
}

/** A team. */
export function teamOf(more: Partial<TeamRow> = {}): TeamRow {
  return {
    type: "team",
    id: "t1",
    name: "Build",
    slug: "build",
    description: null,
    visibility: "Visible",
    memberCount: 10,
    managerCount: 1,
    disabledCount: 2,
    withoutTwoFactor: 3,
    byRole: [
      ["owner", 1],
      ["member", 9],
    ],
    ...more,
  };
}

/** A column of a table. */
export function columnOf(key: string, kind: TableColumn["kind"], more: Partial<TableColumn> = {}): TableColumn {
  return { key, title: key, kind, width: 10, absent: null, isUsual: true, choices: [], ...more };
}

/** A row to decide. */
export function decidedRowOf(row: number, more: Partial<DecidedRow> = {}): DecidedRow {
  return {
    row,
    cells: [`Person ${row}`, "owner"],
    who: { type: "user", id: `u${row}` },
    stake: ["owner of Acme"],
    stakeCount: 1,
    decision: null,
    note: "",
    by: null,
    atMs: null,
    outcome: null,
    remains: [],
    ...more,
  };
}

/** A review that was started. */
export function reviewOf(more: Partial<DecidedReview> = {}): DecidedReview {
  return {
    id: "v1",
    title: "Owners",
    source: "connector:c1",
    sourceTitle: "Acme",
    syncEndedAtMs: noonMs,
    syncId: "s2",
    startedBy: "Ada",
    startedAtMs: noonMs,
    rows: 3,
    undecided: 3,
    signed: null,
    counts: { keep: 0, revoke: 0, unsure: 0 },
    ...more,
  };
}

/** The rows of a review on the screen. */
export function decidedPageOf(rows: readonly DecidedRow[], more: Partial<DecidedReviewPage> = {}): DecidedReviewPage {
  const columns = [
    { key: "name", title: "Name", kind: "text" },
    { key: "role", title: "Role", kind: "role" },
  ] as const;
  return { review: reviewOf(), columns, notices: [], total: rows.length, offset: 0, rows, check: null, ...more };
}
