/** S9 and S10, the service for C1: whether it runs, what it did last, and a test of the link. */
import type { ServiceState } from "../../contract/connectors.ts";
import { postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button, LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Chip } from "../design/chip.tsx";
import { FactList } from "../design/facts.tsx";
import { formatMoment } from "../design/format.ts";
import { Empty } from "../design/loaded.tsx";
import { RelativeTime } from "../design/relative-time.tsx";
import { connectorApi, connectorPath } from "./connector-paths.ts";
import { TestCard } from "./settings/test-card.tsx";
import { useTest } from "./settings/use-test.ts";
import type { TabProps } from "./use-connector.ts";

/** The tab. */
export function ServiceTab({ connector, data }: TabProps) {
  const { id, service, settings } = connector;
  const isLinked = settings.c1ClientId !== "" && settings.c1SecretIsSet;
  const toggle = useAction(async (isStart: boolean) => {
    await postJson<ServiceState>(connectorApi(id, isStart ? "/service/start" : "/service/stop"));
    data.reload();
  });
  if (!isLinked) {
    return (
      <div class="card">
        <Empty
          icon="link"
          title="Not linked to C1 yet"
          action={
            <LinkButton
              kind="primary"
              href={`${connectorPath(id, "settings")}?edit=c1`}
              text="Enter Client ID and secret"
            />
          }
        >
          In C1: Integrations, Connectors, Add connector, Baton, Add. Then Settings, Edit, and Rotate shows both once.
        </Empty>
      </div>
    );
  }
  return (
    <div class="stack-wide">
      {toggle.failure && <FailureBanner failure={toggle.failure} isUrgent={true} />}
      {service?.failure && <FailureBanner failure={service.failure} />}
      <div class="columns">
        <Card
          title="Service"
          actions={
            <Button
              isSmall={true}
              icon={service?.isRunning ? "stop" : "play"}
              kind={service?.isRunning ? "plain" : "primary"}
              isBusy={toggle.isBusy}
              onClick={() => void toggle.run(!service?.isRunning)}
              text={service?.isRunning ? "Stop service" : "Start service"}
            />
          }
        >
          <FactList facts={serviceFacts(service)} />
        </Card>
        <C1Test connectorId={id} />
      </div>
    </div>
  );
}

function serviceFacts(service: ServiceState | null) {
  return [
    ["State", <ServiceChip key="state" service={service} />],
    ["Connected since", timeOr(service?.connectedSinceMs, "Not connected")],
    ["Host id", service?.hostId ? <code key="host">{service.hostId}</code> : "None yet"],
    ["Queue", service?.isBusy ? "Working on a task" : "Idle"],
    ["Last task", service?.lastTask ? <LastTask key="task" task={service.lastTask} /> : "None yet"],
    ["Last contact", timeOr(service?.lastContactMs, "None yet")],
    ["Next question to C1", formatMoment(service?.nextPollMs, "Not planned")],
  ] as const;
}

function ServiceChip({ service }: { service: ServiceState | null }) {
  if (!service?.isRunning) {
    return <Chip tone="neutral" icon="stop" text="Stopped" />;
  }
  if (service.connectedSinceMs === null) {
    return <Chip tone="warn" icon="dots" text="Connecting" />;
  }
  return <Chip tone="good" icon="check-circle" text="Connected to C1" />;
}

function LastTask({ task }: { task: NonNullable<ServiceState["lastTask"]> }) {
  return (
    <span>
      {`${task.kind}: ${task.result}, `}
      <RelativeTime ms={task.atMs} />
    </span>
  );
}

function timeOr(ms: number | null | undefined, otherwise: string) {
  return ms ? <RelativeTime ms={ms} /> : otherwise;
}

function C1Test({ connectorId }: { connectorId: string }) {
  return (
    <TestCard
      running={useTest(connectorId, "/c1-test")}
      title="Link to C1"
      button="Test C1"
      failed={(failure) => <FailureBanner failure={failure} />}
    >
      Asks C1 for a token and says hello. Nothing is changed.
    </TestCard>
  );
}
