/** The start: the welcome screen, or the connectors once there are some. */
import { Page } from "../design/page.tsx";

/** The screen of the address `/`. */
export function Home() {
  return <Page title="Welcome"> </Page>;
}
