/**
 * What the page asks of a synced file. A source is `connector:ID` (its current file), `run:ID` (the file kept of that
 * run) or `file:ID` (one that was opened). All below /api/sources/:source.
 */

/** A file that can be asked: GET /api/sources/:source. */
export interface SourceInfo {
  readonly source: string;
  readonly title: string;
  /** True for files in the model of this connector: roles, teams and reviews apply in full. */
  readonly isCloudsmith: boolean;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sync: {
    readonly id: string;
    readonly type: string;
    readonly startedAtMs: number | null;
    readonly endedAtMs: number | null;
  } | null;
  /** Word of the run that wrote it; `unknown` without a record. */
  readonly result: string;
  readonly notices: readonly string[];
  readonly syncs: readonly {
    readonly id: string;
    readonly type: string;
    readonly startedAtMs: number | null;
    readonly isFinished: boolean;
  }[];
  readonly totals: {
    readonly people: number;
    readonly teams: number;
    readonly entitlements: number;
    readonly grants: number;
  };
  readonly roles: readonly { readonly slug: string; readonly name: string; readonly count: number }[];
  readonly resourceTypes: readonly {
    readonly id: string;
    readonly name: string;
    readonly count: number;
    readonly isAccount: boolean;
    readonly isTeam: boolean;
    readonly isOrganization: boolean;
  }[];
}

/** A person in a list. Absent values are unknown. */
export interface PersonRow {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly login: string | null;
  readonly status: "enabled" | "disabled" | "deleted" | "unknown";
  readonly roles: readonly string[];
  readonly teamCount: number;
  readonly twoFactor: "yes" | "no" | "unknown";
  readonly visibility: string | null;
  readonly lastLoginMs: number | null;
  readonly joinedMs: number | null;
  /** What the person holds in the team that was asked for. */
  readonly teamRole?: string;
}

/** Columns that people can be sorted by. */
export const personOrders = ["name", "email", "status", "role", "teams", "two-factor", "last-login", "joined"] as const;
/** One of them. */
export type PersonOrder = (typeof personOrders)[number];

/**
 * GET …/people?q=&status=&role=&team=TYPE/ID&teamRole=&twoFactor=&order=&descending=&offset=&limit= (at most 200 a page).
 * `teamRole` (`member`, `manager`) counts with `team` only. GET …/people/export?format= takes the same filters and order
 * and gives all rows as a download.
 */
export interface PeoplePage {
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly PersonRow[];
}

/** One access of a person, and by which path it is held. */
export interface Holding {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resourceName: string;
  readonly slug: string;
  readonly entitlementId: string;
  readonly kind: "role" | "team" | "other";
  readonly how: "direct" | "inherited";
  /** Each path as the names on it, from the person to the access; empty for direct access. */
  readonly paths: readonly (readonly string[])[];
}

/** GET …/people/:type/:id */
export interface PersonDetail extends PersonRow {
  readonly holdings: readonly Holding[];
  /** All other profile values, sorted by key, as text. */
  readonly profile: readonly (readonly [key: string, value: string])[];
}

/** Columns that teams can be sorted by. */
export const teamOrders = ["name", "members", "managers", "disabled", "visibility"] as const;
/** One of them. */
export type TeamOrder = (typeof teamOrders)[number];

/** A team: GET …/teams/:type/:id. GET …/teams?q=&order=&descending=&offset=&limit= gives pages of them. */
export interface TeamRow {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly description: string | null;
  readonly visibility: string | null;
  readonly memberCount: number;
  readonly managerCount: number;
  readonly disabledCount: number;
}
/** A page of teams. */
export interface TeamsPage {
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly TeamRow[];
}

/** GET …/picture: teams as clusters, roles as colours. */
export interface Picture {
  readonly organization: string;
  readonly clusters: readonly PictureCluster[];
  /** People without a team. */
  readonly alone: PictureCluster;
  /** True when there are too many people to draw each: clusters then have counts only. */
  readonly isAggregated: boolean;
}
/** A team in the picture. */
export interface PictureCluster {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Set for the cluster that stands for all teams that are too small to be drawn: how many they are. */
  readonly teams?: number;
  readonly total: number;
  readonly byRole: readonly { readonly role: string; readonly count: number }[];
  /** Empty when aggregated. */
  readonly members: readonly {
    readonly type: string;
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly isDisabled: boolean;
  }[];
}

/** A page of rows of any kind: …/resources?type=, …/entitlements?type=&resource=, …/grants?entitlement=|principal=. */
export interface TablePage {
  readonly columns: readonly { readonly key: string; readonly title: string; readonly isNumber: boolean }[];
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly (readonly (string | number | null | readonly string[])[])[];
}

/** A resource of any connector: …/resources/:type/:id. */
export interface ResourceDetail {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parent: { readonly type: string; readonly id: string; readonly name: string } | null;
  readonly profile: readonly (readonly [key: string, value: string])[];
  readonly entitlements: readonly {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    readonly holders: number;
  }[];
}

/** A review in the list: GET …/reviews. */
export interface ReviewInfo {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly comparesSyncs: boolean;
  readonly countsAges: boolean;
}

/** GET …/reviews/:name?since=&asOf=&offset=&limit= (`since`: a source or the id of a sync of the same file). */
export interface ReviewPage extends TablePage {
  readonly name: string;
  readonly title: string;
  /** `key` says what is counted, for programs; `label` for people. */
  readonly counts: readonly { readonly key: string; readonly label: string; readonly count: number }[];
  readonly notices: readonly string[];
  readonly asOfMs: number | null;
  readonly since: { readonly source: string; readonly title: string } | null;
  /** What the review's chart shows: a bar for each, in the order in which they stand; empty when there is nothing. */
  readonly breakdown: readonly ReviewBar[];
}

/**
 * A bar of a review's chart, split into parts. Two-factor: a bar for each role, parts `yes`, `no`, `unknown`. Dormant: a
 * bar for each age, parts `enabled`, `disabled` and so on. Changes: a bar for each kind, parts `added`, `removed`,
 * `changed`. Teams: bars such as `managed`, `not managed` with one part each.
 */
export interface ReviewBar {
  readonly label: string;
  readonly parts: readonly (readonly [label: string, count: number])[];
}

/**
 * POST /api/files {path}, or POST /api/files/upload?name= with the bytes: opens a file of any Baton connector. GET
 * /api/files → {files}, the latest first. POST /api/files/:fileId/close forgets one, and deletes it if it was uploaded.
 */
export interface OpenedFile {
  readonly source: string;
  readonly title: string;
  readonly openedAtMs: number;
}
/** Forms that reviews are downloaded in: GET …/reviews/:name/export?format=. The evidence pack: GET …/evidence?since=. */
export const exportFormats = ["csv", "xlsx", "json"] as const;
/** One of them. */
export type ExportFormat = (typeof exportFormats)[number];
