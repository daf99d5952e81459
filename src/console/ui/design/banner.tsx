/** Banners: a state that concerns the whole screen, with what to do about it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Failure } from "../../contract/failures.ts";
import { Button } from "./button.tsx";
import { FactList } from "./facts.tsx";
import { formatClockBoth } from "./format.ts";
import { Icon, type IconName } from "./icon.tsx";

/** How grave it is. */
export type BannerTone = "neutral" | "info" | "good" | "warn" | "bad";

/** The shape that goes with each colour. */
export const toneIcons: Readonly<Record<BannerTone, IconName>> = {
  neutral: "info",
  info: "info",
  good: "check-circle",
  warn: "triangle",
  bad: "x-octagon",
};

/** States of failures that are no fault of anybody, or that mend themselves. */
const tones: Partial<Record<Failure["state"], BannerTone>> = {
  "empty-organization": "info",
  "rate-limited": "warn",
  "narrow-key": "warn",
  held: "warn",
  stopped: "neutral",
  "c1-unreachable": "warn",
  "file-busy": "warn",
};

/** A banner. `isUrgent` has it read out at once. */
export function Banner(props: {
  tone: BannerTone;
  title: string;
  icon?: IconName;
  isUrgent?: boolean;
  /** Scrolled to and focused when it appears: it answers what the person has just done. */
  takesFocus?: boolean;
  children?: ComponentChildren;
  actions?: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!props.takesFocus) return;
    box.current?.scrollIntoView({ block: "center" });
    box.current?.focus({ preventScroll: true });
  }, [props.takesFocus, props.title]);
  return (
    <div
      ref={box}
      class={`banner banner-${props.tone}`}
      tabIndex={props.takesFocus ? -1 : undefined}
      role={props.isUrgent ? "alert" : undefined}
    >
      <Icon name={props.icon ?? toneIcons[props.tone]} size={18} />
      <div class="banner-body">
        <p class="banner-title">{props.title}</p>
        {props.children}
        {props.actions && <div class="actions">{props.actions}</div>}
      </div>
    </div>
  );
}

/** A failure in the server's own words: what happened, what it means for the data, what to do, and its code. */
export function FailureBanner(props: {
  failure: Failure;
  isUrgent?: boolean;
  takesFocus?: boolean;
  tone?: BannerTone;
  /** Stands before the failure's own text. */
  before?: string;
  actions?: ComponentChildren;
  /** Puts a button there that asks once more. */
  onRetry?: () => void;
}) {
  const { failure, actions, onRetry } = props;
  return (
    <Banner
      tone={props.tone ?? tones[failure.state] ?? "bad"}
      title={failure.title}
      isUrgent={props.isUrgent ?? false}
      takesFocus={props.takesFocus ?? false}
      actions={onRetry ? <Button onClick={onRetry} text="Try again" /> : actions}
    >
      {props.before && <p class="strong">{props.before}</p>}
      <FailureText failure={failure} />
    </Banner>
  );
}

/** The text of a failure below its title. */
export function FailureText({ failure }: { failure: Failure }) {
  return (
    <>
      <p>{sentences(failure)}</p>
      {failure.points && failure.points.length > 0 && (
        <ul>
          {failure.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      )}
      {failure.hint && <p>{failure.hint}</p>}
      <FactList
        facts={[
          ...failure.facts,
          ...(failure.retryAtMs === undefined
            ? []
            : [[retryTitle(failure), formatClockBoth(failure.retryAtMs)] as const]),
          ["Code", failure.code],
        ]}
      />
    </>
  );
}

/** Requests come back whether or not something is tried then. */
function retryTitle({ state }: Failure): string {
  return state === "rate-limited" ? "Requests again" : "Next try";
}

/** Some failures have one sentence for title and message; it is said once. */
function sentences({ title, message, effect = "" }: Failure): string {
  const [, ...others] = new Set([title, message, effect].map((text) => text && asSentence(text)));
  return others.filter(Boolean).join(" ");
}

/** Messages of errors end without a full stop in places. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
