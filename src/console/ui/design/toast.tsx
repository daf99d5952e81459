/** Short words about what was just done, and the live region that reads things out. */
import { Store, useStore } from "../api/store.ts";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
}

const toasts = new Store<readonly Toast[]>([]);
const announcement = new Store("");
const shownMs = 6_000;
let lastId = 0;

/** Shows a line for some seconds and has it read out. */
export function showToast(text: string, isBad = false): void {
  const toast = { id: ++lastId, text, isBad };
  toasts.set([...toasts.value, toast]);
  setTimeout(() => dismiss(toast.id), shownMs);
}

/** Has a line read out without showing it. */
export function announce(text: string): void {
  announcement.set(text);
}

/** Where they appear; once in the page. */
export function ToastRegion() {
  const shown = useStore(toasts);
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite">
        {useStore(announcement)}
      </div>
      <div class="toasts" role="status" aria-live="polite">
        {shown.map(({ id, text, isBad }) => (
          <div key={id} class={isBad ? "toast toast-bad" : "toast"}>
            <Icon name={isBad ? "x-octagon" : "check-circle"} />
            <span>{text}</span>
            <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
          </div>
        ))}
      </div>
    </>
  );
}

function dismiss(id: number): void {
  toasts.set(toasts.value.filter((toast) => toast.id !== id));
}
