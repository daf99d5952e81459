/** The editor of a schedule. */
import { useState } from "preact/hooks";
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { postJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import type { Data } from "../../api/use-data.ts";
import { FormDialog } from "../../design/form.tsx";
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
    <FormDialog title="Schedule" onClose={onClose} action={save} submit="Save" isDisabled={!schedule}>
      <ScheduleFields draft={draft} onChange={setDraft} />
    </FormDialog>
  );
}
