/** The editor of a schedule. */
import { useState } from "preact/hooks";
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { postJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import type { Data } from "../../api/use-data.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { showToast } from "../../design/toast.tsx";
import { connectorApi } from "../connector-paths.ts";
import { ScheduleFields, scheduleDraftOf, scheduleOf } from "./schedule-fields.tsx";

/** The dialog. */
export function ScheduleDialog(props: {
  connector: ConnectorDetail;
  data: Data<ConnectorDetail>;
  onClose: () => void;
}) {
  const { connector, data, onClose } = props;
  const [draft, setDraft] = useState(() => scheduleDraftOf(connector.schedule));
  const schedule = scheduleOf(draft);
  const save = useAction(async () => {
    if (!schedule) return;
    data.replace(await postJson<ConnectorDetail>(connectorApi(connector.id, "/schedule"), schedule));
    showToast("Schedule saved");
    onClose();
  });
  return (
    <Dialog title="Schedule" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <ScheduleFields draft={draft} onChange={setDraft} />
        {save.failure && <FailureBanner failure={save.failure} isUrgent={true} />}
        <div class="actions">
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" isBusy={save.isBusy} isDisabled={!schedule}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
