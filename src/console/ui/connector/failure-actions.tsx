/** What can be done about a failure, by its state: the buttons in its banner. */
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { Failure } from "../../contract/failures.ts";
import { postJson } from "../api/api.ts";
import { useToldAction } from "../browser/use-told-action.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button, LinkButton } from "../design/button.tsx";
import { formatCount, formatDateTime } from "../design/format.ts";
import { connectorApi, connectorPath } from "./connector-paths.ts";

/** From this many failures in a row on the banner is red and read out at once. */
const manyFailures = 3;

/** The banner of a connector's failure, with its buttons. */
export function ConnectorFailure({ connector, failure }: { connector: ConnectorDetail; failure: Failure }) {
  const { consecutiveFailures, lastGoodRun } = connector;
  const actions = <FailureActions connector={connector} failure={failure} />;
  if (consecutiveFailures < manyFailures) return <FailureBanner failure={failure} actions={actions} />;
  const lastGood = lastGoodRun?.endedAtMs
    ? `What is shown here is as of ${formatDateTime(lastGoodRun.endedAtMs)}.`
    : "Nothing was synced so far.";
  return (
    <FailureBanner
      failure={failure}
      tone="bad"
      isUrgent={true}
      before={`${formatCount(consecutiveFailures)} syncs in a row failed. ${lastGood}`}
      actions={actions}
    />
  );
}

function FailureActions({ connector, failure }: { connector: ConnectorDetail; failure: Failure }) {
  const { id } = connector;
  // The banner is put away; the file that was the current one stays it.
  const dismiss = useToldAction(() => postJson<void>(connectorApi(id, "/keep-old")));
  const cancel = useToldAction(() => postJson<void>(connectorApi(id, "/cancel")));
  const settings = (text: string, field: string, kind: "primary" | "plain" = "primary") => (
    <LinkButton kind={kind} href={`${connectorPath(id, "settings")}?edit=${field}`} text={text} />
  );
  if (failure.code === "CONSOLE-KEY-GONE" || failure.code === "CONSOLE-SEALED") return settings("Edit key", "key");
  switch (failure.state) {
    case "wrong-key":
    case "key-refused":
      return settings("Edit key", "key");
    case "narrow-key":
      return (
        <>
          {settings("Use another key", "key")}
          <Button isBusy={dismiss.isBusy} onClick={() => void dismiss.run()} text="Continue" />
        </>
      );
    case "wrong-slug":
    case "renamed-slug":
      return (
        <>
          {failure.organizations?.map(({ slug }) => (
            <LinkButton
              key={slug}
              href={`${connectorPath(id, "settings")}?edit=slug&slug=${encodeURIComponent(slug)}`}
              text={`Use ${slug}`}
            />
          ))}
          {settings("Edit slug", "slug", failure.organizations?.length ? "plain" : "primary")}
        </>
      );
    case "tls-fault":
      return settings("Set CA file", "ca");
    case "rate-limited":
      return connector.progress ? (
        <Button icon="stop" isBusy={cancel.isBusy} onClick={() => void cancel.run()} text="Cancel" />
      ) : null;
    case "unexpected-answer":
      return (
        <LinkButton icon="download" download={true} href={connectorApi(id, "/logs/download")} text="Download trace" />
      );
    case "file-busy":
      return <LinkButton href={connectorPath(id, "history")} text="Open the history" />;
    // To sync again there is a button above.
    default:
      return null;
  }
}
