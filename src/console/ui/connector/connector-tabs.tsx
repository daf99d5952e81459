/** The tabs of a connector: which there are, and what each shows. */
import type { ComponentType } from "preact";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { Role } from "../../contract/reviews.ts";
import { Access } from "../access/access-tab.tsx";
import { type InfoProps, WithSource } from "../access/source-frame.tsx";
import { Reviews } from "../reviews/reviews-tab.tsx";
import type { ConnectorTab } from "./connector-paths.ts";
import { DeployTab } from "./deploy-tab.tsx";
import { NoFileYet, OverviewTab } from "./overview-tab.tsx";
import { HistoryTab } from "./runs/history-tab.tsx";
import { LogsTab } from "./runs/logs-tab.tsx";
import { ServiceTab } from "./service-tab.tsx";
import { SettingsTab } from "./settings/settings-tab.tsx";
import type { TabProps } from "./use-connector.ts";

/** A tab. */
export interface ConnectorTabInfo {
  readonly name: "overview" | ConnectorTab;
  readonly title: string;
  readonly component: ComponentType<TabProps>;
}

/** A tab with questions about the current file. @param Answers what it shows of the file. */
function aboutFile(Answers: ComponentType<InfoProps & { readonly part: string }>): ComponentType<TabProps> {
  return ({ connector, rest }) =>
    connector.lastGoodRun === null ? (
      <NoFileYet connector={connector} />
    ) : (
      <WithSource source={`connector:${connector.id}`} isPart={true}>
        {(info) => <Answers info={info} part={rest} />}
      </WithSource>
    );
}

const openTabs: readonly ConnectorTabInfo[] = [
  { name: "access", title: "Access", component: aboutFile(Access) },
  { name: "reviews", title: "Reviews", component: aboutFile(Reviews) },
  { name: "history", title: "History", component: HistoryTab },
];

/** The tabs of this connector, in order; settings and what shows them are for admins. */
export function connectorTabs({ mode }: Pick<ConnectorDetail, "mode">, role: Role): readonly ConnectorTabInfo[] {
  if (role !== "admin") return openTabs;
  return [
    { name: "overview", title: "Overview", component: OverviewTab },
    ...openTabs,
    { name: "logs", title: "Logs", component: LogsTab },
    { name: "settings", title: "Settings", component: SettingsTab },
    { name: "deploy", title: "Deploy", component: DeployTab },
    ...(mode === "service" ? [{ name: "service", title: "Service", component: ServiceTab } as const] : []),
  ];
}
