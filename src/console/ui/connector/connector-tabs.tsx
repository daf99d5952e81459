/** The tabs of a connector: which there are, and what each shows. */
import type { ComponentType } from "preact";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { Role } from "../../contract/reviews.ts";
import { Access } from "../access/access-tab.tsx";
import { WithSource } from "../access/source-frame.tsx";
import { Reviews } from "../reviews/reviews-tab.tsx";
import type { ConnectorTab } from "./connector-paths.ts";
import { DeployTab } from "./deploy-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
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

/** Questions about the current file; they make sense once there is one. */
const sourceTabs: readonly ConnectorTabInfo[] = [
  {
    name: "access",
    title: "Access",
    component: ({ connector, rest }) => (
      <WithSource source={`connector:${connector.id}`} isPart={true}>
        {(info) => <Access info={info} part={rest} />}
      </WithSource>
    ),
  },
  {
    name: "reviews",
    title: "Reviews",
    component: ({ connector }) => (
      <WithSource source={`connector:${connector.id}`} isPart={true}>
        {(info) => <Reviews info={info} />}
      </WithSource>
    ),
  },
];

/** The tabs of this connector, in order; settings and what shows them are for admins. */
export function connectorTabs({ mode, lastGoodRun }: ConnectorDetail, role: Role): readonly ConnectorTabInfo[] {
  const open: readonly ConnectorTabInfo[] = [
    ...(lastGoodRun === null ? [] : sourceTabs),
    { name: "history", title: "History", component: HistoryTab },
  ];
  if (role !== "admin") return open;
  return [
    { name: "overview", title: "Overview", component: OverviewTab },
    ...open,
    { name: "logs", title: "Logs", component: LogsTab },
    { name: "settings", title: "Settings", component: SettingsTab },
    { name: "deploy", title: "Deploy", component: DeployTab },
    ...(mode === "service" ? [{ name: "service", title: "Service", component: ServiceTab } as const] : []),
  ];
}
