/** For buttons that have no room for a banner: their failure is shown as a short line. */
import { useEffect } from "preact/hooks";
import type { Action } from "../api/use-action.ts";
import { showToast } from "../design/toast.tsx";

/** Shows each failure of the action once. */
export function useToldFailure<A extends readonly unknown[]>(action: Action<A>): Action<A> {
  const { failure, clear } = action;
  useEffect(() => {
    if (!failure) return;
    showToast([failure.title, failure.hint].filter(Boolean).join(". "), true);
    clear();
  }, [failure]);
  return action;
}
