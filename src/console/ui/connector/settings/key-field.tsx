/** The Cloudsmith API key: typed, kept, or looked up where this machine already has one. */
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import type { FoundSettings, KeyFacts } from "../../../contract/connectors.ts";
import { session } from "../../api/session.ts";
import { useStore } from "../../api/store.ts";
import { Banner } from "../../design/banner.tsx";
import { SecretField } from "../../design/field.tsx";
import { mendKey, type SettingsDraft } from "./settings-values.ts";

interface Choice {
  readonly source: SettingsDraft["keySource"];
  readonly text: string;
}

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
        <SourceChoice choices={choices} value={draft.keySource} onChange={(keySource) => onChange({ keySource })} />
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

function choicesOf(current: KeyFacts | null, found: FoundSettings["keys"]): readonly Choice[] {
  return [
    ...(current ? [{ source: "kept", text: `Keep the current key (ends in ${current.lastFour})` } as const] : []),
    { source: "entered", text: current ? "Enter another key" : "Enter a key" },
    ...found
      .filter(({ source }) => source !== current?.source)
      .map(({ source, sourceName, lastFour }) => ({ source, text: `From ${sourceName} (ends in ${lastFour})` })),
  ];
}

function SourceChoice(props: {
  choices: readonly Choice[];
  value: SettingsDraft["keySource"];
  onChange: (source: SettingsDraft["keySource"]) => void;
}) {
  const name = useId();
  return (
    <fieldset class="choices-plain">
      <legend class="field-label">Where the API key comes from</legend>
      {props.choices.map(({ source, text }) => (
        <label key={source} class="check">
          <input
            type="radio"
            name={name}
            value={source}
            checked={props.value === source}
            onChange={() => props.onChange(source)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
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
