/** The start: the welcome screen, or the connectors once there are some. */

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import { useRole } from "../api/session.ts";
import { useData } from "../api/use-data.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Page } from "../design/page.tsx";
import { Skeleton } from "../design/skeleton.tsx";
import { Welcome } from "./welcome.tsx";

/** The screen of the address `/`. */
export function Home() {
  const { route } = useLocation();
  const { data, failure } = useData<{ readonly connectors: readonly ConnectorSummary[] }>("/api/connectors");
  const isAdmin = useRole() === "admin";
  // The welcome is for who sets something up.
  const hasConnectors = data !== null && (data.connectors.length > 0 || !isAdmin);
  useEffect(() => {
    if (hasConnectors) route("/connectors", true);
  }, [hasConnectors]);
  if (data && !hasConnectors) return <Welcome />;
  return (
    <Page title="Welcome" width="narrow">
      {failure ? <FailureBanner failure={failure} /> : <Skeleton />}
    </Page>
  );
}
