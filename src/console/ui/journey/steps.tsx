/** Where one is on the way from Add connector to Connected. */
import { Icon } from "../design/icon.tsx";

const steps = ["How to run", "Owner", "Settings", "Syncing"] as const;

/** The way, with the current step marked. */
export function Steps({ current }: { current: (typeof steps)[number] }) {
  const at = steps.indexOf(current);
  return (
    <nav aria-label="Steps">
      <ol class="steps">
        {steps.map((step, index) => (
          <li
            key={step}
            class={index < at ? "step step-done" : "step"}
            {...(index === at ? { "aria-current": "step" as const } : {})}
          >
            <span class="step-mark">{index < at ? <Icon name="check" size={12} /> : index + 1}</span>
            {step}
            {index < at && <span class="visually-hidden"> (done)</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
