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
   * `X-Pagination-*` and `Link` headers: sent, left out, sent with a count that is three too high, or claiming
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
  /** What an unknown key gets (not documented): 401, 403, or the treatment of a caller without a key. Default 401. */
  wrongKey: "401" | "403" | "anonymous";
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
  wrongKey: "401",
};
