/** S5, Test: its lines one below the other, each with what came of it and what to do. */
import type { TestLine, TestState } from "../../../contract/connectors.ts";
import { Icon, type IconName } from "../../design/icon.tsx";

const marks: Readonly<Record<TestLine["outcome"], { readonly icon: IconName; readonly word: string }>> = {
  waiting: { icon: "dashed-circle", word: "Waiting" },
  running: { icon: "sync", word: "Running" },
  pass: { icon: "check-circle", word: "Passed" },
  warn: { icon: "triangle", word: "Warning" },
  fail: { icon: "x-octagon", word: "Failed" },
  skip: { icon: "slash", word: "Not tried" },
};

/** The lines. */
export function TestLines({ test }: { test: TestState }) {
  return (
    <ol class="test-lines">
      {test.lines.map((line) => (
        <li key={line.id} class={`test-line test-${line.outcome}`}>
          <Icon name={marks[line.outcome].icon} isTurning={line.outcome === "running"} />
          <div class="test-text">
            <p class="test-title">
              {line.title}
              <span class="test-word">{marks[line.outcome].word}</span>
            </p>
            {line.detail && <p class="muted">{line.detail}</p>}
            {/* What is to be done about the failure stands with it, below. */}
            {line.fix && line.code !== test.failure?.code && <p>{line.fix}</p>}
            {line.code && <p class="muted small">Code {line.code}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
