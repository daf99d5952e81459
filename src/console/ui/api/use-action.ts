/** A POST behind a button: busy while it runs, its failure shown where the button is. */
import { useCallback, useState } from "preact/hooks";
import type { Failure } from "../../contract/failures.ts";
import { failureFrom } from "./api-error.ts";

/** An action and how it is doing. */
export interface Action<A extends readonly unknown[]> {
  run(...args: A): Promise<void>;
  readonly isBusy: boolean;
  readonly failure: Failure | null;
  clear(): void;
}

/** Wraps `action`; a second start while it runs is ignored. */
export function useAction<A extends readonly unknown[]>(action: (...args: A) => Promise<void>): Action<A> {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async (...args: A) => {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await action(...args);
    } catch (error) {
      setFailure(failureFrom(error));
    } finally {
      setBusy(false);
    }
  };
  const clear = useCallback(() => setFailure(null), []);
  return { run, isBusy, failure, clear };
}
