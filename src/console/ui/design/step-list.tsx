/** Steps in their order, of which one is the current one. */
import type { ComponentChildren } from "preact";
import { classNames } from "./class-names.ts";

/** Where a step is, seen from the current one. */
export type StepState = "done" | "current" | "ahead";

/** The steps; `look` begins the names of their classes, `mark` is what stands before each. */
export function StepList<S extends string>(props: {
  look: "step" | "phase";
  steps: readonly S[];
  current: S;
  mark: (state: StepState, number: number) => ComponentChildren;
}) {
  const { look, steps, current, mark } = props;
  const at = steps.indexOf(current);
  return (
    <ol class={`${look}s`}>
      {steps.map((step, index) => {
        const state = index < at ? "done" : index === at ? "current" : "ahead";
        return (
          <li
            key={step}
            class={classNames(look, state === "done" && "done")}
            aria-current={state === "current" ? "step" : undefined}
          >
            {mark(state, index + 1)}
            {step}
            {state === "done" && <span class="visually-hidden"> (done)</span>}
          </li>
        );
      })}
    </ol>
  );
}
