/** Text to copy: a command line, a file. */
import { useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { announce } from "./toast.tsx";

/** Shows `text` with a button that copies it; `label` says what it is. */
export function CodeBlock({ label, text, isWrapped = false }: { label: string; text: string; isWrapped?: boolean }) {
  return (
    <div class={isWrapped ? "code code-wrap" : "code"}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll within; that must work without a mouse. */}
      <section class="code-scroll" aria-label={label} tabIndex={0}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}

/** Copies `text`. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [word, setWord] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setWord("Copied");
      announce("Copied");
    } catch {
      // The browser may forbid it; the text is on the screen all the same.
      setWord("Select and copy");
    }
    setTimeout(() => setWord("Copy"), 2_000);
  };
  return (
    <button type="button" class="button button-small" aria-label={label} onClick={() => void copy()}>
      <Icon name={word === "Copied" ? "check" : "copy"} size={14} />
      <span>{word}</span>
    </button>
  );
}
