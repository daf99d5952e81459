/** What a test can make the sandbox do differently, for the points on which Cloudsmith's documents are silent. */

/** Behaviour that may be changed at any time, also between two requests. */
export interface Switches {
  /**
   * What `is_active` means to the member list (not documented). `true` always lists active members only.
   * H1: `false` or absent lists everyone. H2: `false` or absent lists inactive members only.
   * H3: absent lists everyone, `false` inactive members only. Default H3.
   */
  isActiveSemantics: "H1" | "H2" | "H3";
  /** Whether members carry the key `teams`; older releases of the API do not. Default true. */
  membersCarryTeams: boolean;
  /** Whether a narrow role sees, on other members, only teams it may see. Default true. */
  filterMemberTeams: boolean;
  /** Redacts e-mail addresses for every caller, not only for narrow roles. Default false. */
  redactedEmails: boolean;
  /**
   * `X-Pagination-*` and `Link` headers: sent, left out, sent with a count three times as high, or claiming
   * another page for ever (pages past the end then repeat the last one). Default true.
   */
  paginationHeaders: boolean | "lying-count" | "endless";
  /** Wait before each answer, milliseconds. Default 0. */
  latencyMs: number;
  /** Serves pages of 30 whatever `page_size` says. Default false. */
  ignorePageSize: boolean;
  /** Lists come in another order on each request. Default false. */
  unstableSort: boolean;
  /**
   * Rows of equal name or role come in an order of each answer's own, as a database gives them where nothing else
   * decides: it turns round with every other page, or page size. Nothing moves, and one row stands twice and another
   * nowhere. Default false.
   */
  tiesTurn: false | "page" | "page-size";
  /** Lists of a team's members show people and services, whatever `user_kind` asks for. Default false. */
  ignoreUserKind: boolean;
  /** List rows are summaries: they leave out what only the member or team itself says when it is read. Default false. */
  summaryRows: boolean;
  /**
   * Pages of more rows than `over` are too slow: the gateway gives up with 504, or nothing comes until the client hangs
   * up. Default: every page is served.
   */
  largePages: LargePages | undefined;
  /** A team has no member list, which is a 404, for so long after it was made, milliseconds. Default 0. */
  newTeamMs: number;
  /** The organization's rule for keys. Default none. */
  keyRule: KeyRule | undefined;
  /** What an unknown key gets (not documented): 401, 403, or the treatment of a caller without a key. Default 401. */
  wrongKey: "401" | "403" | "anonymous";
}

/** What happens to pages that are too large. */
export interface LargePages {
  readonly over: number;
  readonly end: "504" | "silence";
}

/** Cloudsmith API: api-key-rules. It is for all keys. */
export interface KeyRule {
  /** At least 24. Keys are as old as the sandbox. */
  readonly maxAgeHours: number;
  /** A key is replaced by another when it has reached that age: the old one is unknown from then on. */
  readonly enforceRefresh: boolean;
}

/** The behaviour of a sandbox without switches. */
export const defaultSwitches: Readonly<Switches> = {
  isActiveSemantics: "H3",
  membersCarryTeams: true,
  filterMemberTeams: true,
  redactedEmails: false,
  paginationHeaders: true,
  latencyMs: 0,
  ignorePageSize: false,
  unstableSort: false,
  tiesTurn: false,
  ignoreUserKind: false,
  summaryRows: false,
  largePages: undefined,
  newTeamMs: 0,
  keyRule: undefined,
  wrongKey: "401",
};
