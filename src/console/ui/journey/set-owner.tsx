/** S3, the owner: who is responsible for the connector, and when one on a schedule syncs. Next makes it. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { connectorPath } from "../connector/connector-paths.ts";
import { modeTexts } from "../connector/modes.ts";
import { ScheduleFields, scheduleDraftOf, scheduleOf } from "../connector/schedule/schedule-fields.tsx";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Button, LinkButton } from "../design/button.tsx";
import { TextField } from "../design/field.tsx";
import { Page } from "../design/page.tsx";
import { useQueryValues } from "../shell/address.ts";
import { addCrumbs } from "./add-crumbs.ts";
import { Steps } from "./steps.tsx";

/** The screen. Nobody is allowed too, after a warning. */
export function SetOwner() {
  const { route } = useLocation();
  const query = useQueryValues();
  const mode = modeTexts.find((text) => text.mode === query["mode"])?.mode ?? "once";
  const [owner, setOwner] = useState("");
  const [isWarned, setWarned] = useState(false);
  const [draft, setDraft] = useState(() => scheduleDraftOf({ kind: "interval", everyMinutes: 1440 }));
  const schedule = scheduleOf(draft);
  const create = useAction(async () => {
    const connector = await postJson<ConnectorDetail>("/api/connectors", {
      mode,
      owner: owner.trim(),
      ...(mode === "schedule" && schedule ? { schedule } : {}),
    });
    route(connectorPath(connector.id, "settings"));
  });
  const next = () => {
    if (owner.trim() === "" && !isWarned) setWarned(true);
    else void create.run();
  };
  return (
    <Page title="Owner" crumbs={addCrumbs("Owner")} width="narrow">
      <Steps current="Owner" />
      <form
        class="stack-wide"
        onSubmit={(event) => {
          event.preventDefault();
          next();
        }}
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
        {create.failure && <FailureBanner failure={create.failure} isUrgent={true} />}
        <div class="actions">
          <Button
            kind="primary"
            type="submit"
            isBusy={create.isBusy}
            isDisabled={mode === "schedule" && schedule === null}
          >
            Next
          </Button>
          <LinkButton kind="quiet" href={`/connectors/add/how?mode=${mode}`}>
            Back
          </LinkButton>
        </div>
      </form>
    </Page>
  );
}
