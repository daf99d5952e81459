/** S2, how to run: once to a file, as a service for C1, or on a schedule here. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { RunMode } from "../../contract/connectors.ts";
import { modeTexts } from "../connector/modes.ts";
import { Button, LinkButton } from "../design/button.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { Page } from "../design/page.tsx";
import { useQueryValues } from "../shell/address.ts";
import { addCrumbs } from "./add-crumbs.ts";
import { Steps } from "./steps.tsx";

/** The screen. */
export function HowToRun() {
  const { route } = useLocation();
  const query = useQueryValues();
  const [mode, setMode] = useState<RunMode>(modeTexts.find((text) => text.mode === query["mode"])?.mode ?? "once");
  return (
    <Page title="How to run" crumbs={addCrumbs("How to run")} width="narrow">
      <Steps current="How to run" />
      <form
        class="stack-wide"
        onSubmit={(event) => {
          event.preventDefault();
          route(`/connectors/add/owner?mode=${mode}`);
        }}
      >
        <fieldset class="choices">
          <legend>How should this connector run?</legend>
          {modeTexts.map((text) => (
            <div key={text.mode} class="choice">
              <label>
                <input
                  type="radio"
                  name="mode"
                  value={text.mode}
                  checked={mode === text.mode}
                  onChange={() => setMode(text.mode)}
                />
                <span>
                  <span class="choice-title">{text.title}</span>
                  <span class="muted">{text.text}</span>
                </span>
              </label>
              <CodeBlock label={`command line for “${text.title}”`} text={text.command} />
            </div>
          ))}
        </fieldset>
        <div class="actions">
          <Button kind="primary" type="submit">
            Next
          </Button>
          <LinkButton kind="quiet" href="/connectors/add">
            Back
          </LinkButton>
        </div>
      </form>
    </Page>
  );
}
