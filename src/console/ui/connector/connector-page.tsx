/** S7, the page of one connector: its state and what can be done with it, above the tabs. */
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { RunProgress } from "../../contract/runs.ts";
import { useRole } from "../api/session.ts";
import type { Data } from "../api/use-data.ts";
import { FailureBanner } from "../design/banner.tsx";
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { StatusChip } from "../design/chip.tsx";
import { Empty } from "../design/empty.tsx";
import { Page } from "../design/page.tsx";
import { Skeleton } from "../design/skeleton.tsx";
import { Tabs } from "../design/tabs.tsx";
import { usePathValues } from "../shell/address.ts";
import { NotForRole, NotFound } from "../shell/not-found.tsx";
import { ConnectorActions } from "./connector-actions.tsx";
import { ConnectorMarks } from "./connector-name.tsx";
import { connectorPath } from "./connector-paths.ts";
import { type ConnectorTabInfo, connectorTabs } from "./connector-tabs.ts";
import { useConnector, useProgress } from "./use-connector.ts";

/** The screen of the addresses /connectors/:id and /connectors/:id/:tab. */
export function ConnectorPage() {
  const { id = "", tab, rest = "" } = usePathValues();
  const data = useConnector(id);
  const connector = data.data;
  if (data.isRemoved) return <Removed />;
  if (!connector) {
    return (
      <Page title="Connector" crumbs={crumbs("…")}>
        {data.failure ? (
          <FailureBanner
            failure={data.failure}
            isUrgent={true}
            actions={<LinkButton href="/connectors">All connectors</LinkButton>}
          />
        ) : (
          <Card>
            <Skeleton hasTitle={true} lines={6} />
          </Card>
        )}
      </Page>
    );
  }
  return <Shown key={id} connector={connector} data={data} tab={tab} rest={rest} />;
}

function Shown(props: {
  connector: ConnectorDetail;
  data: Data<ConnectorDetail>;
  tab: string | undefined;
  rest: string;
}) {
  const { connector, data, rest } = props;
  const progress: RunProgress | null = useProgress(connector);
  const role = useRole();
  const tabs = connectorTabs(connector, role);
  const tab = props.tab === undefined ? tabs[0] : tabs.find(({ name }) => name === props.tab);
  if (!tab) {
    const isForAdmins = connectorTabs(connector, "admin").some(({ name }) => name === props.tab);
    return isForAdmins ? <NotForRole /> : <NotFound />;
  }
  const addressOf = ({ name }: ConnectorTabInfo): string =>
    name === "overview" ? connectorPath(connector.id) : connectorPath(connector.id, name);
  const Content = tab.component;
  return (
    <Page
      title={connector.name}
      docTitle={tab.name === "overview" ? connector.name : `${tab.title} · ${connector.name}`}
      crumbs={crumbs(connector.name)}
      beside={
        <>
          <StatusChip status={connector.status} untilMs={connector.waitingUntilMs} />
          <ConnectorMarks connector={connector} />
        </>
      }
      actions={role === "admin" && <ConnectorActions connector={connector} progress={progress} data={data} />}
    >
      <Tabs
        label="Parts of this connector"
        tabs={tabs.map((one) => ({ href: addressOf(one), text: one.title }))}
        current={addressOf(tab)}
      />
      <Content connector={connector} data={data} progress={progress} rest={rest} />
    </Page>
  );
}

function Removed() {
  return (
    <Page title="Removed" crumbs={crumbs("Removed")} width="narrow">
      <Empty
        icon="trash"
        title="This connector was removed"
        action={<LinkButton href="/connectors">All connectors</LinkButton>}
      />
    </Page>
  );
}

function crumbs(name: string) {
  return [{ text: "Integrations" }, { text: "Connectors", href: "/connectors" }, { text: name }];
}
