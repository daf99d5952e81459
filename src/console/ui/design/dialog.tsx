/** A question that must be answered first. The browser's own dialog: focus stays in it and goes back afterwards. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

/** Shown as long as it is mounted; `onClose` is called for Escape too, and for a press beside a panel. */
export function Dialog(props: {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  /** A panel at the side of the screen, the whole of a phone's. */
  isSide?: boolean;
  /** Beside the title. */
  beside?: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before anything is painted: later, the focus may already be elsewhere, and nobody would give it back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    // What is outside of a panel is the dialog itself, which covers the screen; Escape does the same from the keyboard.
    const leave = (event: Event): void => {
      if (props.isSide && event.target === dialog) props.onClose();
    };
    dialog?.addEventListener("click", leave);
    return () => {
      dialog?.removeEventListener("click", leave);
      // While it is open nothing behind it can have the focus.
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={props.isSide ? "dialog dialog-side" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id={id} tabIndex={-1}>
            {props.title}
          </h2>
          {props.beside && <div class="row">{props.beside}</div>}
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
