/** The frame of all screens about a source: whose file it is, how its run ended, and the way to the other screens. */
import { type ComponentChildren, Fragment } from "preact";
import type { Failure } from "../../contract/failures.ts";
import type { SourceInfo } from "../../contract/sources.ts";
import { useData } from "../api/use-data.ts";
import { Banner, FailureBanner } from "../design/banner.tsx";
import { Card } from "../design/card.tsx";
import { ResultWordChip } from "../design/chip.tsx";
import { capitalized, formatDateTime } from "../design/format.ts";
import { Skeleton } from "../design/loaded.tsx";
import { type Crumb, Page } from "../design/page.tsx";
import { Tabs } from "../design/tabs.tsx";
import { connectorHome } from "../shell/crumbs.ts";
import { PersonPanel } from "./person-panel.tsx";
import { connectorIdOf, screenAddress, sourceApi } from "./source-address.ts";

/** The tab that a screen belongs to. */
export type SourceTab = "overview" | "access" | "reviews" | "contents";

const tabTitles: Readonly<Record<SourceTab, string>> = {
  overview: "Overview",
  access: "Access",
  reviews: "Reviews",
  contents: "Contents",
};

/** What a part of a source's screens gets. */
export interface InfoProps {
  readonly info: SourceInfo;
}

/** Loads what is known of a source, and draws what `children` makes of it; in its place, why it is not there. */
export function WithSource(props: {
  readonly source: string;
  /** Within the screen of something else, which has a title already. */
  readonly isPart?: boolean;
  readonly children: (info: SourceInfo) => ComponentChildren;
}) {
  const { data, failure, reload } = useData<SourceInfo>(sourceApi(props.source), (event) => {
    return event.type === "connector" && props.source === `connector:${event.connector.id}`;
  });
  // Another file has other rows: nothing of the old one is kept beside them.
  if (data) {
    return (
      <Fragment key={data.sha256}>
        {props.children(data)}
        <PersonPanel source={props.source} />
      </Fragment>
    );
  }
  if (failure && !props.isPart) return <FailedScreen source={props.source} failure={failure} onRetry={reload} />;
  if (failure) return <FailureBanner failure={failure} onRetry={reload} />;
  return <Loading />;
}

/** Stands for a screen until it is known. */
function Loading() {
  return (
    <Card>
      <Skeleton lines={8} />
    </Card>
  );
}

/** The screen of something that could not be had: why, under a title of its own. */
function FailedScreen(props: { readonly source: string; readonly failure: Failure; readonly onRetry: () => void }) {
  const { source, failure, onRetry } = props;
  return (
    <Page title={failure.title} crumbs={[...homeOf(source), { text: failure.title }]}>
      <FailureBanner failure={failure} onRetry={onRetry} />
    </Page>
  );
}

/** A screen of a source under its own name, with tabs. */
export function SourceFrame(props: {
  readonly source: string;
  readonly tab: SourceTab;
  readonly children: (info: SourceInfo) => ComponentChildren;
}) {
  const { source, tab, children } = props;
  const isConnector = connectorIdOf(source) !== undefined;
  return (
    <WithSource source={source}>
      {(info) =>
        // A connector has tabs of its own, of which this is none.
        isConnector ? (
          <Page
            title="Everything in the file"
            crumbs={[
              ...homeOf(source),
              { text: info.title, href: overviewOf(source) },
              { text: "Everything in the file" },
            ]}
          >
            <RunFacts info={info} />
            {children(info)}
          </Page>
        ) : (
          <Page
            title={info.title}
            docTitle={tab === "overview" ? info.title : `${tabTitles[tab]} · ${info.title}`}
            crumbs={[...homeOf(source), { text: info.title }]}
            // Overview and reviews say it themselves, with more words.
            beside={tab === "access" || tab === "contents" ? <ResultWordChip word={info.result} /> : null}
          >
            <SourceTabs source={source} tab={tab} />
            {children(info)}
          </Page>
        )
      }
    </WithSource>
  );
}

