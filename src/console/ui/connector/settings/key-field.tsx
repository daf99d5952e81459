/** The Cloudsmith API key: typed, kept, or looked up where this machine already has one. */
import type { RefObject } from "preact";
import type { FoundSettings, KeyFacts } from "../../../contract/connectors.ts";
import { session } from "../../api/session.ts";
import { useStore } from "../../api/store.ts";
import { Banner } from "../../design/banner.tsx";
import { type Option, RadioField, SecretField } from "../../design/field.tsx";
import { mendKey, type SettingsDraft } from "./settings-values.ts";

/** The field, and the choice between sources where there is more than one. */
export function KeyField(props: {
  draft: SettingsDraft;
  current: KeyFacts | null;
  found: FoundSettings["keys"];
  error: string | undefined;
  inputRef: RefObject<HTMLInputElement | null>;
  onChange: (part: Partial<SettingsDraft>) => void;
}) {
  const { draft, current, found, onChange } = props;
  const choices = choicesOf(current, found);
  const mended = mendKey(draft.apiKey);
  return (
    <div class="stack">
      {choices.length > 1 && (
        <RadioField
          legend="Where the API key comes from"
          value={draft.keySource}
          options={choices}
          onChange={(keySource) => onChange({ keySource })}
        />
      )}
      {draft.keySource === "entered" && (
        <>
          <SecretField
            label="Cloudsmith API key"
            hint="Of an Owner or Manager, best of a service account with the role Manager. A personal key can read and write; pressing Refresh in Cloudsmith ends it."
            value={draft.apiKey}
            error={props.error ?? mended.error}
            notice={mended.notice}
            inputRef={props.inputRef}
            onInput={(apiKey) => onChange({ apiKey })}
          />
          <StorageNotice />
        </>
      )}
    </div>
  );
}

function choicesOf(
  current: KeyFacts | null,
  found: FoundSettings["keys"],
): readonly Option<SettingsDraft["keySource"]>[] {
  return [
    ...(current ? [{ value: "kept", label: `Keep the current key (ends in ${current.lastFour})` } as const] : []),
    { value: "entered", label: current ? "Enter another key" : "Enter a key" },
    ...found
      .filter(({ source }) => source !== current?.source)
      .map(({ source, sourceName, lastFour }) => ({
        value: source,
        label: `From ${sourceName} (ends in ${lastFour})`,
      })),
  ];
}

function StorageNotice() {
  const state = useStore(session);
  if (state.kind !== "signed-in") return null;
  if (state.info.keyStorage === "encrypted") {
    return <p class="field-hint">The key is kept encrypted on this machine and never shown again.</p>;
  }
  return (
    <Banner tone="info" icon="key" title="The key will be kept in memory only">
      <p>
        It is gone when the console stops, and has to be entered again then. That was chosen when the console was
        started: by itself it keeps keys, encrypted.
      </p>
    </Banner>
  );
}
