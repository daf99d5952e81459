/** The addresses at which the page answers. Everything else is 404, so that a mistyped address is not taken for a page. */

const part = "[^/]+";
const sourceScreens = `(?:/(?:people|teams(?:/${part}/${part})?|roles|list|reviews(?:/${part})?|tables(?:/${part}(?:/${part})?)?))?`;
const connectorScreens = `(?:/(?:access|reviews|history|logs|settings|deploy|service)(?:/.*)?)?`;
const patterns = [
  "/",
  "/connectors",
  "/connectors/add(?:/.*)?",
  `/connectors/${part}${connectorScreens}`,
  "/files",
  "/notifications",
  "/back-up",
  "/persons",
  `/reviews(?:/${part})?`,
  `/files/${part}(?:/.*)?`,
  `/sources/${part}${sourceScreens}`,
].map((pattern) => new RegExp(`^${pattern}$`));

/** Whether the page has a screen at this path. */
export function isPageAddress(path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
