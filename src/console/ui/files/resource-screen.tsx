/** One resource of any connector's file: what was written of it, what can be held on it, and what it holds. */
import type { ResourceDetail, SourceInfo } from "../../contract/sources.ts";
import { ProfileCard } from "../access/profile-card.tsx";
import { resourceAddress, type SubjectProps, subjectAddress, subjectApi } from "../access/source-address.ts";
import { SubjectFrame, WithSubject } from "../access/source-frame.tsx";
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { FactList } from "../design/facts.tsx";
import { formatCount } from "../design/format.ts";
import { TextOrDash } from "../rows/cells.tsx";
import { Table } from "../rows/table.tsx";
import { ContentsTable } from "./contents-table.tsx";
import { tablesAddress } from "./tables-address.ts";

/** The screen. */
export function ResourceScreen({ source, type, id }: SubjectProps) {
  return (
    <WithSubject<ResourceDetail> source={source} api={subjectApi(source, "resources", type, id)}>
      {(info, resource) => <Resource info={info} resource={resource} />}
    </WithSubject>
  );
}

function Resource({ info, resource }: { readonly info: SourceInfo; readonly resource: ResourceDetail }) {
  const { source } = info;
  const { type, id, name, description, profile, entitlements } = resource;
  const kind = info.resourceTypes.find((one) => one.id === type);
  const principal = `${type}/${id}`;
  return (
    <SubjectFrame
      info={info}
      title={name || id}
      list={{ text: kind?.name || type, href: tablesAddress(source, { show: "resources", type }) }}
      lead={description || undefined}
      actions={<OtherScreen source={source} kind={kind} id={id} />}
    >
      <div class="columns">
        <Card title="About">
          <FactList facts={factsOf(source, resource)} />
        </Card>
        <ProfileCard profile={profile} />
      </div>
      {entitlements.length > 0 && (
        <Card title={`Entitlements (${formatCount(entitlements.length)})`} isFlush={true}>
          <Table
            caption="Entitlements"
            rows={entitlements}
            rowKey={(one) => one.id}
            columns={[
              { key: "slug", title: "Entitlement", isRowHeader: true, cell: (one) => one.slug || one.id },
              { key: "name", title: "Name", cell: (one) => one.name },
              {
                key: "holders",
                title: "Holders",
                isNumber: true,
                cell: (one) => (
                  <a href={tablesAddress(source, { show: "grants", entitlement: one.id })}>
                    {formatCount(one.holders)}
                  </a>
                ),
              },
            ]}
          />
        </Card>
      )}
      <section class="card card-flush long-card" aria-label="What it holds">
        <div class="list-head">
          <h2>What it holds</h2>
        </div>
        <ContentsTable source={source} query={{ show: "grants", type: "", id: "", entitlement: "", principal }} />
      </section>
    </SubjectFrame>
  );
}

/** People and teams have a screen that says more. */
function OtherScreen(props: { source: string; kind: SourceInfo["resourceTypes"][number] | undefined; id: string }) {
  const { source, kind, id } = props;
  if (kind?.isAccount) {
    return <LinkButton href={subjectAddress(source, "people", kind.id, id)} text="Show as a person" />;
  }
  if (kind?.isTeam) return <LinkButton href={subjectAddress(source, "teams", kind.id, id)} text="Show as a team" />;
  return null;
}

function factsOf(source: string, { type, id, name, parent }: ResourceDetail) {
  const above = parent ? (
    <a href={resourceAddress(source, parent.type, parent.id)}>{parent.name || parent.id}</a>
  ) : (
    "Nothing"
  );
  return [
    ["Name", <TextOrDash key="name" text={name} />],
    ["Type", type],
    ["Id", <code key="id">{id}</code>],
    ["Lies under", above],
  ] as const;
}
