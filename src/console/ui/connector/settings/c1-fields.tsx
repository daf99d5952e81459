/** S9, the link to C1: Client ID and Client secret. */
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { SecretField, TextField } from "../../design/field.tsx";
import type { SettingsDraft } from "./settings-values.ts";

/** The two fields, and where C1 shows their values. */
export function C1Fields(props: {
  draft: SettingsDraft;
  connector: ConnectorDetail;
  onChange: (part: Partial<SettingsDraft>) => void;
}) {
  const { draft, connector, onChange } = props;
  return (
    <fieldset class="stack">
      <legend class="field-label">Link to C1</legend>
      <p class="field-hint">
        In C1: Integrations, Connectors, Add connector, Baton, Add. Then Settings, Edit, and Rotate shows the Client ID
        and the Client secret once.
      </p>
      <TextField
        label="C1 Client ID"
        isMono={true}
        value={draft.c1ClientId}
        onInput={(c1ClientId) => onChange({ c1ClientId })}
      />
      <SecretField
        label="C1 Client secret"
        hint={connector.settings.c1SecretIsSet ? "One is set. Leave this empty to keep it." : undefined}
        value={draft.c1ClientSecret}
        onInput={(c1ClientSecret) => onChange({ c1ClientSecret })}
      />
    </fieldset>
  );
}
