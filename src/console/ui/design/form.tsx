/** Forms: fields, why the form was refused, and the buttons, always in this order. */
import type { ComponentChildren, RefObject } from "preact";
import type { Action } from "../api/use-action.ts";
import { FailureBanner } from "./banner.tsx";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import type { IconName } from "./icon.tsx";

interface FormProps {
  /** What the form does. Its failure is scrolled to and focused. */
  readonly action: Pick<Action<readonly []>, "isBusy" | "failure"> & { run(): unknown };
  /** Text of the button that sends it. */
  readonly submit: string;
  readonly kind?: "primary" | "danger";
  readonly icon?: IconName;
  /** True while it cannot be sent. */
  readonly isDisabled?: boolean;
  readonly children?: ComponentChildren;
}

interface PlacedFormProps extends FormProps {
  /** Buttons before and behind the one that sends it. */
  readonly before?: ComponentChildren;
  readonly others?: ComponentChildren;
  readonly isWide?: boolean;
  readonly formRef?: RefObject<HTMLFormElement | null>;
}

/** A form within a screen. */
export function Form(props: PlacedFormProps) {
  const { action, submit, kind = "primary", icon, isDisabled = false, formRef = null } = props;
  return (
    <form
      ref={formRef}
      class={props.isWide ? "stack-wide" : "stack"}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isDisabled) void action.run();
      }}
    >
      {props.children}
      {action.failure && <FailureBanner failure={action.failure} isUrgent={true} takesFocus={true} />}
      <div class="actions">
        {props.before}
        <Button
          type="submit"
          kind={kind}
          {...(icon && { icon })}
          isBusy={action.isBusy}
          isDisabled={isDisabled}
          text={submit}
        />
        {props.others}
      </div>
    </form>
  );
}

/** A question with a form in it; what takes it back stands first. */
export function FormDialog({ title, onClose, ...form }: FormProps & { title: string; onClose: () => void }) {
  const cancel = <Button kind="quiet" onClick={onClose} text="Cancel" />;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form {...form} before={cancel} />
    </Dialog>
  );
}
