/** How the member list is read: twice, because what the API means by `is_active=false` is not documented. */

/**
 * The two passes over the member list, in order; together they are everybody, whatever `is_active=false` means. In this
 * order, somebody who is deactivated in between is in neither, which a second look at the inactive ones shows; the other
 * way round it would take a second look at all the active ones.
 */
export const passes = ["inactive", "active"] as const;
/** One of the two passes. */
export type Pass = (typeof passes)[number];
