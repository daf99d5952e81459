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

/** A figure and what it counts. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** Address of the list of what is counted. */
  readonly href?: string | undefined;
  readonly note?: ComponentChildren;
}

/** Figures side by side, such as the counts of a sync. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ label, value, href, note }) => (
        <div key={label} class="figure">
          <dt>{label}</dt>
          <dd class="figure-value">
            <Leading href={href}>{value}</Leading>
          </dd>
          {note && <dd class="figure-note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** A text that leads to its list, where there is one. */
export function Leading(props: { readonly href: string | undefined; readonly children: ComponentChildren }) {
  return props.href === undefined ? <span>{props.children}</span> : <a href={props.href}>{props.children}</a>;
}
