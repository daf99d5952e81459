/** S6, Syncing: how far the run is, what it has read, what it may still ask, and the way to stop it. */
import { useEffect, useRef } from "preact/hooks";
import type { RunProgress } from "../../../contract/runs.ts";
import { runPhases } from "../../../contract/runs.ts";
import { postJson } from "../../api/api.ts";
import { useToldAction } from "../../browser/use-told-action.ts";
import { Banner } from "../../design/banner.tsx";
import { Button, LinkButton } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { FactList, Figures } from "../../design/facts.tsx";
import { formatClock, formatClockBoth, formatCount, formatDuration } from "../../design/format.ts";
import { Icon } from "../../design/icon.tsx";
import { ProgressBar } from "../../design/progress.tsx";
import { useNow } from "../../design/relative-time.tsx";
import { StepList, type StepState } from "../../design/step-list.tsx";
import { announce } from "../../design/toast.tsx";
import { connectorApi, connectorPath } from "../connector-paths.ts";

/** The panel. */
export function SyncingPanel({ progress }: { progress: RunProgress }) {
  const now = useNow(1_000);
  const cancel = useToldAction(() => postJson<void>(connectorApi(progress.connectorId, "/cancel")));
  useAnnouncedPhase(progress.phase);
  const isCancelling = progress.isCancelling || cancel.isBusy;
  return (
    <Card
      title={isCancelling ? "Cancelling" : "Syncing"}
      actions={
        <Button icon="stop" isSmall={true} isBusy={isCancelling} onClick={() => void cancel.run()} text="Cancel" />
      }
    >
      {progress.isQueued && (
        <Banner tone="neutral" icon="clock" title="Waiting for another sync to end">
          <p>It begins by itself as soon as there is room.</p>
        </Banner>
      )}
      {progress.waiting && <WaitingBanner progress={progress} waiting={progress.waiting} now={now} />}
      <div class="stack-tight">
        <ProgressBar label="Progress of the sync" fraction={progress.fraction} />
        <StepList look="phase" steps={runPhases} current={progress.phase} mark={phaseMark} />
      </div>
      <Figures
        figures={[
          { label: "Members", value: formatCount(progress.members) },
          { label: "Teams", value: formatCount(progress.teams) },
          { label: "Entitlements", value: formatCount(progress.entitlements) },
          { label: "Grants", value: formatCount(progress.grants) },
          { label: "Requests", value: formatCount(progress.requests), note: retriesText(progress) },
        ]}
      />
      <FactList
        facts={[
          ["Running for", formatDuration(Math.max(0, now - progress.startedAtMs))],
          ["Time left", timeLeft(progress)],
          ["Rate budget", budgetText(progress)],
        ]}
      />
      <p class="muted small">You can close this page. The sync goes on, and you find it here again.</p>
    </Card>
  );
}

function phaseMark(state: StepState) {
  if (state === "ahead") return null;
  return <Icon name={state === "done" ? "check" : "sync"} size={12} isTurning={state === "current"} />;
}

/** Waits look alike to the engine; a used-up budget is nobody's fault and may take most of an hour. */
function WaitingBanner(props: { progress: RunProgress; waiting: NonNullable<RunProgress["waiting"]>; now: number }) {
  const { waiting } = props;
  const until = formatClockBoth(waiting.untilMs);
  const left = formatDuration(Math.max(0, waiting.untilMs - props.now));
  const log = <LinkButton isSmall={true} href={connectorPath(props.progress.connectorId, "logs")} text="Log" />;
  if (waiting.kind !== "rate-limit") {
    return (
      <Banner tone="warn" icon="clock" title="Trying again" actions={log}>
        <p>{`${waiting.reason} Next try at ${until}, in ${left}.`}</p>
      </Banner>
    );
  }
  return (
    <Banner tone="warn" icon="clock" title="Waiting for Cloudsmith" actions={log}>
      <p>
        {`The hour's requests of this key are used up. Other programs and people with the same key use the same budget. The sync goes on by itself at ${until}, in ${left}. Nothing is lost.`}
      </p>
      <FactList facts={[["Code", "CS-RATE-429"]]} />
    </Banner>
  );
}

/** Between two phases that are read out, milliseconds: a listener must not be talked over. */
const announceEveryMs = 5_000;

/** Reads the phase out when it changes; the last one is never lost. */
function useAnnouncedPhase(phase: string): void {
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const waitMs = Math.max(0, lastMs.current + announceEveryMs - Date.now());
    const timer = setTimeout(() => {
      lastMs.current = Date.now();
      announce(`Syncing: ${phase}`);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [phase]);
}

function retriesText({ retries }: RunProgress): string | undefined {
  return retries > 0 ? `${formatCount(retries)} of them again` : undefined;
}

function timeLeft({ secondsLeft, fraction }: RunProgress): string {
  if (secondsLeft !== null)
    return `About ${secondsLeft < 10 ? `${secondsLeft} s` : formatDuration(secondsLeft * 1000)}`;
  return fraction === null ? "Not known yet" : "Not known: there is no earlier run to compare with";
}

function budgetText({ rateLimit }: RunProgress): string {
  if (!rateLimit || rateLimit.remaining === null) return "Not known yet";
  const of = rateLimit.limit === null ? "" : ` of ${formatCount(rateLimit.limit)}`;
  const reset = rateLimit.resetAtMs === null ? "" : `, renewed at ${formatClock(rateLimit.resetAtMs)}`;
  return `${formatCount(rateLimit.remaining)}${of} requests left${reset}`;
}
