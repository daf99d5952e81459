/** Where one is on the way from Add connector to Connected. */
import { Icon } from "../design/icon.tsx";
import { StepList } from "../design/step-list.tsx";

const steps = ["How to run", "Owner", "Settings", "Syncing"] as const;

/** The way, with the current step marked. */
export function Steps({ current }: { current: (typeof steps)[number] }) {
  return (
    <nav aria-label="Steps">
      <StepList
        look="step"
        steps={steps}
        current={current}
        mark={(state, number) => (
          <span class="step-mark">{state === "done" ? <Icon name="check" size={12} /> : number}</span>
        )}
      />
    </nav>
  );
}
