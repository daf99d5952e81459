/** A form that was sent with a field that cannot be taken: the person is led to the first of them, each time. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The form to be marked, and what to call when it is refused. */
export function useRefusedForm(): {
  readonly form: RefObject<HTMLFormElement | null>;
  readonly refuse: () => void;
} {
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  // Fields say that they are wrong once they are drawn so.
  useEffect(() => {
    if (tries === 0) return;
    const field = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
  }, [tries]);
  return { form, refuse: () => setTries((count) => count + 1) };
}
