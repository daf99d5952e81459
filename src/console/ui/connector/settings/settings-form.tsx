/** S4, the settings form: key, slug, and what is rarely needed behind Advanced. Save tests first what is new. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorDetail, FoundSettings, SettingsSaved } from "../../../contract/connectors.ts";
import { postJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import { type Data, useData } from "../../api/use-data.ts";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { SelectField, TextField } from "../../design/field.tsx";
import { Form } from "../../design/form.tsx";
import { showToast } from "../../design/toast.tsx";
import { connectorApi, connectorPath } from "../connector-paths.ts";
import { modeTexts } from "../modes.ts";
import { AdvancedFields } from "./advanced-fields.tsx";
import { C1Fields } from "./c1-fields.tsx";
import { KeyField } from "./key-field.tsx";
import {
  draftErrors,
  draftOf,
  inputOf,
  mendSlug,
  needsKeyAgain,
  type SettingsDraft,
  testedPart,
} from "./settings-values.ts";
import { TestPanel } from "./test-panel.tsx";
import { useTest, verdictOf } from "./use-test.ts";

/** The form. `focusOn` names the field to begin with, the key unless told; `slug` is put into the slug field. */
export function SettingsForm(props: {
  connector: ConnectorDetail;
  data: Data<ConnectorDetail>;
  focusOn: string;
  slug: string;
  onClose: () => void;
}) {
  const { connector, data, onClose } = props;
  const { route } = useLocation();
  const [draft, setDraft] = useState<SettingsDraft>(() => {
    const begin = draftOf(connector);
    return { ...begin, ...(props.slug !== "" && { orgSlug: props.slug }), ...keyAsked(props.focusOn) };
  });
  const [showsErrors, setShowsErrors] = useState(false);
  const [tested, setTested] = useState<string | null>(null);
  const [savesAfterTest, setSavesAfterTest] = useState(false);
  const [isAccepted, setAccepted] = useState(false);
  const [slugNotice, setSlugNotice] = useState<string | null>(null);
  const found = useData<FoundSettings>(connectorApi(connector.id, "/found-settings"));
  const running = useTest(connector.id);
  const refused = useRefusedForm();
  const focus = useFocusedField(props.focusOn || "key");

  const change = (part: Partial<SettingsDraft>) =>
    setDraft((old) => {
      const next = { ...old, ...part };
      return needsKeyAgain(next, connector) ? { ...next, keySource: "entered" } : next;
    });
  const errors = draftErrors(draft);
  const isValid = Object.keys(errors).length === 0;
  const isNew = testedPart(draft) !== testedPart(draftOf(connector)) || connector.status === "Not set up";
  const isTested = tested === testedPart(draft);
  const verdict = isTested ? verdictOf(running.test) : null;
  const mayStay = verdict === "pass" || (verdict === "partial" && isAccepted);

  const save = useAction(async () => {
    const saved = await postJson<SettingsSaved>(connectorApi(connector.id, "/settings"), inputOf(draft));
    data.replace(saved.connector);
    for (const notice of saved.notices) showToast(notice);
    showToast("Settings saved");
    onClose();
    if (saved.runId !== null) route(connectorPath(connector.id));
    else if (saved.connector.mode === "service") route(connectorPath(connector.id, "service"));
  });
  const startTest = () => {
    setShowsErrors(true);
    if (!isValid) return refused.refuse();
    setTested(testedPart(draft));
    setAccepted(false);
    void running.start.run(inputOf(draft));
  };
  const submit = () => {
    setShowsErrors(true);
    if (!isValid) return refused.refuse();
    if (!isNew || mayStay) return void save.run();
    setSavesAfterTest(true);
    if (!isTested || verdict === "fail" || running.start.failure) startTest();
  };
  useEffect(() => {
    if (verdict !== null) setSavesAfterTest(false);
    if (savesAfterTest && verdict === "pass") void save.run();
  }, [verdict]);

  const slug = mendSlug(draft.orgSlug);
  return (
    <>
      <Card title="Settings">
        <Form
          formRef={refused.form}
          action={{
            run: submit,
            isBusy: save.isBusy || (savesAfterTest && verdict === null),
            failure: running.start.failure ?? save.failure,
          }}
          submit="Save"
          isWide={true}
          others={
            <>
              <Button isBusy={running.start.isBusy} onClick={startTest} text="Test" />
              <Button kind="quiet" onClick={onClose} text="Cancel" />
            </>
          }
        >
          <KeyField
            draft={draft}
            current={connector.key}
            found={found.data?.keys ?? []}
            error={showsErrors ? errors.apiKey : undefined}
            inputRef={focus.key}
            onChange={change}
          />
          <TextField
            label="Organization slug"
            hint="The part after https://app.cloudsmith.com/ in the address of your organization's pages. You can paste the whole address."
            isMono={true}
            value={draft.orgSlug}
            error={showsErrors || slug.error ? (errors.orgSlug ?? null) : null}
            notice={slug.notice ?? slugNotice}
            inputRef={focus.slug}
            onInput={(orgSlug) => {
              setSlugNotice(null);
              change({ orgSlug });
            }}
            onLeave={() => {
              // It stays: what is below must not move under the click that left the field.
              setSlugNotice(slug.notice ?? slugNotice);
              change({ orgSlug: slug.value });
            }}
          />
          <FoundSlugs found={found.data} current={slug.value} onChoose={(orgSlug) => change({ orgSlug })} />
          {draft.mode === "service" && <C1Fields draft={draft} connector={connector} onChange={change} />}
          <TextField
            label="Owner"
            isOptional={true}
            hint="Who is responsible for this connector."
            value={draft.owner}
            onInput={(owner) => change({ owner })}
          />
          <SelectField
            label="How to run"
            value={draft.mode}
            options={modeTexts.map(({ mode, title }) => ({ value: mode, label: title }))}
            onChange={(mode) => change({ mode })}
          />
          <AdvancedFields
            timeoutError={showsErrors ? errors.timeout : undefined}
            draft={draft}
            requestable={connector.requestable}
            isOpen={props.focusOn === "ca"}
            caRef={focus.ca}
            onChange={change}
          />
        </Form>
        {isNew && <p class="field-hint">What is new is tested before it is saved. The test only reads.</p>}
      </Card>
      {isTested && running.test && (
        <TestPanel
          test={running.test}
          isAccepted={isAccepted}
          onAccept={setAccepted}
          onSave={() => void save.run()}
          onUseSlug={(orgSlug) => change({ orgSlug })}
        />
      )}
    </>
  );
}

