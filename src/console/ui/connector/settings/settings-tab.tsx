/** Settings: what is set, without secrets, and the form behind Edit. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ConnectorDetail } from "../../../contract/connectors.ts";
import { postJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { FactList } from "../../design/facts.tsx";
import { TextField } from "../../design/field.tsx";
import { FormDialog } from "../../design/form.tsx";
import { showToast } from "../../design/toast.tsx";
import { Steps } from "../../journey/steps.tsx";
import { connectorApi } from "../connector-paths.ts";
import { modeTitle } from "../modes.ts";
import type { TabProps } from "../use-connector.ts";
import { SettingsForm } from "./settings-form.tsx";
import { fileEngineText, storageText } from "./settings-values.ts";
import { StoredTest } from "./stored-test.tsx";

/** The tab. `?edit=` opens the form at once, with the field named there in focus. */
export function SettingsTab({ connector, data }: TabProps) {
  const { path, query, route } = useLocation();
  const { edit = "", slug = "", test = "" } = query;
  const [isOpen, setOpen] = useState(false);
  const isEditing = isOpen || edit !== "";
  const isNew = connector.status === "Not set up" || (connector.status === "Testing" && connector.lastRun === null);
  const close = () => {
    setOpen(false);
    if (edit !== "") route(path, true);
  };
  return (
    <div class="stack-wide">
      {isNew && <Steps current="Settings" />}
      {isEditing ? (
        <SettingsForm connector={connector} data={data} focusOn={edit} slug={slug} onClose={close} />
      ) : (
        <Card
          title="Settings"
          actions={
            <Button
              icon="settings"
              kind={isNew ? "primary" : "plain"}
              label="Edit settings"
              onClick={() => setOpen(true)}
              text="Edit"
            />
          }
        >
          {isNew && connector.settings.orgSlug !== "" && (
            <p class="muted">A draft: nothing syncs before these settings are saved.</p>
          )}
          <FactList facts={settingFacts(connector)} />
        </Card>
      )}
      {!isEditing && !isNew && <StoredTest connector={connector} startsAtOnce={test !== ""} />}
      {!isEditing && <RemoveCard connector={connector} />}
    </div>
  );
}

function settingFacts({ settings, key, owner, mode }: ConnectorDetail) {
  const facts = [
    ["Organization slug", settings.orgSlug || "Not set"],
    ["Cloudsmith API key", key ? (key.lastFour === "" ? "Set" : `ends in ${key.lastFour}`) : "Not set"],
    ...(key
      ? [
          ["Key belongs to", key.owner ? keyOwnerText(key.owner) : "Known after a test"] as const,
          ["Key comes from", key.sourceName] as const,
          ["Key is kept", storageText(key.storage)] as const,
          ["Key fingerprint", <code key="fingerprint">{key.fingerprint}</code>] as const,
        ]
      : []),
    ["Owner", owner || "Nobody named"],
    ["How it runs", modeTitle(mode)],
    ["API host", settings.baseUrl],
    ["CA file", settings.caFile || "None"],
    ["Proxy", settings.proxy || "As the environment says"],
    ["Time-out", `${settings.timeoutSeconds} s for a request`],
    ["Version of new files", fileEngineText(settings.storageEngine)],
    ["Synced on request", settings.requested.length > 0 ? settings.requested.join(", ") : "Nothing"],
  ] as const;
  if (mode !== "service") return facts;
  return [
    ...facts,
    ["C1 Client ID", settings.c1ClientId || "Not set"],
    ["C1 Client secret", settings.c1SecretIsSet ? "Set" : "Not set"],
  ] as const;
}

function keyOwnerText(owner: NonNullable<NonNullable<ConnectorDetail["key"]>["owner"]>): string {
  const name = owner.name && owner.name !== owner.slug ? `${owner.name} (${owner.slug})` : owner.slug;
  return owner.kind === "service" ? `${name}, a service account` : name;
}

function RemoveCard({ connector }: { connector: ConnectorDetail }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const word = connector.orgSlug;
  const remove = useAction(async () => {
    await postJson(connectorApi(connector.id, "/remove"), { slug: typed });
    showToast(`${connector.name} was removed`);
    route("/connectors");
  });
  return (
    <Card title="Remove this connector">
      <p class="muted">
        Its settings, key, history, logs and files on this machine are deleted; its reviews stay. Nothing changes in
        Cloudsmith.
      </p>
      <div class="actions">
        <Button kind="danger" icon="trash" onClick={() => setAsking(true)} text="Remove" />
      </div>
      {isAsking && (
        <FormDialog
          title={`Remove ${connector.name}?`}
          onClose={() => setAsking(false)}
          action={remove}
          submit="Remove"
          kind="danger"
          isDisabled={typed.trim() !== word}
        >
          <p>
            {`Lost are its settings, its key, ${connector.lastRun ? "the history and the kept files of its syncs" : "and what was entered"}, and its logs. Runs of other connectors that are compared with its files lose them. This cannot be undone: download files that you want to keep first.`}
          </p>
          {word !== "" && (
            <TextField label={`Type “${word}” to remove it`} isMono={true} value={typed} onInput={setTyped} />
          )}
        </FormDialog>
      )}
    </Card>
  );
}
