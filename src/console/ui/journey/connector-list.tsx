/** S1, Integrations > Connectors: every set-up with its state. */
import type { ConnectorSummary } from "../../contract/connectors.ts";
import { useRole } from "../api/session.ts";
import { useData } from "../api/use-data.ts";
import { ConnectorMarks } from "../connector/connector-name.tsx";
import { connectorPath } from "../connector/connector-paths.ts";
import { modeTitle } from "../connector/modes.ts";
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { StatusChip } from "../design/chip.tsx";
import { formatCount } from "../design/format.ts";
import { Empty, Loaded } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";
import { RelativeTime } from "../design/relative-time.tsx";
import { type Column, Table } from "../rows/table.tsx";
import { NeedsAttention } from "./needs-attention.tsx";
import { SampleButton } from "./sample-button.tsx";

const columns: readonly Column<ConnectorSummary>[] = [
  {
    key: "name",
    title: "Name",
    isRowHeader: true,
    cell: (connector) => (
      <span class="row">
        <a href={connectorPath(connector.id)}>{connector.name}</a>
        <ConnectorMarks connector={connector} />
      </span>
    ),
  },
  {
    key: "status",
    title: "Status",
    cell: ({ status, waitingUntilMs }) => <StatusChip status={status} untilMs={waitingUntilMs} />,
  },
  { key: "lastSync", title: "Last sync", cell: ({ lastGoodRun }) => <LastSync run={lastGoodRun} /> },
  {
    key: "members",
    title: "Members",
    isNumber: true,
    cell: ({ lastGoodRun }) =>
      lastGoodRun?.totals ? formatCount(lastGoodRun.totals.members) : <span class="muted">–</span>,
  },
  { key: "mode", title: "How it runs", cell: ({ mode }) => <span class="nowrap">{modeTitle(mode)}</span> },
  { key: "owner", title: "Owner", cell: ({ owner }) => owner || <span class="muted nowrap">Nobody named</span> },
];

/** The list of connectors. */
export function ConnectorList() {
  const isAdmin = useRole() === "admin";
  const list = useData<{ readonly connectors: readonly ConnectorSummary[] }>(
    "/api/connectors",
    (event) => event.type === "connector" || event.type === "connector-removed",
  );
  return (
    <Page
      title="Connectors"
      crumbs={[{ text: "Integrations" }, { text: "Connectors" }]}
      actions={isAdmin && <LinkButton kind="primary" icon="add" href="/connectors/add" text="Add connector" />}
    >
      <Loaded of={list} isCard={true}>
        {({ connectors }) => (
          <>
            {connectors.length > 0 && <NeedsAttention />}
            <Card isFlush={true}>
              {connectors.length > 0 ? (
                <Table caption="Connectors" columns={columns} rows={connectors} rowKey={({ id }) => id} />
              ) : (
                <Empty icon="connectors" title="No connectors yet" action={isAdmin && <SampleButton />}>
                  {isAdmin
                    ? "Add a connector for your own organization, or look at a made-up one first."
                    : "An admin has not added one yet."}
                </Empty>
              )}
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function LastSync({ run }: { run: ConnectorSummary["lastGoodRun"] }) {
  if (!run?.endedAtMs) return <span class="muted">Never</span>;
  return <RelativeTime ms={run.endedAtMs} />;
}