/** Loads one thing of a source with the source itself, and draws what `children` makes of both. */
export function WithSubject<T>(props: {
  readonly source: string;
  /** Address of the answer about the thing. */
  readonly api: string;
  readonly children: (info: SourceInfo, subject: T) => ComponentChildren;
}) {
  const { source, api, children } = props;
  const { data, failure, reload } = useData<T>(api);
  if (failure) return <FailedScreen source={source} failure={failure} onRetry={reload} />;
  return <WithSource source={source}>{(info) => (data ? children(info, data) : <Loading />)}</WithSource>;
}

/** A screen about one thing of a source, such as a team, under the name of that thing. */
export function SubjectFrame(props: {
  readonly info: SourceInfo;
  readonly title: string;
  /** The list that the thing is in. */
  readonly list: Crumb;
  readonly beside?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { info, title, list, children, ...page } = props;
  const crumbs = [...homeOf(info.source), { text: info.title, href: overviewOf(info.source) }, list, { text: title }];
  return (
    <Page title={title} crumbs={crumbs} {...page}>
      {children}
    </Page>
  );
}

/** The tabs of a source. */
function SourceTabs({ source, tab }: { readonly source: string; readonly tab: SourceTab }) {
  const addresses: Readonly<Record<SourceTab, string>> = {
    overview: overviewOf(source),
    access: screenAddress(source, "people"),
    reviews: screenAddress(source, "reviews"),
    contents: screenAddress(source, "tables"),
  };
  const names = ["overview", "access", "reviews", "contents"] as const;
  const tabs = names.map((name) => ({ href: addresses[name], text: tabTitles[name] }));
  // A run has no overview of its own: its line in the history is one.
  const shown = source.startsWith("run:") ? tabs.slice(1) : tabs;
  return <Tabs label="Parts of this file" tabs={shown} current={addresses[tab]} />;
}

/** What access is looked at by. */
export const accessParts = ["people", "teams", "roles"] as const;
/** One of them. */
export type AccessPart = (typeof accessParts)[number];

/** The way to each of them. */
export function AccessNav({ source, current }: { readonly source: string; readonly current: AccessPart }) {
  const tabs = [
    ...accessParts.map((screen) => ({ href: screenAddress(source, screen), text: capitalized(screen) })),
    ...(connectorIdOf(source) === undefined ? [] : [{ href: screenAddress(source, "tables"), text: "Everything" }]),
  ];
  return <Tabs label="Access by" isSub={true} tabs={tabs} current={screenAddress(source, current)} />;
}

/** What a reader of any figure must know of the run behind it: its word, when it was, and what it lacks. */
export function RunFacts({ info }: InfoProps) {
  const when = info.sync?.endedAtMs ?? info.sync?.startedAtMs ?? null;
  return (
    <div class="run-facts">
      <p class="row">
        <ResultWordChip word={info.result} />
        <span class="muted small">
          {when === null ? "When it was synced is not known." : `Synced ${formatDateTime(when)}`}
        </span>
      </p>
      {info.notices.length > 0 && (
        <Banner tone="warn" title={noticeTitle(info.result)}>
          <Sentences sentences={info.notices} />
        </Banner>
      )}
    </div>
  );
}

function noticeTitle(result: string): string {
  const isShort = result === "Partial roster" || result === "Incomplete";
  return isShort ? "People or access may be missing from all figures" : "About this file";
}

/** One sentence as text, several as a list. */
export function Sentences({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 1) return <p>{sentences[0]}</p>;
  return (
    <ul>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

/** Where the sources of this kind are listed. */
function homeOf(source: string): readonly Crumb[] {
  if (source.startsWith("file:")) return [{ text: "Files", href: "/files" }];
  return connectorHome;
}

/** The screen that says what the source is. */
export function overviewOf(source: string): string {
  const [kind = "", ...id] = source.split(":");
  if (kind === "run") return screenAddress(source, "people");
  return `/${kind === "file" ? "files" : "connectors"}/${encodeURIComponent(id.join(":"))}`;
}
