/** The start: the welcome screen, or the connectors once there are some. */

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import { useRole } from "../api/session.ts";
import { useData } from "../api/use-data.ts";
import { Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { Welcome } from "./welcome.tsx";

/** The screen of the address `/`. */
export function Home() {
  const { route } = useLocation();
  const list = useData<{ readonly connectors: readonly ConnectorSummary[] }>("/api/connectors");
  const isAdmin = useRole() === "admin";
  // The welcome is for who sets something up.
  const hasConnectors = list.data !== null && (list.data.connectors.length > 0 || !isAdmin);
  useEffect(() => {
    if (hasConnectors) route("/connectors", true);
  }, [hasConnectors]);
  if (list.data && !hasConnectors) return <Welcome />;
  return (
    <Page title="Welcome" width="narrow">
      <Loaded of={list}>{() => null}</Loaded>
    </Page>
  );
}
