/** What stands where nothing is yet: why, and the one thing to do. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** An empty state. */
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
