/** For buttons that have no room for a banner: their failure is shown as a short line. */
import { useEffect } from "preact/hooks";
import { type Action, useAction } from "../api/use-action.ts";
import { showToast } from "../design/toast.tsx";

/** The action; shows each of its failures once. */
export function useToldAction<A extends readonly unknown[]>(run: (...args: A) => Promise<void>): Action<A> {
  const action = useAction(run);
  const { failure, clear } = action;
  useEffect(() => {
    if (!failure) return;
    showToast([failure.title, failure.hint].filter(Boolean).join(". "), true);
    clear();
  }, [failure]);
  return action;
}
