/** What needs attention, over all connectors: the first thing on the first screen, and calm when there is nothing. */
import type { Attention, AttentionMatter } from "../../contract/attention.ts";
import { reviewAddress, screenAddress } from "../access/source-address.ts";
import { useData } from "../api/use-data.ts";
import { connectorPath } from "../connector/connector-paths.ts";
import { FailureBanner, toneIcons } from "../design/banner.tsx";
import { Card } from "../design/card.tsx";
import { formatAmount } from "../design/format.ts";
import { Icon } from "../design/icon.tsx";

/** The card. */
export function NeedsAttention() {
  const { data, failure } = useData<Attention>("/api/attention", ({ type }) =>
    ["connector", "connector-removed", "figures"].includes(type),
  );
  if (failure) return <FailureBanner failure={failure} />;
  if (!data) return null;
  const { matters, pending } = data;
  if (matters.length === 0 && pending.length === 0) {
    return (
      <p class="card calm">
        <Icon name="check-circle" />
        Nothing needs attention.
      </p>
    );
  }
  return (
    <Card title="Needs attention">
      <ul class="matters">
        {matters.map((matter) => (
          <li key={`${matter.connectorId} ${matter.kind}`} class={`matter review-${matter.tone}`}>
            <Icon name={toneIcons[matter.tone]} size={16} />
            <span class="row">
              <a href={addressOf(matter)}>{textOf(matter)}</a>
              <span class="muted">{matter.connectorName}</span>
              {matter.orgSlug !== matter.connectorName && <code class="muted">{matter.orgSlug}</code>}
              <Line series={matter.series} />
            </span>
          </li>
        ))}
      </ul>
      {pending.length > 0 && (
        <p class="muted" role="status">
          {`The figures of ${pending.join(", ")} are being worked out.`}
        </p>
      )}
    </Card>
  );
}

type Told = (count: number, reason: string) => string;

const texts: Readonly<Record<AttentionMatter["kind"], Told>> = {
  "disabled-owners": (count) => formatAmount(count, "disabled owner"),
  "new-owners": (count) => `${formatAmount(count, "new owner")} since the sync before`,
  "owners-without-two-factor": (count) => `${formatAmount(count, "owner")} without two-factor`,
  leavers: (count) => `${formatAmount(count, "disabled person", "disabled people")} still holding access`,
  failing: (_count, reason) => (reason === "" ? "The last sync failed" : reason),
  held: () => "A big change waits to be confirmed",
  partial: () => "The key does not see everything",
  stale: () => "No complete sync for more than a week",
  "no-figures": (_count, reason) => `Its figures cannot be worked out: ${reason}`,
};

/** What is said of a matter. */
export function textOf({ kind, count, reason }: AttentionMatter): string {
  return texts[kind](count ?? 0, reason);
}

/** Where it leads: to the people, the review or the connector that it is about. */
export function addressOf({ connectorId, place }: AttentionMatter): string {
  const source = `connector:${connectorId}`;
  if (place.on === "people") return screenAddress(source, "people", place.where);
  return place.on === "review" ? reviewAddress(source, place.name) : connectorPath(connectorId);
}

const [width, height] = [72, 20];

/** The figure over the kept runs, from zero; nothing for a single run. */
export function Line({ series }: { readonly series: readonly number[] }) {
  if (series.length < 2) return null;
  const most = Math.max(1, ...series);
  const points = series.map((value, at) => {
    const x = (at / (series.length - 1)) * (width - 4) + 2;
    return `${x.toFixed(1)},${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`;
  });
  return (
    <svg class="series" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{`In the last runs: ${series.join(", ")}`}</title>
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" stroke-width="1.5" />
    </svg>
  );
}
