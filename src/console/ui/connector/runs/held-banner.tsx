/** "Big change, nothing applied": what would fall away, and the choice between confirming it and keeping the old. */
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import type { RunDetail } from "../../../contract/runs.ts";
import { sourceApi } from "../../access/source-address.ts";
import { WithSource } from "../../access/source-frame.tsx";
import { postJson } from "../../api/api.ts";
import { type Data, useData } from "../../api/use-data.ts";
import { useToldAction } from "../../browser/use-told-action.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Empty } from "../../design/loaded.tsx";
import { showToast } from "../../design/toast.tsx";
import { RowsTable, useRows } from "../../rows/rows-table.tsx";
import { connectorApi, runApi } from "../connector-paths.ts";
import { DropDetails } from "./drop-details.tsx";

/** The banner of a held run. */
export function HeldBanner(props: {
  connector: ConnectorDetail;
  held: NonNullable<ConnectorDetail["heldRun"]>;
  data: Data<ConnectorDetail>;
}) {
  const { connector, held, data } = props;
  const run = useData<RunDetail>(runApi(held.runId));
  const confirm = useToldAction(async () => {
    await postJson(connectorApi(connector.id, "/confirm-changes"));
    showToast("Changes confirmed. They are being read once more.");
    data.reload();
  });
  const keepOld = useToldAction(async () => {
    data.replace(await postJson<ConnectorDetail>(connectorApi(connector.id, "/keep-old"), { runId: held.runId }));
    showToast("The old file stays the current one");
  });
  return (
    <>
      <FailureBanner
        failure={held.failure}
        actions={
          <>
            <Button kind="primary" isBusy={confirm.isBusy} onClick={() => void confirm.run()} text="Confirm changes" />
            <Button isBusy={keepOld.isBusy} onClick={() => void keepOld.run()} text="Keep old file" />
          </>
        }
      />
      {run.data?.drop && <DropDetails drop={run.data.drop} />}
      {(run.data?.drop?.gone?.length ?? 0) > 0 && (
        <WithSource source={`connector:${connector.id}`} isPart={true}>
          {() => <GoneList source={`connector:${connector.id}`} runId={held.runId} />}
        </WithSource>
      )}
    </>
  );
}

/** Everybody who would go, as they are in the file that stays until somebody confirms. */
function GoneList({ source, runId }: { readonly source: string; readonly runId: string }) {
  return (
    <RowsTable
      source={source}
      asked={useRows(sourceApi(source, `held/${runId}/people`))}
      caption="People who would go"
      nouns={["person", "people"]}
      empty={
        <Empty icon="people" title="No person would go">
          What would go is no person: see the figures above.
        </Empty>
      }
    />
  );
}
