/** What others must know of the profiles of users: which keys reports pass over, and which a table of people shows. Data. */

/** Keys that are not compared: they change without anybody changing them, or copy what is told elsewhere. */
export const notComparedKeys: readonly string[] = [
  ...["last_login_at", "last_login_method", "teams", "two_factor_enabled", "user_url"],
];

/** Keys whose values a person's row has in columns of their own. */
export const keysInColumns: ReadonlySet<string> = new Set([
  ...["email", "login", "visibility", "two_factor_enabled", "last_login_at", "joined_at"],
]);
