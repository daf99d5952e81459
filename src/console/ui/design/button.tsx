/** Buttons, and links that look like them. */
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";

interface Look {
  readonly text: string;
  /** More words for a screen reader than fit on it. */
  readonly label?: string | undefined;
  /** `primary`: the one thing to do here. `danger`: takes something away. `quiet`: beside others. */
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly isSmall?: boolean;
  readonly icon?: IconName;
}

/** A button. While `isBusy` it keeps its focus and does nothing. */
export function Button(
  props: Look & {
    onClick?: () => void;
    type?: "button" | "submit";
    isDisabled?: boolean;
    isBusy?: boolean;
  },
) {
  const { text, onClick, type = "button", isDisabled = false, isBusy = false, label } = props;
  return (
    <button
      type={type}
      class={lookClass(props)}
      disabled={isDisabled}
      aria-disabled={isBusy ? "true" : undefined}
      aria-label={label}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.();
      }}
    >
      {isBusy ? <Icon name="sync" isTurning={true} /> : props.icon && <Icon name={props.icon} />}
      <span>{text}</span>
    </button>
  );
}

/** A link to another screen, or a download, that looks like a button. */
export function LinkButton(props: Look & { href: string; download?: boolean }) {
  const { text, href, download = false, label } = props;
  // The router takes a link with an empty `download` for one to a screen; links with a target it leaves alone.
  const leaving = download ? { download: "", target: "_top" } : {};
  return (
    <a class={lookClass(props)} href={href} aria-label={label} {...leaving}>
      {props.icon && <Icon name={props.icon} />}
      <span>{text}</span>
    </a>
  );
}

/** A square button with an icon only; `label` is its name. */
export function IconButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="button button-icon button-small button-quiet" aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function lookClass({ kind = "plain", isSmall = false }: Pick<Look, "kind" | "isSmall">): string {
  return classNames("button", kind !== "plain" && `button-${kind}`, isSmall && "button-small");
}
