/** "Try it with a sample organization": one click to Connected. */
import { useLocation } from "preact-iso";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { connectorPath } from "../connector/connector-paths.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";

/** The button, and what went wrong below it. */
export function SampleButton({ isQuiet = false }: { isQuiet?: boolean }) {
  const { route } = useLocation();
  const start = useAction(async () => {
    const connector = await postJson<ConnectorDetail>("/api/sample");
    route(connectorPath(connector.id));
  });
  return (
    <>
      <Button
        icon="spark"
        kind={isQuiet ? "quiet" : "plain"}
        isBusy={start.isBusy}
        onClick={() => void start.run()}
        text="Try it with a sample organization"
      />
      {start.failure && <FailureBanner failure={start.failure} isUrgent={true} />}
    </>
  );
}
