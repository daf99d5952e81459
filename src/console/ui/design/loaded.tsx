/** What stands in the place of content: grey lines until it comes, why it cannot be had, and that there is none. */
import type { ComponentChildren } from "preact";
import type { Data } from "../api/use-data.ts";
import { FailureBanner } from "./banner.tsx";
import { Button } from "./button.tsx";
import { Card } from "./card.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** What `children` makes of the answer. After a failure the old answer stays below the words about it. */
export function Loaded<T>(props: {
  of: Pick<Data<T>, "data" | "failure" | "reload">;
  /** Grey lines until it comes, 4 unless told. */
  lines?: number;
  /** The lines stand in a card, as the answer will. */
  isCard?: boolean;
  /** In the place of the button that asks again. */
  actions?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}) {
  const { data, failure, reload } = props.of;
  const lines = <Skeleton lines={props.lines ?? 4} />;
  return (
    <>
      {failure && (
        <FailureBanner
          failure={failure}
          isUrgent={true}
          actions={props.actions ?? <Button onClick={reload} text="Try again" />}
        />
      )}
      {data !== null && props.children(data)}
      {data === null && !failure && (props.isCard ? <Card>{lines}</Card> : lines)}
    </>
  );
}

/** Stands where nothing is yet: why, and the one thing to do. */
export function Empty(props: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} size={32} />
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

/** A few grey lines; read out as "Loading". */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="stack-tight" aria-busy="true">
      <span class="visually-hidden">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        // Lines are all alike and never move.
        <span key={`line-${line.toString()}`} class={line === lines - 1 ? "skeleton skeleton-short" : "skeleton"} />
      ))}
    </div>
  );
}
