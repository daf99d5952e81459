/** The buttons at the head of a connector: Sync now, called Force sync after an error, Test, Pause sync, Resume sync. */
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { RunProgress } from "../../contract/runs.ts";
import { postJson } from "../api/api.ts";
import type { Data } from "../api/use-data.ts";
import { useToldAction } from "../browser/use-told-action.ts";
import { Button, LinkButton } from "../design/button.tsx";
import { showToast } from "../design/toast.tsx";
import { connectorApi, connectorPath } from "./connector-paths.ts";

/** The buttons that make sense in the connector's state; `progress` is newer than `connector`, as events tell it. */
export function ConnectorActions(props: {
  connector: ConnectorDetail;
  progress: RunProgress | null;
  data: Data<ConnectorDetail>;
}) {
  const { connector, progress, data } = props;
  const { id, status, isPaused, mode } = connector;
  const sync = useToldAction(async () => {
    await postJson(connectorApi(id, "/sync"));
    data.reload();
  });
  const pause = useToldAction(async () => {
    data.replace(await postJson<ConnectorDetail>(connectorApi(id, isPaused ? "/resume" : "/pause")));
    showToast(isPaused ? "Sync resumed" : "Sync paused");
  });
  if (status === "Not set up") return null;
  // C1's words for the same thing.
  const text = (status === "Error" || status === "Offline") && !progress ? "Force sync" : "Sync now";
  return (
    <>
      <LinkButton href={`${connectorPath(id, "settings")}?test=now`} text="Test" />
      {mode !== "once" && (
        <Button
          icon={isPaused ? "play" : "pause"}
          isBusy={pause.isBusy}
          onClick={() => void pause.run()}
          text={isPaused ? "Resume sync" : "Pause sync"}
        />
      )}
      <Button
        kind="primary"
        icon="sync"
        isBusy={sync.isBusy || progress !== null}
        onClick={() => void sync.run()}
        label={progress ? "Sync now: a sync is under way" : undefined}
        text={text}
      />
    </>
  );
}
