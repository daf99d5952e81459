/** Whom the console tells when syncs fail, are held or partial, and when all is well again. */
import { useState } from "preact/hooks";
import type { Notifications, WebhookForm } from "../../contract/console.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { type Data, useData } from "../api/use-data.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { SecretField, SelectField } from "../design/field.tsx";
import { Form } from "../design/form.tsx";
import { formatDateTime } from "../design/format.ts";
import { Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { showToast } from "../design/toast.tsx";

const forms: readonly { readonly value: WebhookForm; readonly label: string }[] = [
  { value: "json", label: "JSON" },
  { value: "slack", label: "Slack" },
  { value: "teams", label: "Microsoft Teams" },
];

/** The screen of the address /notifications. */
export function NotificationsScreen() {
  const data = useData<Notifications>("/api/notifications");
  return (
    <Page title="Notifications" width="narrow">
      <Loaded of={data}>{(settings) => <Webhook settings={settings} data={data} />}</Loaded>
    </Page>
  );
}

function Webhook({ settings, data }: { settings: Notifications; data: Data<Notifications> }) {
  const [url, setUrl] = useState("");
  const [form, setForm] = useState<WebhookForm>(settings.form);
  const save = useAction(async (isOff: boolean) => {
    const address = isOff ? { url: "" } : url.trim() === "" ? {} : { url: url.trim() };
    data.replace(await postJson<Notifications>("/api/notifications", { form, ...address }));
    setUrl("");
    showToast(isOff ? "Nobody is notified any more" : "Notifications saved");
  });
  const test = useAction(async () => {
    data.replace(await postJson<Notifications>("/api/notifications/test"));
  });
  const isSet = settings.host !== "";
  return (
    <Card title="Webhook">
      <p>
        A message goes out at the third failure in a row, for a partial roster, for changes that are held, when a
        schedule had no good sync for too long, and when all is well again.
      </p>
      <Form
        action={{ ...save, run: () => save.run(false) }}
        submit="Save"
        isDisabled={!isSet && url.trim() === ""}
        others={
          <>
            <Button isBusy={test.isBusy} isDisabled={!isSet} onClick={() => void test.run()} text="Send a test" />
            {isSet && <Button kind="quiet" onClick={() => void save.run(true)} text="Switch off" />}
          </>
        }
      >
        <SecretField
          label="Address of the webhook"
          hint={
            isSet
              ? `Now ${settings.host}. Leave it empty to keep it: it is never shown again.`
              : "Begins with https://. It is kept like a key, and goes through this machine's proxy."
          }
          value={url}
          onInput={setUrl}
        />
        <SelectField label="Form" value={form} options={forms} onChange={setForm} />
        {test.failure && <FailureBanner failure={test.failure} isUrgent={true} takesFocus={true} />}
        {settings.last?.failure && <FailureBanner failure={settings.last.failure} isUrgent={true} />}
        {settings.last && !settings.last.failure && (
          <Banner tone="good" title="The last notification arrived">
            <p>{formatDateTime(settings.last.atMs)}</p>
          </Banner>
        )}
      </Form>
    </Card>
  );
}
