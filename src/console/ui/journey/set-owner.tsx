/** S3, the owner: who is responsible for the connector, and when one on a schedule syncs. Next makes it. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { connectorPath } from "../connector/connector-paths.ts";
import { readMode } from "../connector/modes.ts";
import { ScheduleFields, scheduleDraftOf, scheduleOf } from "../connector/schedule/schedule-fields.tsx";
import { Banner } from "../design/banner.tsx";
import { LinkButton } from "../design/button.tsx";
import { TextField } from "../design/field.tsx";
import { Form } from "../design/form.tsx";
import { Page } from "../design/page.tsx";
import { connectorCrumbs } from "../shell/crumbs.ts";
import { Steps } from "./steps.tsx";

/** The screen. Nobody is allowed too, after a warning. */
export function SetOwner() {
  const { query, route } = useLocation();
  const mode = readMode(query["mode"]);
  const [owner, setOwner] = useState("");
  const [isWarned, setWarned] = useState(false);
  const [draft, setDraft] = useState(() => scheduleDraftOf({ kind: "interval", everyMinutes: 1440 }));
  const schedule = scheduleOf(draft);
  const create = useAction(async () => {
    if (owner.trim() === "" && !isWarned) return setWarned(true);
    const connector = await postJson<ConnectorDetail>("/api/connectors", {
      mode,
      owner: owner.trim(),
      ...(mode === "schedule" && schedule ? { schedule } : {}),
    });
    route(connectorPath(connector.id, "settings"));
  });
  return (
    <Page title="Owner" crumbs={connectorCrumbs("Owner", "Add connector")} width="narrow">
      <Steps current="Owner" />
      <Form
        action={create}
        submit="Next"
        isDisabled={mode === "schedule" && schedule === null}
        isWide={true}
        others={<LinkButton kind="quiet" href={`/connectors/add/how?mode=${mode}`} text="Back" />}
      >
        <TextField
          label="Owner"
          hint="Name or e-mail address of the person responsible for this connector. It stands in the list of connectors and in exports."
          value={owner}
          onInput={(value) => {
            setOwner(value);
            setWarned(false);
          }}
        />
        {mode === "schedule" && (
          <fieldset class="stack">
            <legend class="field-label">When should it sync?</legend>
            <ScheduleFields draft={draft} onChange={setDraft} />
          </fieldset>
        )}
        {isWarned && (
          <Banner tone="warn" title="Nobody is named as owner" isUrgent={true}>
            <p>Nobody will know whom to ask when a sync fails. Press Next again to go on without an owner.</p>
          </Banner>
        )}
      </Form>
    </Page>
  );
}
