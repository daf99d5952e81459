/** A button that opens something below it; Escape, and going elsewhere, close it. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

/** The button, and what it opens. `children` may be a function, which gets how to close it. */
export function Menu(props: {
  readonly label: ComponentChildren;
  /** As wide as a field of a form. */
  readonly isField?: boolean;
  readonly children: ComponentChildren | ((close: () => void) => ComponentChildren);
}) {
  const { label, isField = false, children } = props;
  const details = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    details.current?.removeAttribute("open");
    details.current?.querySelector("summary")?.focus();
  };
  return (
    <details
      ref={details}
      class="picker"
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        // A press on something that cannot be focused says nothing about where one is.
        if (next instanceof Node && !event.currentTarget.contains(next)) event.currentTarget.open = false;
      }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is the button of its details element */}
      <summary
        class={isField ? "input picker-button" : "button button-small"}
        // The event of the details element comes later: who goes on by Tab at once would pass the choices.
        onClick={() => setOpen(details.current?.open !== true)}
      >
        {label}
      </summary>
      {isOpen && <div class="picker-choices">{typeof children === "function" ? children(close) : children}</div>}
    </details>
  );
}
