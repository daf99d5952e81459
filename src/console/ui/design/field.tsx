/** Form fields: label, hint, error and notice tied to the control, so that they are read out with it. */
import type { ComponentChildren, RefObject, TargetedFocusEvent, TargetedInputEvent } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

interface FieldTexts {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly notice?: string | null | undefined;
  readonly isOptional?: boolean;
  /** The label is read out, not shown: what stands in the field tells it. */
  readonly isCompact?: boolean;
}

interface TextFieldProps extends FieldTexts {
  readonly value: string;
  onInput(value: string): void;
  onLeave?: () => void;
  /** Which keys a phone offers. */
  readonly keys?: "text" | "url" | "numeric";
  readonly isMono?: boolean;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { value, onInput, onLeave, keys = "text", isMono = false, inputRef } = props;
  return (
    <Field {...props}>
      {(control) => (
        <input
          {...control}
          class={isMono ? "input mono" : "input"}
          type="text"
          inputMode={keys}
          value={value}
          autocomplete="off"
          spellcheck={false}
          ref={inputRef ?? null}
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={() => onLeave?.()}
        />
      )}
    </Field>
  );
}

/** A secret that is being typed: hidden, and shown only while the person asks for it. It is never filled in by us. */
export function SecretField(
  props: FieldTexts & {
    value: string;
    onInput: (value: string) => void;
    inputRef?: RefObject<HTMLInputElement | null>;
  },
) {
  const [isShown, setShown] = useState(false);
  const canShow = props.value !== "";
  const typing = {
    class: "input mono",
    value: props.value,
    autocomplete: "off" as const,
    spellcheck: false,
    ref: props.inputRef ?? null,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => {
      props.onInput(event.currentTarget.value);
      if (event.currentTarget.value === "") setShown(false);
    },
    onBlur: (event: TargetedFocusEvent<HTMLInputElement>) => {
      // Not when the focus goes to the button beside it.
      const next = event.relatedTarget;
      if (!(next instanceof Element && event.currentTarget.parentElement?.contains(next))) setShown(false);
    },
  };
  return (
    <Field {...props}>
      {(control) => (
        <span class="input-with-button">
          {isShown && canShow ? (
            <input {...control} {...typing} type="text" />
          ) : (
            <input {...control} {...typing} type="password" />
          )}
          <button
            type="button"
            class="button"
            aria-pressed={isShown && canShow}
            disabled={!canShow}
            onClick={() => setShown(!isShown)}
          >
            <Icon name="eye" />
            <span>{isShown && canShow ? "Hide" : "Show"}</span>
          </button>
        </span>
      )}
    </Field>
  );
}

/** A choice between values. */
interface ChoiceProps<T extends string> {
  readonly value: T | null;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
}

/** A value that can be chosen. */
export interface Option<T extends string = string> {
  readonly value: T;
  readonly label: string;
  /** Options of one group stand together below its name. */
  readonly group?: string;
}

/** One of several values, from a list that opens. */
export function SelectField<T extends string>(props: FieldTexts & ChoiceProps<T>) {
  const groups = [...Map.groupBy(props.options, ({ group = "" }) => group)];
  return (
    <Field {...props}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={props.value ?? ""}
          onChange={(event) => {
            const chosen = props.options.find(({ value }) => value === event.currentTarget.value);
            if (chosen) props.onChange(chosen.value);
          }}
        >
          {groups.map(([group, options]) =>
            group === "" ? (
              <Options key={group} options={options} />
            ) : (
              <optgroup key={group} label={group}>
                <Options options={options} />
              </optgroup>
            ),
          )}
        </select>
      )}
    </Field>
  );
}

function Options({ options }: { readonly options: readonly Option[] }) {
  return (
    <>
      {options.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </>
  );
}

/** A search box. The label is read out, not shown. */
export function SearchField(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
}) {
  const id = useId();
  return (
    <div class="search-field">
      <label class="visually-hidden" for={id}>
        {props.label}
      </label>
      <Icon name="search" />
      <input
        id={id}
        class="input"
        type="search"
        value={props.value}
        placeholder={props.placeholder ?? props.label}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}

/** A box to tick. */
export function CheckField(props: {
  label: ComponentChildren;
  isChecked: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.isChecked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

/** A row of a few values of which one is chosen, such as the levels of a log; none while it is null. */
export function Segments<T extends string>(props: ChoiceProps<T> & { readonly legend: string }) {
  return (
    <fieldset>
      <legend class="visually-hidden">{props.legend}</legend>
      <div class="segments">
        <Radios {...props} />
      </div>
    </fieldset>
  );
}

/** The same one below the other, for longer words, under a legend that is shown. */
export function RadioField<T extends string>(props: ChoiceProps<T> & { readonly legend: string }) {
  return (
    <fieldset class="choices-plain">
      <legend class="field-label">{props.legend}</legend>
      <Radios {...props} labelClass="check" />
    </fieldset>
  );
}

function Radios<T extends string>(props: ChoiceProps<T> & { readonly labelClass?: string }) {
  const name = useId();
  return (
    <>
      {props.options.map(({ value, label }) => (
        <label key={value} class={props.labelClass}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </>
  );
}

interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": "true" | undefined;
}

function Field(props: FieldTexts & { children: (control: ControlProps) => ComponentChildren }) {
  const id = useId();
  const { label, hint, error, notice, isOptional = false, isCompact = false } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`, notice && `${id}-notice`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class={isCompact ? "visually-hidden" : "field-label"} for={id}>
        {label}
        {isOptional && <span class="field-optional"> (optional)</span>}
      </label>
      {props.children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": error ? "true" : undefined,
      })}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="x-octagon" />
          <span>{error}</span>
        </p>
      )}
      {notice && (
        <p class="field-notice" id={`${id}-notice`} role="status">
          <Icon name="info" />
          <span>{notice}</span>
        </p>
      )}
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
