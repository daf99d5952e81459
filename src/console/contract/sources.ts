/**
 * What the page asks of a synced file. A source is `connector:ID` (its current file), `run:ID` (the file kept of that
 * run) or `file:ID` (one that was opened). All below /api/sources/:source.
 */
import type { Chart, Headline, ValueKind } from "../../reports/screen/shown.ts";

/** Rows of people, reviews and contents that the page asks for at once: the first of them are kept with the file. */
export const pageRows = 100;

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
  /** True when the sync before is known, in this file or another: changes are told without choosing one. */
  readonly hasEarlierSync: boolean;
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

/** A person. Absent values are unknown. */
export interface PersonRow {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly login: string | null;
  readonly status: "enabled" | "disabled" | "deleted" | "pending" | "unknown";
  readonly roles: readonly string[];
  readonly teamCount: number;
  readonly twoFactor: "yes" | "no" | "unknown";
  readonly visibility: string | null;
  readonly lastLoginMs: number | null;
  readonly joinedMs: number | null;
}

/** A value that rows can be filtered by, and how many of all rows have it. "" stands for none. */
export interface ColumnChoice {
  readonly value: string;
  readonly count: number;
}

/** A column of a table; every one can be ordered by. */
export interface TableColumn {
  readonly key: string;
  readonly title: string;
  readonly kind: ValueKind;
  /** Share of the table's width; the shares need not add up to anything. */
  readonly width: number;
  /** Stands where there is no value; null for a dash. */
  readonly absent: string | null;
  /** Shown from the first; others when they are chosen. */
  readonly isUsual: boolean;
  /** Empty for a column that is not filtered by. */
  readonly choices: readonly ColumnChoice[];
}

/** Where a name leads. */
export interface LinkTarget {
  readonly to: "person" | "team" | "resource";
  readonly type: string;
  readonly id: string;
}

/** A row: a cell for each column, null for what is not known. */
export interface TableRow {
  readonly cells: readonly (string | number | null | readonly string[])[];
  /** Where each cell leads; absent when none does. */
  readonly links?: readonly (LinkTarget | null)[];
}

/**
 * A page of rows. GET …/people, …/teams, …/teams/:type/:id/people and …/reviews/:name take
 * `q=&order=KEY&descending=&team=TYPE/ID&offset=&limit=` (at most 200 a page) and, by the key of any column, the value
 * that its rows must have. …/export?format= takes the same and gives all rows as a download.
 */
export interface TablePage {
  readonly columns: readonly TableColumn[];
  /** Number of rows, whatever is asked for. */
  readonly all: number;
  /** Number of rows that fit. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly TableRow[];
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

/** A team: GET …/teams/:type/:id. */
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
  /** Known to have no second factor. */
  readonly withoutTwoFactor: number;
  /** People by their most privileged role in the organization, "" for none, the most privileged first. */
  readonly byRole: readonly (readonly [role: string, count: number])[];
}
/** A page of teams: GET …/teams. */
export interface TeamsPage extends TablePage {
  /** Number of people who are in no team. */
  readonly alone: number;
  /** The columns that count a team's people by their role, "" for none, the most privileged role first. */
  readonly roleColumns: readonly { readonly key: string; readonly role: string }[];
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

/** GET …/reviews. */
export interface ReviewsOverview {
  readonly reviews: readonly ReviewInfo[];
}
/** A review in the list. */
export interface ReviewInfo {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly comparesSyncs: boolean;
  /** Null where it has to be chosen first what is compared with, or where it could not be answered. */
  readonly headline: Headline | null;
  /** Why it could not be answered. */
  readonly problem: string | null;
}

/** GET …/reviews/:name?since=&offset=&limit= (`since`: a source or the id of a sync of the same file). */
export interface ReviewPage extends TablePage {
  readonly name: string;
  readonly title: string;
  /** `key` says what is counted, for programs; `label` for people. */
  readonly counts: readonly { readonly key: string; readonly label: string; readonly count: number }[];
  readonly notices: readonly string[];
  readonly asOfMs: number | null;
  readonly since: { readonly source: string; readonly title: string } | null;
  readonly headline: Headline;
  /** False where rows are about nobody's access, so that there is nothing to decide. */
  readonly isAboutAccess: boolean;
  /** Null when there is nothing to look at. */
  readonly chart: Chart | null;
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
