import { useRoute } from "preact-iso";
import { useRole } from "../api/session.ts";
import { LinkButton } from "../design/button.tsx";
import { StatusChip } from "../design/chip.tsx";
import { Empty, Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { Tabs } from "../design/tabs.tsx";
import { connectorCrumbs } from "../shell/crumbs.ts";
import { NotForRole, NotFound } from "../shell/not-found.tsx";
import { ConnectorActions } from "./connector-actions.tsx";
import { ConnectorMarks } from "./connector-name.tsx";
import { connectorPath } from "./connector-paths.ts";
import { type ConnectorTabInfo, connectorTabs } from "./connector-tabs.tsx";
import { type TabProps, useConnector, useProgress } from "./use-connector.ts";

/** The screen of the addresses /connectors/:id and /connectors/:id/:tab. */
export function ConnectorPage() {
  const { id = "", tab, rest = "" } = useRoute().params;
  const data = useConnector(id);
  const connector = data.data;
  if (data.isRemoved) return <Removed />;
  if (!connector) {
    return (
      <Page title="Connector" crumbs={connectorCrumbs("…")}>
        <Loaded of={data} lines={8} isCard={true} actions={<LinkButton href="/connectors" text="All connectors" />}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
  return <Shown key={id} connector={connector} data={data} tab={tab} rest={rest} />;
}

function Shown(props: Omit<TabProps, "progress"> & { readonly tab: string | undefined }) {
  const { connector, data, rest } = props;
  const progress = useProgress(connector);
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
      crumbs={connectorCrumbs(connector.name)}
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
    <Page title="Removed" crumbs={connectorCrumbs("Removed")} width="narrow">
      <Empty
        icon="trash"
        title="This connector was removed"
        action={<LinkButton href="/connectors" text="All connectors" />}
      />
    </Page>
  );
}
