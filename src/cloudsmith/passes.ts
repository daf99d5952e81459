/** How the member list is read: twice, because what the API means by a missing `is_active` is not documented. */

/** The two passes over the member list, in order; together they are everybody, whatever `is_active` absent means. */
export const passes = ["active", "inactive"] as const;
/** One of the two passes. */
export type Pass = (typeof passes)[number];
