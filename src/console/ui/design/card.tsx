/** Cards: a part of a screen under its own heading. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A card with a heading; `isFlush` for tables, which bring their own space. */
export function Card(props: {
  title?: string;
  actions?: ComponentChildren;
  isFlush?: boolean;
  children?: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={props.isFlush ? "card card-flush" : "card"} aria-labelledby={props.title ? id : undefined}>
      {props.title && (
        <div class="card-head">
          <h2 id={id}>{props.title}</h2>
          {props.actions && <div class="actions">{props.actions}</div>}
        </div>
      )}
      {props.children}
    </section>
  );
}
