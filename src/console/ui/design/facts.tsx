/** Labels and values, and figures that are looked at first. */
import type { ComponentChildren } from "preact";

/** A list of labels with their values. */
export function FactList({ facts }: { facts: readonly (readonly [label: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label} class="facts-row">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Figures side by side, such as the counts of a sync. */
export function Figures(props: {
  figures: readonly { readonly label: string; readonly value: string; readonly note?: string | undefined }[];
}) {
  return (
    <dl class="figures">
      {props.figures.map(({ label, value, note }) => (
        <div key={label} class="figure">
          <dt>{label}</dt>
          <dd class="figure-value">{value}</dd>
          {note && <dd class="figure-note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
