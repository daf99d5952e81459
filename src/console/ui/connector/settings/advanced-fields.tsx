/** Settings that few need: another API host, further certificate authorities, a proxy, what is synced on request. */
import type { RefObject } from "preact";
import { fileEngines, type Requestable } from "../../../contract/connectors.ts";
import { CheckField, SelectField, TextField } from "../../design/field.tsx";
import { fileEngineText, type SettingsDraft } from "./settings-values.ts";

/** The fields, folded away unless one of them is what the person came for. */
export function AdvancedFields(props: {
  draft: SettingsDraft;
  requestable: readonly Requestable[];
  isOpen: boolean;
  timeoutError: string | undefined;
  caRef: RefObject<HTMLInputElement | null>;
  onChange: (part: Partial<SettingsDraft>) => void;
}) {
  const { draft, onChange } = props;
  return (
    <details class="advanced" open={props.isOpen || props.timeoutError !== undefined}>
      <summary>Advanced</summary>
      <div class="stack">
        <TextField
          label="API host"
          isOptional={true}
          hint="Empty for Cloudsmith's own. The key is asked for again when it changes: a kept key goes to no other host."
          isMono={true}
          keys="url"
          value={draft.baseUrl}
          onInput={(baseUrl) => onChange({ baseUrl })}
        />
        <TextField
          label="CA file"
          isOptional={true}
          hint="Path of a PEM file on this machine with further certificate authorities to trust."
          isMono={true}
          value={draft.caFile}
          inputRef={props.caRef}
          onInput={(caFile) => onChange({ caFile })}
        />
        <TextField
          label="Proxy"
          isOptional={true}
          hint="Address of an HTTP proxy, without credentials. Empty: as HTTPS_PROXY and NO_PROXY say."
          isMono={true}
          keys="url"
          value={draft.proxy}
          onInput={(proxy) => onChange({ proxy })}
        />
        <TextField
          label="Time-out"
          hint="Seconds that one request may take, 1 to 1800."
          keys="numeric"
          value={draft.timeout}
          error={props.timeoutError}
          onInput={(timeout) => onChange({ timeout })}
        />
        <SelectField
          label="Version of new files"
          hint="An existing file keeps its version, but one of version 1 becomes 3 with the next sync where 3 is chosen."
          value={draft.storageEngine}
          options={fileEngines.map((value) => ({ value, label: fileEngineText(value) }))}
          onChange={(storageEngine) => onChange({ storageEngine })}
        />
        <RequestedFields {...props} />
      </div>
    </details>
  );
}

/** What is synced besides organization, members and teams. */
function RequestedFields(props: {
  draft: SettingsDraft;
  requestable: readonly Requestable[];
  onChange: (part: Partial<SettingsDraft>) => void;
}) {
  const { requested } = props.draft;
  return (
    <fieldset class="choices">
      <legend>Sync on request</legend>
      {props.requestable.map(({ name, text }) => (
        <CheckField
          key={name}
          label={text}
          isChecked={requested.includes(name)}
          onChange={(isOn) =>
            props.onChange({ requested: isOn ? [...requested, name] : requested.filter((one) => one !== name) })
          }
        />
      ))}
    </fieldset>
  );
}