/** "Edit key" means another key: the form begins with an empty field instead of "keep the current one". */
function keyAsked(focusOn: string): Partial<SettingsDraft> {
  return focusOn === "key" ? { keySource: "entered" } : {};
}

function FoundSlugs(props: { found: FoundSettings | null; current: string; onChoose: (slug: string) => void }) {
  const others = (props.found?.slugs ?? []).filter(({ slug }) => slug !== props.current);
  if (others.length === 0) return null;
  return (
    <p class="row small">
      <span class="muted">Found on this machine:</span>
      {others.map(({ slug, sourceName }) => (
        <Button
          key={`${sourceName} ${slug}`}
          isSmall={true}
          onClick={() => props.onChoose(slug)}
          text={`${slug} (${sourceName})`}
        />
      ))}
    </p>
  );
}

/** The form to be marked, and what to call when it is refused. */
function useRefusedForm(): {
  readonly form: RefObject<HTMLFormElement | null>;
  readonly refuse: () => void;
} {
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  // Fields say that they are wrong once they are drawn so.
  useEffect(() => {
    if (tries === 0) return;
    const field = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
  }, [tries]);
  return { form, refuse: () => setTries((count) => count + 1) };
}

/** References for the fields that can be named in an address: `key`, `slug`, `ca`. */
function useFocusedField(name: string): Readonly<Record<"key" | "slug" | "ca", RefObject<HTMLInputElement | null>>> {
  const fields = {
    key: useRef<HTMLInputElement>(null),
    slug: useRef<HTMLInputElement>(null),
    ca: useRef<HTMLInputElement>(null),
  };
  // Not after it was painted: what somebody types into another field meanwhile would go on in this one.
  useLayoutEffect(() => {
    if (name === "key" || name === "slug" || name === "ca") fields[name].current?.focus();
  }, []);
  return fields;
}
